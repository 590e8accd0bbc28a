//! `GET /flows`.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::FlowSummary;
use serde::Deserialize;

use super::super::frame::Frame;
use super::super::html::page;
use super::super::visitor::Visitor;
use crate::api::channels_of_flow;
use crate::app::App;
use crate::problem::ApiProblem;

/// Flows on a page.
const PAGE: u32 = 100;

#[derive(Template)]
#[template(path = "flows/list.html")]
struct List {
    at: Frame,
    flows: Vec<Entry>,
    /// The id after which the next page begins.
    next: Option<String>,
    deleted: bool,
}

/// A flow, and the names of the channels on which it runs.
struct Entry {
    flow: FlowSummary,
    channels: Vec<String>,
}

/// Which page, and what an earlier page says.
#[derive(Deserialize)]
pub(super) struct Asked {
    after: Option<String>,
    done: Option<String>,
}

/// The list.
pub(super) async fn show(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let found = app.flows.flows(asked.after, PAGE).await?;
    let next = found.last().filter(|_| found.len() == PAGE as usize).map(|flow| flow.id.clone());
    let name = |id: String| app.channels.by_id(&id).map(|it| it.channel.profile.name.clone());
    let entry = |flow: FlowSummary| Entry {
        channels: channels_of_flow(&app, &flow.id).into_iter().filter_map(name).collect(),
        flow,
    };
    let flows = found.into_iter().map(entry).collect();
    let deleted = asked.done.as_deref() == Some("deleted");
    Ok(page(StatusCode::OK, &List { at: visitor.frame, flows, next, deleted }))
}
