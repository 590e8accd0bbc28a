//! `GET /v1/attendances/{id}`, and what was said in it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use eclusa_journal::{MessageState, Said, SentBy};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

use crate::api::page::{check_limit, default_limit};
use crate::api::query;
use crate::app::App;
use crate::problem::ApiProblem;

/// One attendance, by its id or its protocol number.
pub(in crate::api) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, ApiProblem> {
    let found = app.attendances.attendance(id.clone()).await?;
    let attendance = found.ok_or_else(|| ApiProblem::not_found("attendance", &id))?;
    Ok(Json(attendance).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessagesQuery {
    /// The `next` of an earlier answer.
    after: Option<String>,
    /// At most so many, 1 to 500; default 100.
    #[serde(default = "default_limit")]
    limit: u32,
}

/// Something that was said.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    direction: &'a str,
    /// Of an outbound message: how far it has come.
    state: Option<MessageState>,
    /// Of an outbound message: who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_by: Option<SentBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a RawValue>,
    /// Somebody pressed a button.
    #[serde(skip_serializing_if = "Option::is_none")]
    postback: Option<&'a RawValue>,
}

impl<'a> Entry<'a> {
    fn of(said: &'a Said) -> Self {
        let Said { id, direction, state, sent_by, kind, object } = said;
        let (message, postback) =
            if kind == "postback" { (None, Some(&**object)) } else { (Some(&**object), None) };
        Self { id, direction, state: *state, sent_by: *sent_by, message, postback }
    }
}

/// `GET /v1/attendances/{id}/messages`: both directions, oldest first.
pub(in crate::api) async fn messages(
    State(app): State<App>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    let MessagesQuery { after, limit } = query::read(&uri)?;
    check_limit(limit)?;
    if app.attendances.attendance(id.clone()).await?.is_none() {
        return Err(ApiProblem::not_found("attendance", &id));
    }
    let said = app.attendances.transcript(id, after, limit).await?;
    let is_full = said.len() == limit as usize;
    let next = said.last().filter(|_| is_full).map(|said| &said.id);
    let entries: Vec<_> = said.iter().map(Entry::of).collect();
    Ok(Json(json!({ "messages": entries, "next": next })).into_response())
}
