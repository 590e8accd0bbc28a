//! Sending to a chat, and what became of a message.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use eclusa_journal::{Idempotency, MessageState, Sender, Submit, Submitted};
use eclusa_model::{OutboundMessage, SupportLevel};
use eclusa_relay::trace;
use fail::fail_point;
use serde::Deserialize;
use serde_json::json;
use tracing::{Instrument as _, trace_span};

use super::idempotency::{self, REPLAYED};
use super::{body, channels, query};
use crate::app::App;
use crate::auth::Actor;
use crate::problem::{ApiProblem, Violation};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SendQuery {
    /// Send though the chat has never written in this conversation.
    #[serde(default)]
    start: bool,
}

/// `POST /v1/channels/{id}/messages`.
pub(super) async fn send(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    uri: Uri,
    headers: HeaderMap,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    fail_point!("api.read");
    let idempotency = idempotency::read(actor, &headers, &uri, &request)?;
    // Before anything that can have changed since the first call: its answer stands.
    if let Some(given) = &idempotency
        && let Some(first) = app.journal.submitted(id.clone(), given.clone()).await?
    {
        return Ok(queued(&first));
    }
    let query: SendQuery = query::read(&uri)?;
    channels::find(&app, &id)?;
    let message: OutboundMessage = body::read(&request)?;
    let sending = Sending { sent_by: Sender::Platform, start: query.start, idempotency };
    Ok(queued(&submit(&app, &id, message, sending).await?))
}

/// How a message is to be recorded.
pub(crate) struct Sending {
    /// Who sends it.
    pub(crate) sent_by: Sender,
    /// Send even where the chat has never written in this conversation.
    pub(crate) start: bool,
    /// Makes a repeated call return the first answer.
    pub(crate) idempotency: Option<Idempotency>,
}

/// Checks a message and records it; it goes out after all before it.
pub(crate) async fn submit(
    app: &App,
    id: &str,
    message: OutboundMessage,
    Sending { sent_by, start, idempotency }: Sending,
) -> Result<Submitted, ApiProblem> {
    let channel = channels::find(app, id)?;
    if !message.id.is_empty() {
        let hint = "the id is made here; give your own as the header Idempotency-Key";
        return Err(ApiProblem::violations(vec![Violation::new("/id", hint)]));
    }
    if message.conversation.is_empty() {
        let hint = "expected the chat's id of the conversation";
        return Err(ApiProblem::violations(vec![Violation::new("/conversation", hint)]));
    }
    let kind = message.content.content_type();
    if let Some(route) = app.route(&channel)
        && route.revision().manifest().outbound_level(kind) == SupportLevel::Refused
    {
        return Err(ApiProblem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "type_refused",
            format!("the chat of channel `{id}` takes no {kind} messages"),
        )
        .action(format!("See `outbound` of GET /v1/adapters/{}.", channel.profile.adapter)));
    }
    let submitted = app
        .journal
        .submit(Submit {
            channel: id.to_owned(),
            conversation: message.conversation,
            content: message.content,
            reply_to: message.reply_to,
            extra: message.extra,
            idempotency,
            start,
            sent_by,
            submitted_at: app.now(),
            traceparent: trace::traceparent(),
        })
        .instrument(trace_span!(target: trace::TARGET, "commit"))
        .await?;
    Ok(submitted)
}

/// The answer to a call and to all its repeats, whatever has become of the message
/// since.
fn queued(submitted: &Submitted) -> Response {
    let location = format!("/v1/messages/{}", submitted.id);
    let answer = Json(json!({ "id": submitted.id, "state": MessageState::Queued }));
    let mut response = (StatusCode::ACCEPTED, [("location", location)], answer).into_response();
    if submitted.replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// `POST /v1/batches`: channels of this kind serve conversations.
pub(super) async fn batch() -> ApiProblem {
    ApiProblem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "batch_not_available",
        "batch sending is not available on these channels",
    )
    .action("Send each message by POST /v1/channels/{id}/messages.")
}

/// `GET /v1/messages/{id}`.
pub(super) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, ApiProblem> {
    let record = app
        .journal
        .message(id.clone())
        .await?
        .ok_or_else(|| ApiProblem::not_found("message", &id))?;
    Ok(Json(record).into_response())
}
