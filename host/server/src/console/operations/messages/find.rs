//! `GET /messages`: finds a message by what the journal has an index for.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use eclusa_journal::AttendanceFilter;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::app::App;
use crate::console::frame::Frame;
use crate::console::html::{go_to, page};
use crate::console::visitor::Visitor;
use crate::problem::ApiProblem;

/// In how many of a conversation's newest attendances messages are looked for.
const ATTENDANCES: u32 = 3;

/// So many messages of each are shown.
const MESSAGES: u32 = 50;

/// So much of what was said is shown, in characters.
const WORDS: usize = 120;

/// What is looked for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    /// An id of ours.
    #[serde(default)]
    id: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    conversation: String,
    /// The chat's id of a message.
    #[serde(default)]
    external_id: String,
}

#[derive(Template)]
#[template(path = "operations/messages.html")]
struct Find {
    at: Frame,
    asked: Asked,
    /// Identifier and name.
    channels: Vec<(String, String)>,
    /// The key of what is said where nothing was found.
    nothing: Option<&'static str>,
    found: Vec<Said>,
}

/// A message of the conversation.
struct Said {
    id: String,
    inbound: bool,
    words: String,
}

/// The form, or where it leads.
pub(super) async fn show(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let asked = Asked {
        id: asked.id.trim().to_owned(),
        conversation: asked.conversation.trim().to_owned(),
        external_id: asked.external_id.trim().to_owned(),
        channel: asked.channel,
    };
    let (mut nothing, mut found) = (None, Vec::new());
    if !asked.id.is_empty() {
        if is_known(&app, &asked.id).await? {
            return Ok(go_to(&format!("/messages/{}", asked.id)));
        }
        nothing = Some("find-nothing-id");
    } else if !asked.external_id.is_empty() {
        let conversation = Some(asked.conversation.clone()).filter(|it| !it.is_empty());
        let (channel, external_id) = (asked.channel.clone(), asked.external_id.clone());
        let id = app.traffic.message_of_chat(channel, conversation, external_id).await?;
        if let Some(id) = id {
            return Ok(go_to(&format!("/messages/{id}")));
        }
        nothing = Some("find-nothing-external");
    } else if !asked.conversation.is_empty() {
        found = in_conversation(&app, &asked).await?;
        nothing = found.is_empty().then_some("find-nothing-conversation");
    }
    let status = if nothing.is_some() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let channels = app.channels.all();
    let named =
        channels.iter().map(|it| (it.channel.profile.id.clone(), it.channel.profile.name.clone()));
    let find = Find { at: visitor.frame, asked, channels: named.collect(), nothing, found };
    Ok(page(status, &find).into_response())
}

async fn is_known(app: &App, id: &str) -> Result<bool, ApiProblem> {
    Ok(app.journal.message(id.to_owned()).await?.is_some()
        || app.traffic.request(id.to_owned()).await?.is_some()
        || app.letters.letter(id.to_owned()).await?.is_some())
}

async fn in_conversation(app: &App, asked: &Asked) -> Result<Vec<Said>, ApiProblem> {
    let filter = AttendanceFilter {
        channel: Some(asked.channel.clone()),
        conversation: Some(asked.conversation.clone()),
        ..AttendanceFilter::default()
    };
    let attendances = app.attendances.attendances(filter, None, ATTENDANCES).await?;
    let mut found = Vec::new();
    for attendance in attendances.into_iter().rev() {
        let said = app.attendances.transcript(attendance.id, None, MESSAGES).await?;
        found.extend(said.into_iter().filter(|it| it.kind == "message").map(|it| Said {
            inbound: it.direction == "inbound",
            words: words(&it.object),
            id: it.id,
        }));
    }
    Ok(found)
}

/// The beginning of what a message says, or its type.
fn words(message: &RawValue) -> String {
    let message: serde_json::Value = serde_json::from_str(message.get()).unwrap_or_default();
    let kind = message.get("type").and_then(|it| it.as_str()).unwrap_or_default();
    let text = message.pointer("/text/body").and_then(|it| it.as_str());
    text.unwrap_or(kind).chars().take(WORDS).collect()
}
