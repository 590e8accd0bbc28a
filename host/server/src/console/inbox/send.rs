//! `POST /inbox/{attendance}`: an answer, as the platform sends one.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use eclusa_journal::{AttendanceRefusal, Idempotency, JournalError, Sender};
use eclusa_model::{Attendance, AttendanceState, ContentType, OutboundMessage};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::html::go_to;
use super::super::posted::Fields;
use super::super::visitor::Posted;
use super::composer::{chosen, fields_of};
use super::page;
use super::place::Place;
use crate::api::{Sending, read_json, submit};
use crate::app::App;
use crate::auth::Permission;
use crate::problem::ApiProblem;

/// Sends it, and leads back to the thread. What is refused stays in the form.
pub(super) async fn send(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(place): Query<Place>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Send)?.to_owned();
    let attendance = page::find(&app, &id).await?;
    match sent(&app, &attendance, &actor, &posted.fields).await {
        Ok(()) => {
            let place = Place { reply: String::new(), before: String::new(), ..place };
            Ok(go_to(&place.link(&format!("/inbox/{}", attendance.id))))
        }
        Err(problem) if problem.status().is_client_error() => {
            page::refused(&app, attendance, place, posted, &problem).await
        }
        Err(problem) => Err(problem),
    }
}

async fn sent(
    app: &App,
    attendance: &Attendance,
    actor: &str,
    fields: &Fields,
) -> Result<(), ApiProblem> {
    let body = Bytes::from(message(attendance, fields).to_string());
    let idempotency = idempotency(attendance, actor, fields, &body);
    if let Some(given) = &idempotency
        && app.journal.submitted(attendance.channel.clone(), given.clone()).await?.is_some()
    {
        return Ok(());
    }
    // A message after the end belongs to no attendance, and nobody would see it here.
    if attendance.state == AttendanceState::Closed {
        let protocol = attendance.protocol;
        let closed = JournalError::AttendanceRefused(AttendanceRefusal::Closed { protocol });
        return Err(closed.into());
    }
    let message: OutboundMessage = read_json(&body)?;
    let sending = Sending { sent_by: Sender::Platform, start: false, idempotency };
    submit(app, &attendance.channel, message, sending).await.map(|_| ())
}

/// The same form again is the same message.
fn idempotency(
    attendance: &Attendance,
    actor: &str,
    fields: &Fields,
    body: &[u8],
) -> Option<Idempotency> {
    let key = fields.given("key").filter(|key| key.len() <= 64)?;
    Some(Idempotency {
        scope: format!("inbox of {actor}"),
        key: format!("{} {key}", attendance.id),
        fingerprint: Sha256::digest(body).into(),
    })
}

/// The body of `POST /v1/channels/{id}/messages` that the form says. It is checked
/// there: a value that cannot be read is handed on as it is.
fn message(attendance: &Attendance, fields: &Fields) -> Value {
    let kind = chosen(fields);
    let given =
        |name: &str| fields.given(&format!("/{kind}/{name}")).map(|it| it.replace("\r\n", "\n"));
    let mut content = Map::new();
    for (name, ..) in fields_of(kind) {
        let value = given(name);
        match (*name, value) {
            ("phones/0/number", Some(number)) => {
                content.insert("phones".to_owned(), json!([{ "number": number }]));
            }
            ("emails/0", Some(email)) => {
                content.insert("emails".to_owned(), json!([email]));
            }
            ("latitude" | "longitude", value) => {
                // As people write numbers, with a point or a comma.
                let text = value.unwrap_or_default().replace(',', ".");
                let number = serde_json::from_str(&text).ok().filter(Value::is_number);
                content.insert((*name).to_owned(), number.unwrap_or(Value::String(text)));
            }
            ("body" | "url", value) => {
                content.insert((*name).to_owned(), Value::String(value.unwrap_or_default()));
            }
            ("name", value) if kind == ContentType::Contact => {
                content.insert("name".to_owned(), Value::String(value.unwrap_or_default()));
            }
            (_, None) => {}
            (name, Some(value)) => {
                content.insert(name.to_owned(), Value::String(value));
            }
        }
    }
    let mut message = json!({ "conversation": attendance.conversation, "type": kind });
    if let Value::Object(message) = &mut message {
        message.insert(kind.to_string(), Value::Object(content));
        let reply = fields.given("reply_to").map(str::to_owned);
        message.extend(reply.map(|reply| ("reply_to".to_owned(), Value::String(reply))));
    }
    message
}
