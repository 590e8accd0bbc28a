//! What a recorded message becomes in another revision.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::query;
use crate::app::App;
use crate::problem::ApiProblem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplayQuery {
    /// SHA-256 of a kept revision, or its first digits; else the one that serves.
    revision: Option<String>,
}

/// `GET /v1/messages/{id}/replay` and `GET /v1/requests/{id}/replay`.
pub(super) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    let ReplayQuery { revision } = query::read(&uri)?;
    Ok(Json(app.deployer.replay(&id, revision.as_deref()).await?).into_response())
}
