//! What of a channel's documentation can be downloaded: its OpenAPI document, JSON
//! Schemas; and its logo, for the page that is shared.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::super::channels::logo_of;
use super::super::visitor::Visitor;
use super::page::ROBOTS;
use super::subject::Subject;
use crate::app::App;
use crate::documentation::{channel_openapi, schema as schema_by_name};
use crate::problem::ApiProblem;

/// `GET /channels/{id}/documentation/openapi.json`.
pub(super) async fn openapi(
    State(app): State<App>,
    Path(id): Path<String>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    document(&app, &Subject::by_id(&app, &id, visitor.frame.operates())?).await
}

/// `GET /documentation/{key}/openapi.json`.
pub(super) async fn shared_openapi(
    State(app): State<App>,
    Path(key): Path<String>,
) -> Result<Response, ApiProblem> {
    document(&app, &Subject::by_key(&app, &key)?).await
}

async fn document(app: &App, subject: &Subject) -> Result<Response, ApiProblem> {
    let executed = subject.executed(app).await?;
    let document = channel_openapi(
        app.documentation.api(),
        &executed,
        subject.manifest(),
        subject.channel(),
        &subject.address,
        &app.config.public_url(),
    );
    let name = format!("{}-openapi.json", subject.channel().profile.id);
    Ok(file("application/json", &name, &document))
}

/// `GET /channels/{id}/documentation/schemas/{name}`.
pub(super) async fn schema(
    State(app): State<App>,
    Path((id, name)): Path<(String, String)>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    Subject::by_id(&app, &id, visitor.frame.operates())?;
    named(&app, &name)
}

/// `GET /documentation/{key}/schemas/{name}`.
pub(super) async fn shared_schema(
    State(app): State<App>,
    Path((key, name)): Path<(String, String)>,
) -> Result<Response, ApiProblem> {
    Subject::by_key(&app, &key)?;
    named(&app, &name)
}

fn named(app: &App, name: &str) -> Result<Response, ApiProblem> {
    let found = name.strip_suffix(".json");
    let found = found.and_then(|name| schema_by_name(app.documentation.api(), name));
    let schema = found.ok_or_else(|| ApiProblem::not_found("schema", name))?;
    Ok(file("application/schema+json", name, &schema))
}

/// `GET /documentation/{key}/logo`.
pub(super) async fn shared_logo(
    State(app): State<App>,
    Path(key): Path<String>,
) -> Result<Response, ApiProblem> {
    logo_of(&app, Subject::by_key(&app, &key)?.channel()).await
}

/// JSON to keep. The name is made of what file names and headers can hold.
fn file(kind: &'static str, name: &str, json: &Value) -> Response {
    let body = serde_json::to_string_pretty(json).unwrap_or_default();
    let mut response =
        (StatusCode::OK, [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), ROBOTS], body)
            .into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
