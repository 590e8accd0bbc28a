//! What operators and their tools look at: health, metrics, the API's description.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use eclusa_journal::Status;
use serde::Serialize;

use crate::app::App;
use crate::problem::ApiProblem;

/// The API's description; `tests/openapi.rs` calls all that it names.
/// The document of the API.
pub(crate) const OPENAPI: &str = include_str!("../openapi.json");

/// `GET /livez`: the process runs.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// What `GET /readyz` tells.
#[derive(Serialize)]
struct Readiness {
    /// `ready`, or `not_ready`: then nothing new is taken in.
    status: &'static str,
    adapters: Vec<String>,
    #[serde(flatten)]
    journal: Status,
}

/// `GET /readyz`: requests can be taken; how the writer, the disk and the
/// deliveries are.
pub(crate) async fn ready(State(app): State<App>) -> Result<Response, ApiProblem> {
    if *app.stopping.borrow() {
        return Err(ApiProblem::unavailable("draining", "the server is stopping", 5));
    }
    let journal = app.upkeep.status();
    let adapters = app.deployer.routes().names();
    let ready = journal.refusal.is_none() && journal.writer.alive;
    let (code, status) = match ready {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not_ready"),
    };
    Ok((code, Json(Readiness { status, adapters, journal })).into_response())
}

/// `GET /metrics` for Prometheus.
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, ApiProblem> {
    let text = app.figures.text().await;
    let text =
        text.ok_or_else(|| ApiProblem::unavailable("metrics_failed", "the metrics broke", 5))?;
    let content_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((content_type, text).into_response())
}

/// `GET /openapi.json`.
pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
