//! What agents do with an attendance: take it, hand it on, close it.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use eclusa_journal::AttendanceStep;

use super::super::html::go_to;
use super::super::visitor::Posted;
use super::page;
use super::place::Place;
use crate::api::{AttendanceCall, change_attendance};
use crate::app::App;
use crate::auth::Permission;
use crate::problem::ApiProblem;

/// `POST /inbox/{attendance}/take`: who presses the button has it.
pub(super) async fn take(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(place): Query<Place>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let agent = posted.visitor.actor(Permission::Attend)?.to_owned();
    done(&app, id, place, posted, AttendanceStep::Assign { agent }).await
}

/// `POST /inbox/{attendance}/queue`: it waits again.
pub(super) async fn queue(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(place): Query<Place>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    done(&app, id, place, posted, AttendanceStep::Queue { queue: None }).await
}

/// `POST /inbox/{attendance}/transfer`: to a queue or an agent.
pub(super) async fn transfer(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(place): Query<Place>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let given = |name| posted.fields.given(name).map(str::to_owned);
    let step = AttendanceStep::Transfer { queue: given("/queue"), agent: given("/agent") };
    done(&app, id, place, posted, step).await
}

/// `POST /inbox/{attendance}/close`: it is over.
pub(super) async fn close(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(place): Query<Place>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    done(&app, id, place, posted, AttendanceStep::Close).await
}

/// Makes the change, and leads back to the thread; a refusal stands above it.
async fn done(
    app: &App,
    id: String,
    place: Place,
    posted: Posted,
    step: AttendanceStep,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Attend)?.to_owned();
    let reason = posted.fields.given("/reason").map(|it| it.replace("\r\n", "\n"));
    let call = AttendanceCall { id: id.clone(), actor, idempotency: None };
    match change_attendance(app, call, step, reason).await {
        Ok(changed) => Ok(go_to(&place.link(&format!("/inbox/{}", changed.attendance.id)))),
        Err(problem) if problem.status().is_client_error() => {
            let attendance = page::find(app, &id).await?;
            page::not_done(app, attendance, place, posted, &problem).await
        }
        Err(problem) => Err(problem),
    }
}
