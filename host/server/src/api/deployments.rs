//! Deployments with their evidence, comparisons, and who did what.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{page, query};
use crate::app::App;
use crate::problem::ApiProblem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DiffQuery {
    /// SHA-256 of a kept revision, or its first digits.
    revision: Option<String>,
}

/// `GET /v1/deployments`, newest first; without their stages and their shadows,
/// which can be long.
pub(super) async fn list(State(app): State<App>, uri: Uri) -> Result<Response, ApiProblem> {
    let (adapter, page) = page::of_adapter(&uri)?;
    let deployments = app.deployer.deployments(adapter, page).await?;
    let deployments: Vec<Value> = deployments
        .iter()
        .map(|deployment| {
            let mut json = serde_json::to_value(deployment).unwrap_or_default();
            if let Value::Object(fields) = &mut json {
                fields.remove("stages");
                fields.remove("shadow");
            }
            json
        })
        .collect();
    Ok(Json(json!({ "deployments": deployments })).into_response())
}

/// `GET /v1/deployments/{id}`, while its checks run too.
pub(super) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, ApiProblem> {
    Ok(Json(app.deployer.deployment(&id).await?).into_response())
}

/// `GET /v1/adapters/{name}/diff`.
pub(super) async fn diff(
    State(app): State<App>,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    let DiffQuery { revision } = query::read(&uri)?;
    Ok(Json(app.deployer.diff(&name, revision.as_deref()).await?).into_response())
}

/// `GET /v1/audit`, newest first.
pub(super) async fn audit(State(app): State<App>, uri: Uri) -> Result<Response, ApiProblem> {
    let (about, page) = page::of_audit(&uri)?;
    let entries = app.deployer.audit(about, page).await?;
    Ok(Json(json!({ "entries": entries })).into_response())
}
