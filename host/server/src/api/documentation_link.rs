//! `/v1/channels/{id}/documentation-link`: the link by which anybody can read a
//! channel's documentation.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use eclusa_journal::registry::{AuditAction, SubjectKind};
use eclusa_journal::{ChannelChange, TokenRole};
use eclusa_model::{Channel, Secret};

use super::channels::{check_precondition, find, shown};
use crate::app::App;
use crate::auth::{Actor, random_hex};
use crate::problem::ApiProblem;

/// `POST`: a link, or another one; the one before it ends at once.
pub(super) async fn make(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    Extension(role): Extension<TokenRole>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let before = find(&app, &id)?;
    check_precondition(&headers, Some(&before))?;
    let channel = share_documentation(&app, &before, &actor).await?;
    Ok(shown(&app, &channel, role, StatusCode::OK))
}

/// `DELETE`: the documentation is not shared any more.
pub(super) async fn end(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    Extension(role): Extension<TokenRole>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let before = find(&app, &id)?;
    check_precondition(&headers, Some(&before))?;
    let channel = hide_documentation(&app, &before, &actor).await?;
    Ok(shown(&app, &channel, role, StatusCode::OK))
}

/// Gives the documentation of a channel, as it is now, a link, or another one.
pub(crate) async fn share_documentation(
    app: &App,
    before: &Channel,
    actor: &str,
) -> Result<Channel, ApiProblem> {
    let detail = match before.documentation_key {
        None => "its documentation is shared by a link",
        Some(_) => "its documentation has another link; the old one has ended",
    };
    change(app, before, Some(Secret::new(random_hex::<16>())), actor, detail).await
}

/// Ends the link to the documentation of a channel, as it is now.
pub(crate) async fn hide_documentation(
    app: &App,
    before: &Channel,
    actor: &str,
) -> Result<Channel, ApiProblem> {
    if before.documentation_key.is_none() {
        return Ok(before.clone());
    }
    change(app, before, None, actor, "its documentation is not shared any more").await
}

async fn change(
    app: &App,
    before: &Channel,
    documentation_key: Option<Secret>,
    actor: &str,
    detail: &str,
) -> Result<Channel, ApiProblem> {
    let channel = Channel {
        documentation_key,
        revision: before.revision + 1,
        updated_at: app.now(),
        ..before.clone()
    };
    let id = &before.profile.id;
    let audit = app.audit(actor, AuditAction::Changed, SubjectKind::Channel, id, detail);
    let change =
        ChannelChange::Put { channel: Box::new(channel.clone()), expected: before.revision };
    app.channels.change(change, audit).await?;
    Ok(channel)
}
