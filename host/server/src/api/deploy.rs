//! Changing what serves under an adapter's name.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use eclusa_deploy::Submission;
use eclusa_journal::registry::{Door, Mode, Policy};
use serde::Deserialize;
use serde_json::Value;

use super::{adapters, body, query};
use crate::app::App;
use crate::auth::Actor;
use crate::problem::ApiProblem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeployQuery {
    /// How it is decided, where not by the adapter's policy.
    mode: Option<Mode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
struct Target {
    /// SHA-256 of a kept revision, or its first digits.
    revision: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, expecting = "expected a JSON object")]
struct Back {
    /// The revision that takes over; the one that served before where not given.
    revision: Option<String>,
    /// The revision that is to be taken back; whatever went live last where not
    /// given.
    from: Option<String>,
    /// Why, for the audit.
    reason: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, expecting = "expected a JSON object")]
struct Why {
    /// Why, for the audit.
    reason: Option<String>,
}

/// A body that may be left out.
fn optional<T: serde::de::DeserializeOwned + Default>(request: &Bytes) -> Result<T, ApiProblem> {
    if request.is_empty() { Ok(T::default()) } else { body::read(request) }
}

/// `PUT /v1/adapters/{name}`: a candidate; its checks go on after the answer.
pub(super) async fn put(
    State(app): State<App>,
    Path(name): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    uri: Uri,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let DeployQuery { mode } = query::read(&uri)?;
    let bytes = request.to_vec();
    let submission = Submission { name, bytes, door: Door::Api, actor, mode };
    let deployment = app.deployer.submit(submission).await?;
    let location = format!("/v1/deployments/{}", deployment.id);
    Ok((StatusCode::ACCEPTED, [("location", location)], Json(deployment)).into_response())
}

/// `POST /v1/adapters/{name}/activate`.
pub(super) async fn activate(
    State(app): State<App>,
    Path(name): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let Target { revision } = body::read(&request)?;
    Ok(Json(app.deployer.activate(&name, &revision, &actor).await?).into_response())
}

/// `POST /v1/adapters/{name}/approve`.
pub(super) async fn approve(
    State(app): State<App>,
    Path(name): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
) -> Result<Response, ApiProblem> {
    Ok(Json(app.deployer.approve(&name, &actor).await?).into_response())
}

/// `POST /v1/adapters/{name}/decline`.
pub(super) async fn decline(
    State(app): State<App>,
    Path(name): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let Why { reason } = optional(&request)?;
    Ok(Json(app.deployer.decline(&name, &actor, reason).await?).into_response())
}

/// `POST /v1/adapters/{name}/rollback`.
pub(super) async fn roll_back(
    State(app): State<App>,
    Path(name): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let Back { revision, from, reason } = optional(&request)?;
    let (to, from) = (revision.as_deref(), from.as_deref());
    let taken_back = app.deployer.roll_back(&name, to, from, &actor, reason).await?;
    Ok(Json(taken_back).into_response())
}

/// `PUT /v1/adapters/{name}/policy`: the whole policy; what is not named gets its
/// default.
pub(super) async fn set_policy(
    State(app): State<App>,
    Path(name): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Json<Value>, ApiProblem> {
    let policy: Policy = body::read(&request)?;
    app.deployer.set_policy(&name, policy, &actor).await?;
    shown(&app, &name).await
}

/// `PUT /v1/adapters/{name}/pins/{channel}`.
pub(super) async fn pin(
    State(app): State<App>,
    Path((name, channel)): Path<(String, String)>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Json<Value>, ApiProblem> {
    let Target { revision } = body::read(&request)?;
    app.deployer.pin(&name, &channel, &revision, &actor).await?;
    shown(&app, &name).await
}

/// `DELETE /v1/adapters/{name}/pins/{channel}`.
pub(super) async fn unpin(
    State(app): State<App>,
    Path((name, channel)): Path<(String, String)>,
    Extension(Actor(actor)): Extension<Actor>,
) -> Result<StatusCode, ApiProblem> {
    app.deployer.unpin(&name, &channel, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn shown(app: &App, name: &str) -> Result<Json<Value>, ApiProblem> {
    Ok(Json(adapters::whole(&app.deployer.adapter(name).await?)))
}
