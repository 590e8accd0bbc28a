//! `GET /v1/dead-letters/{id}`: a letter with all that is known of it.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use eclusa_journal::{Attempt, DeadLetter, LetterContent, LetterRecord, RequestRecord};
use eclusa_relay::PlatformEvent;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::app::App;
use crate::problem::ApiProblem;

#[derive(Serialize)]
struct View<'a> {
    #[serde(flatten)]
    letter: &'a DeadLetter,
    /// The canonical message, of a letter of that kind.
    message: Option<&'a RawValue>,
    /// The canonical event, of a letter of that kind.
    event: Option<PlatformEvent<'a>>,
    /// What the chat sent: the letter itself, or what brought the event.
    request: Option<&'a RequestRecord>,
    /// The last request that was made to hand it on.
    last_request: Option<LastRequest<'a>>,
    /// Oldest first.
    attempts: &'a [Attempt],
}

/// A request of an attempt; secrets are placeholders.
#[derive(Serialize)]
struct LastRequest<'a> {
    method: &'a str,
    url: Option<&'a str>,
    /// Cut at 64 KiB.
    body: Option<&'a str>,
}

pub(in crate::api) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, ApiProblem> {
    let found = app.letters.letter(id.clone()).await?;
    let record = found.ok_or_else(|| ApiProblem::not_found("dead letter", &id))?;
    let LetterRecord { letter, content, attempts } = &record;
    let channel = app.channels.by_id(&letter.channel);
    let profile = channel.as_ref().map(|active| &active.channel.profile);
    let (message, event, request) = match content {
        LetterContent::Message(message) => (Some(&**message), None, None),
        LetterContent::Event { event, request } => {
            (None, Some(PlatformEvent::new(event, profile)), request.as_deref())
        }
        LetterContent::Request(request) => (None, None, Some(&**request)),
    };
    let last_request = attempts.iter().rev().find_map(|attempt| {
        Some(LastRequest {
            method: attempt.method.as_deref()?,
            url: attempt.url.as_deref(),
            body: attempt.request_body.as_deref(),
        })
    });
    Ok(Json(View { letter, message, event, request, last_request, attempts }).into_response())
}
