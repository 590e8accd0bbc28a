//! `GET /v1/attendances`, newest first.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use eclusa_model::AttendanceState;
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
    from: Option<String>,
    to: Option<String>,
    channel: Option<String>,
    conversation: Option<String>,
    contact: Option<String>,
    flow: Option<String>,
    queue: Option<String>,
    agent: Option<String>,
    state: Option<AttendanceState>,
    /// The `next` of an earlier answer.
    before: Option<String>,
    /// At most so many, 1 to 500; default 100.
    #[serde(default = "default_limit")]
    limit: u32,
}

pub(in crate::api) async fn list(State(app): State<App>, uri: Uri) -> Result<Response, ApiProblem> {
    let ListQuery {
        from,
        to,
        channel,
        conversation,
        contact,
        flow,
        queue,
        agent,
        state,
        before,
        limit,
    } = query::read(&uri)?;
    check_limit(limit)?;
    let filter = Filter { from, to, channel, conversation, contact, flow, queue, agent, state };
    let found = app.attendances.attendances(filter.read()?, before, limit).await?;
    let is_full = found.len() == limit as usize;
    let next = found.last().filter(|_| is_full).map(|attendance| attendance.id.clone());
    Ok(Json(json!({ "attendances": found, "next": next })).into_response())
}
