//! What waits for a person: dead letters, and requests that were not mapped.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use eclusa_journal::Page;
use serde::Deserialize;
use serde_json::json;

use super::page::{check_limit, default_limit};
use super::query;
use crate::app::App;
use crate::problem::ApiProblem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// Only of this channel.
    channel: Option<String>,
    /// Older than the entry with this id.
    before: Option<String>,
    /// At most so many, 1 to 500; default 100.
    #[serde(default = "default_limit")]
    limit: u32,
}

fn page(uri: &Uri) -> Result<Page, ApiProblem> {
    let query: ListQuery = query::read(uri)?;
    check_limit(query.limit)?;
    Ok(Page { channel: query.channel, before: query.before, limit: query.limit })
}

/// `GET /v1/dead-letters`, newest first.
pub(super) async fn dead(State(app): State<App>, uri: Uri) -> Result<Response, ApiProblem> {
    let letters = app.journal.dead_letters(page(&uri)?).await?;
    Ok(Json(json!({ "dead_letters": letters })).into_response())
}

/// `GET /v1/requests/unmapped`, newest first.
pub(super) async fn unmapped(State(app): State<App>, uri: Uri) -> Result<Response, ApiProblem> {
    let requests = app.journal.unmapped(page(&uri)?).await?;
    Ok(Json(json!({ "requests": requests })).into_response())
}
