//! `GET /adapters/{name}/diff?revision=`: the newest recorded traffic in a kept revision
//! and in the one that serves. It changes nothing.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::super::words;
use super::shadow::Shadow;
use crate::app::App;
use crate::console::frame::Frame;
use crate::console::html::page;
use crate::console::visitor::Visitor;
use crate::problem::ApiProblem;

/// Which revision; else what a person most likely wants to see.
#[derive(Deserialize)]
pub(super) struct Chosen {
    revision: Option<String>,
}

#[derive(Template)]
#[template(path = "operations/diff.html")]
struct Show {
    at: Frame,
    name: String,
    baseline: String,
    candidate: String,
    shadow: Shadow,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(Chosen { revision }): Query<Chosen>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let report = app.deployer.diff(&name, revision.as_deref()).await?;
    let at = visitor.frame;
    let show = Show {
        baseline: words::revision(&report.baseline),
        candidate: words::revision(&report.candidate),
        shadow: Shadow::new(at.language, &report),
        at,
        name,
    };
    Ok(page(StatusCode::OK, &show))
}
