//! Pausing what messages and events go to, and letting it go on.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use eclusa_journal::{Destination, Pause};
use eclusa_relay::RelayStopped;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{body, channels};
use crate::app::App;
use crate::auth::Actor;
use crate::problem::{ApiProblem, Violation};

/// Longest reason, in characters.
const REASON: usize = 500;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PauseInput {
    /// For colleagues, at most 500 characters.
    reason: Option<String>,
}

impl From<RelayStopped> for ApiProblem {
    fn from(stopped: RelayStopped) -> Self {
        Self::unavailable("stopping", stopped.to_string(), 5)
    }
}

fn chat(app: &App, channel: String) -> Result<Destination, ApiProblem> {
    channels::find(app, &channel)?;
    Ok(Destination::Chat { channel })
}

async fn pause(
    app: &App,
    destination: Destination,
    actor: String,
    request: &Bytes,
) -> Result<Response, ApiProblem> {
    let PauseInput { reason } =
        if request.is_empty() { PauseInput::default() } else { body::read(request)? };
    let paused = paused(app, destination, actor, reason).await?;
    Ok(Json(json!({ "paused": paused })).into_response())
}

async fn paused(
    app: &App,
    destination: Destination,
    actor: String,
    reason: Option<String>,
) -> Result<Option<Pause>, ApiProblem> {
    let reason = reason.unwrap_or_else(|| "paused by a person".to_owned());
    if reason.trim().is_empty() || reason.chars().count() > REASON {
        return Err(ApiProblem::violations(vec![Violation::new(
            "/reason",
            "expected 1 to 500 characters",
        )]));
    }
    Ok(app.relay.pause(destination, actor, reason).await?)
}

/// Lets what is for a channel's chat wait.
pub(crate) async fn pause_chat(
    app: &App,
    channel: &str,
    actor: &str,
    reason: Option<String>,
) -> Result<(), ApiProblem> {
    paused(app, chat(app, channel.to_owned())?, actor.to_owned(), reason).await?;
    Ok(())
}

/// Lets it go on.
pub(crate) async fn resume_chat(app: &App, channel: &str, actor: &str) -> Result<(), ApiProblem> {
    app.relay.resume(chat(app, channel.to_owned())?, actor.to_owned()).await?;
    Ok(())
}

async fn resume(
    app: &App,
    destination: Destination,
    actor: String,
) -> Result<Response, ApiProblem> {
    app.relay.resume(destination, actor).await?;
    Ok(Json(json!({ "paused": null })).into_response())
}

/// `POST /v1/channels/{id}/pause`. Given twice, the later one stands.
pub(super) async fn pause_channel(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    pause(&app, chat(&app, id)?, actor, &request).await
}

/// `POST /v1/channels/{id}/resume`. Of one that is not paused it changes nothing.
pub(super) async fn resume_channel(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
) -> Result<Response, ApiProblem> {
    resume(&app, chat(&app, id)?, actor).await
}

/// `POST /v1/platform/pause`.
pub(super) async fn pause_platform(
    State(app): State<App>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    pause(&app, Destination::Platform, actor, &request).await
}

/// `POST /v1/platform/resume`.
pub(super) async fn resume_platform(
    State(app): State<App>,
    Extension(Actor(actor)): Extension<Actor>,
) -> Result<Response, ApiProblem> {
    resume(&app, Destination::Platform, actor).await
}

/// `GET /v1/platform`: where events are pushed to. Of its URL only the host is
/// shown; the rest may be a secret.
pub(super) async fn platform(State(app): State<App>) -> Json<Value> {
    let url = app.config.platform.as_ref().and_then(|platform| url::Url::parse(&platform.url).ok());
    let host = url.as_ref().and_then(url::Url::host_str);
    let paused = app.relay.pause_of(&Destination::Platform);
    Json(json!({ "configured": app.config.platform.is_some(), "host": host, "paused": paused }))
}
