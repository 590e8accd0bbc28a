//! `/channels/{id}/delete`: asked for once more, since it cannot be undone.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::Frame;
use super::super::html::{go_to, page};
use super::super::visitor::{Posted, Visitor};
use crate::api::{expect_revision, find_channel, remove};
use crate::app::App;
use crate::auth::Permission;
use crate::problem::ApiProblem;

#[derive(Template)]
#[template(path = "channels/delete.html")]
struct Ask {
    at: Frame,
    id: String,
    name: String,
    revision: u64,
}

/// `GET`: what it means.
pub(super) async fn ask(
    State(app): State<App>,
    Path(id): Path<String>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Operate)?;
    let channel = find_channel(&app, &id)?;
    let (name, revision) = (channel.profile.name.clone(), channel.revision);
    Ok(page(StatusCode::OK, &Ask { at: visitor.frame, id, name, revision }))
}

/// `POST`: does it.
pub(super) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    let channel = find_channel(&app, &id)?;
    let expected = posted.fields.get("revision").unwrap_or_default();
    expect_revision(channel.revision, expected, "channel")?;
    remove(&app, &channel, actor).await?;
    Ok(go_to("/channels?done=deleted"))
}
