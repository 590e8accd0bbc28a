//! `GET /v1/flows` and `GET /v1/flows/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use eclusa_flow::Finding;
use eclusa_journal::{FlowRecord, FlowSummary};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::page::{check_limit, default_limit};
use crate::api::query;
use crate::app::App;
use crate::problem::ApiProblem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// The `next` of an earlier answer.
    after: Option<String>,
    /// At most so many, 1 to 500; default 100.
    #[serde(default = "default_limit")]
    limit: u32,
}

/// A flow as a list shows it.
#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    flow: FlowSummary,
    channels: Vec<String>,
}

/// A flow, and who uses it.
#[derive(Serialize)]
struct View<'a> {
    #[serde(flatten)]
    flow: &'a FlowRecord,
    /// Ids of the channels on which Eclusa runs it.
    channels: Vec<String>,
    /// What is probably not meant.
    warnings: Vec<Finding>,
}

/// By id.
pub(in crate::api) async fn list(State(app): State<App>, uri: Uri) -> Result<Response, ApiProblem> {
    let ListQuery { after, limit } = query::read(&uri)?;
    check_limit(limit)?;
    let found = app.flows.flows(after, limit).await?;
    let next = found.last().filter(|_| found.len() == limit as usize).map(|flow| flow.id.clone());
    let entry = |flow: FlowSummary| Entry { channels: channels(&app, &flow.id), flow };
    let flows: Vec<Entry> = found.into_iter().map(entry).collect();
    Ok(Json(json!({ "flows": flows, "next": next })).into_response())
}

pub(in crate::api) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, ApiProblem> {
    let flow = find(&app, &id).await?;
    Ok(shown(&app, &flow, StatusCode::OK))
}

/// The flow with this id.
pub(crate) async fn find(app: &App, id: &str) -> Result<FlowRecord, ApiProblem> {
    let found = app.flows.flow(id.to_owned()).await?;
    found.ok_or_else(|| ApiProblem::not_found("flow", id))
}

/// A flow as an answer.
pub(super) fn shown(app: &App, flow: &FlowRecord, status: StatusCode) -> Response {
    let id = &flow.document.id;
    let warnings = eclusa_flow::check(&flow.document).warnings;
    let view = View { flow, channels: channels(app, id), warnings };
    let mut response = (status, Json(view)).into_response();
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", flow.revision)) {
        headers.insert(header::ETAG, etag);
    }
    if status == StatusCode::CREATED
        && let Ok(location) = HeaderValue::from_str(&format!("/v1/flows/{id}"))
    {
        headers.insert(header::LOCATION, location);
    }
    response
}

/// The channels on which Eclusa runs a flow, by id.
pub(crate) fn channels(app: &App, flow: &str) -> Vec<String> {
    let all = app.channels.all();
    let on = all.iter().filter(|it| it.channel.profile.own_flow() == Some(flow));
    on.map(|it| it.channel.profile.id.clone()).collect()
}
