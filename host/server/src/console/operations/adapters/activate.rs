//! `/adapters/{name}/activate`: asked for once more, since all its channels follow.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::super::words;
use crate::app::App;
use crate::auth::Permission;
use crate::console::frame::Frame;
use crate::console::html::{go_to, page};
use crate::console::visitor::{Posted, Visitor};
use crate::problem::ApiProblem;

/// Which revision.
#[derive(Deserialize)]
pub(super) struct Chosen {
    revision: String,
}

#[derive(Template)]
#[template(path = "operations/activate.html")]
struct Ask {
    at: Frame,
    name: String,
    revision: String,
    short: String,
    version: String,
    channels: usize,
}

/// `GET`: what it means.
pub(super) async fn ask(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(Chosen { revision }): Query<Chosen>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Operate)?;
    let view = app.deployer.adapter(&name).await?;
    let kept = view.record.kept.iter().find(|kept| kept.sha256 == revision);
    let kept = kept.ok_or_else(|| ApiProblem::not_found("revision", &revision))?;
    let ask = Ask {
        at: visitor.frame,
        short: words::revision(&revision),
        version: kept.version.clone(),
        channels: app.channels.on(&name).len(),
        revision,
        name,
    };
    Ok(page(StatusCode::OK, &ask))
}

/// `POST`: does it.
pub(super) async fn activate(
    State(app): State<App>,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    let revision = posted.fields.given("/revision").unwrap_or_default();
    app.deployer.activate(&name, revision, actor).await?;
    Ok(go_to(&format!("/adapters/{name}?done=activated")))
}
