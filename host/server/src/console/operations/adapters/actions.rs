//! What an adapter's page does at one press.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::App;
use crate::auth::Permission;
use crate::console::html::go_to;
use crate::console::visitor::Posted;
use crate::problem::ApiProblem;

fn done(name: &str, what: &str) -> Response {
    go_to(&format!("/adapters/{name}?done={what}"))
}

/// `POST /adapters/{name}/approve`: what waits goes live.
pub(super) async fn approve(
    State(app): State<App>,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    still_waits(&app, &name, &posted).await?;
    app.deployer.approve(&name, actor).await?;
    Ok(done(&name, "approved"))
}

/// `POST /adapters/{name}/decline`: what waits does not go live.
pub(super) async fn decline(
    State(app): State<App>,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    still_waits(&app, &name, &posted).await?;
    let reason = posted.fields.given("/reason").map(str::to_owned);
    app.deployer.decline(&name, actor, reason).await?;
    Ok(done(&name, "declined"))
}

/// Nobody approves or declines what they have not seen: the form names it.
async fn still_waits(app: &App, name: &str, posted: &Posted) -> Result<(), ApiProblem> {
    let view = app.deployer.adapter(name).await?;
    let seen = posted.fields.given("/deployment");
    let waiting = view.record.waiting.as_ref().map(|waiting| waiting.deployment.as_str());
    if waiting.is_some() && waiting == seen {
        return Ok(());
    }
    let detail = "another candidate waits now, or none does";
    Err(ApiProblem::new(StatusCode::CONFLICT, "candidate_changed", detail)
        .action("Open the adapter's page again, and look at what waits now."))
}

/// `POST /adapters/{name}/rollback`. The form names what it takes back, so that one
/// sent twice does not go one step further.
pub(super) async fn roll_back(
    State(app): State<App>,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    let fields = &posted.fields;
    let (to, from) = (fields.given("/revision"), fields.given("/from"));
    let reason = fields.given("/reason").map(str::to_owned);
    app.deployer.roll_back(&name, to, from, actor, reason).await?;
    Ok(done(&name, "rolled-back"))
}

/// `POST /adapters/{name}/pin`: a channel is set to one revision.
pub(super) async fn pin(
    State(app): State<App>,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    let value = |name| posted.fields.given(name).unwrap_or_default();
    app.deployer.pin(&name, value("/channel"), value("/revision"), actor).await?;
    Ok(done(&name, "pinned"))
}

/// `POST /adapters/{name}/unpin`: it follows its adapter again.
pub(super) async fn unpin(
    State(app): State<App>,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    let channel = posted.fields.given("/channel").unwrap_or_default();
    app.deployer.unpin(&name, channel, actor).await?;
    Ok(done(&name, "unpinned"))
}
