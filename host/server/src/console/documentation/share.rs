//! `POST /channels/{id}/documentation/share` and `…/hide`: the link to a channel's
//! documentation.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use eclusa_model::Channel;

use super::super::html::go_to;
use super::super::visitor::Posted;
use crate::api::{expect_revision, find_channel, hide_documentation, share_documentation};
use crate::app::App;
use crate::auth::Permission;
use crate::problem::ApiProblem;

/// Makes a link, or another one.
pub(super) async fn share(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let (channel, actor) = asked(&app, &id, &posted)?;
    share_documentation(&app, &channel, actor).await?;
    Ok(go_to(&format!("/channels/{id}/documentation?done=shared#share")))
}

/// Ends the link.
pub(super) async fn hide(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let (channel, actor) = asked(&app, &id, &posted)?;
    hide_documentation(&app, &channel, actor).await?;
    Ok(go_to(&format!("/channels/{id}/documentation?done=hidden#share")))
}

/// The channel that the form was made from, and who sent it.
fn asked<'p>(
    app: &App,
    id: &str,
    posted: &'p Posted,
) -> Result<(Arc<Channel>, &'p str), ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    let channel = find_channel(app, id)?;
    let expected = posted.fields.get("revision").unwrap_or_default();
    expect_revision(channel.revision, expected, "channel")?;
    Ok((channel, actor))
}
