//! What a channel's page does at one press: pause, resume, another ingress URL.

use axum::extract::{Path, State};
use axum::response::Response;

use super::super::html::go_to;
use super::super::visitor::Posted;
use crate::api::{expect_revision, find_channel, pause_chat, resume_chat, rotate_key};
use crate::app::App;
use crate::auth::Permission;
use crate::problem::{ApiProblem, Violation};

/// `POST /channels/{id}/pause`.
pub(super) async fn pause(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    let reason = posted.fields.given("/reason").map(str::to_owned);
    pause_chat(&app, &id, actor, reason).await?;
    Ok(go_to(&format!("/channels/{id}?done=paused")))
}

/// `POST /channels/{id}/resume`.
pub(super) async fn resume(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    resume_chat(&app, &id, actor).await?;
    Ok(go_to(&format!("/channels/{id}?done=resumed")))
}

/// `POST /channels/{id}/rotate`.
pub(super) async fn rotate(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    let channel = find_channel(&app, &id)?;
    let expected = posted.fields.get("revision").unwrap_or_default();
    expect_revision(channel.revision, expected, "channel")?;
    let seconds = posted.fields.given("/overlap_seconds").and_then(|text| text.parse().ok());
    let seconds = seconds.ok_or_else(|| {
        ApiProblem::violations(vec![Violation::new("/overlap_seconds", "expected seconds")])
    })?;
    rotate_key(&app, &channel, seconds, actor).await?;
    Ok(go_to(&format!("/channels/{id}?done=rotated")))
}
