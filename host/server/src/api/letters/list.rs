//! `GET /v1/dead-letters` and `GET /v1/requests/unmapped`.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use eclusa_journal::{LetterKind, LetterState, Page, Window};
use serde::Deserialize;
use serde_json::json;

use super::Filter;
use crate::api::page::{check_limit, default_limit};
use crate::api::query;
use crate::app::App;
use crate::problem::ApiProblem;

/// Query strings know no nesting, so the filter's keys stand here again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    kind: Option<LetterKind>,
    channel: Option<String>,
    conversation: Option<String>,
    code: Option<String>,
    adapter: Option<String>,
    revision: Option<String>,
    after_time: Option<String>,
    /// `waiting` or `discarded`.
    #[serde(default)]
    state: LetterState,
    /// Older than the letter with this id.
    before: Option<String>,
    /// At most so many, 1 to 500; default 100.
    #[serde(default = "default_limit")]
    limit: u32,
}

/// `GET /v1/dead-letters`, newest first.
pub(in crate::api) async fn list(State(app): State<App>, uri: Uri) -> Result<Response, ApiProblem> {
    let ListQuery {
        kind,
        channel,
        conversation,
        code,
        adapter,
        revision,
        after_time,
        state,
        before,
        limit,
    } = query::read(&uri)?;
    check_limit(limit)?;
    let filter = Filter { kind, channel, conversation, code, adapter, revision, after_time };
    let window = Window::Newest { before, limit };
    let letters = app.letters.letters(filter.read(state)?, window).await?;
    let is_full = letters.len() == limit as usize;
    let next = letters.last().filter(|_| is_full).map(|letter| letter.id.clone());
    Ok(Json(json!({ "dead_letters": letters, "next": next })).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnmappedQuery {
    /// Only of this channel.
    channel: Option<String>,
    /// Older than the request with this id.
    before: Option<String>,
    /// At most so many, 1 to 500; default 100.
    #[serde(default = "default_limit")]
    limit: u32,
}

/// `GET /v1/requests/unmapped`, newest first: letters of the kind `request`, as
/// they came in.
pub(in crate::api) async fn unmapped(
    State(app): State<App>,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    let UnmappedQuery { channel, before, limit } = query::read(&uri)?;
    check_limit(limit)?;
    let requests = app.journal.unmapped(Page { channel, before, limit }).await?;
    Ok(Json(json!({ "requests": requests })).into_response())
}
