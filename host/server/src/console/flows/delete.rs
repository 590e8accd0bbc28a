//! `/flows/{id}/delete`: asked for once more, since it cannot be undone.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::Frame;
use super::super::html::{go_to, page};
use super::super::visitor::{Posted, Visitor};
use crate::api::{channels_of_flow, expect_revision, find_flow, remove_flow};
use crate::app::App;
use crate::auth::Permission;
use crate::problem::ApiProblem;

#[derive(Template)]
#[template(path = "flows/delete.html")]
struct Ask {
    at: Frame,
    id: String,
    name: String,
    revision: u64,
    /// It runs on a channel, so it cannot be deleted.
    used: bool,
}

/// `GET`: what it means.
pub(super) async fn ask(
    State(app): State<App>,
    Path(id): Path<String>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Operate)?;
    let flow = find_flow(&app, &id).await?;
    let used = !channels_of_flow(&app, &id).is_empty();
    let (name, revision) = (flow.document.name, flow.revision);
    Ok(page(StatusCode::OK, &Ask { at: visitor.frame, id, name, revision, used }))
}

/// `POST`: does it.
pub(super) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    let flow = find_flow(&app, &id).await?;
    expect_revision(flow.revision, posted.fields.get("revision").unwrap_or_default(), "flow")?;
    remove_flow(&app, &flow, actor).await?;
    Ok(go_to("/flows?done=deleted"))
}
