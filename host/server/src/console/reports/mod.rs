//! `/reports/attendances`: which attendances there were, what was said in them, and
//! all of them as files.

mod asked;
mod list;
mod show;
mod transcript;

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use eclusa_model::AttendanceState;

use super::visitor::Visitor;
use crate::api::{attendances_csv, attendances_json};
use crate::app::App;
use crate::auth::Permission;
use crate::problem::ApiProblem;

/// All of them.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/reports/attendances", get(list::show))
        .route("/reports/attendances.csv", get(csv))
        .route("/reports/attendances.json", get(json))
        .route("/reports/attendances/{id}", get(show::show))
}

/// The API's export, for who is signed in.
async fn csv(State(app): State<App>, visitor: Visitor, uri: Uri) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Read)?;
    attendances_csv(State(app), uri).await
}

async fn json(State(app): State<App>, visitor: Visitor, uri: Uri) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Read)?;
    attendances_json(State(app), uri).await
}

/// The text that names a state.
fn state_key(state: AttendanceState) -> &'static str {
    match state {
        AttendanceState::Queued => "attendance-queued",
        AttendanceState::Assigned => "attendance-assigned",
        AttendanceState::Transferred => "attendance-transferred",
        AttendanceState::Closed => "attendance-closed",
    }
}

/// How a state's badge looks.
fn state_look(state: AttendanceState) -> &'static str {
    match state {
        AttendanceState::Queued | AttendanceState::Transferred => "warn",
        AttendanceState::Assigned => "good",
        AttendanceState::Closed => "",
    }
}
