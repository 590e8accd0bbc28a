//! `GET /adapters/{name}/deployments/{id}`: a deployment with all its evidence.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::registry::{Deployment, DeploymentState, Door, StageRecord};

use super::super::badge::Badge;
use super::super::words;
use super::shadow::Shadow;
use crate::app::App;
use crate::console::frame::Frame;
use crate::console::html::page;
use crate::console::visitor::Visitor;
use crate::problem::ApiProblem;

#[derive(Template)]
#[template(path = "operations/deployment.html")]
struct Show {
    at: Frame,
    it: Deployment,
    badge: Badge,
    short: String,
    size: String,
    mode: String,
    /// The text that says which way it came.
    door: &'static str,
    /// Its checks run.
    runs: bool,
    /// It is what waits for a person now.
    waits: bool,
    shadow: Option<Shadow>,
}

impl Show {
    fn took(&self, stage: &StageRecord) -> String {
        words::micros(self.at.language, stage.duration_ms * 1000.0)
    }

    fn json(&self, value: &serde_json::Value) -> String {
        words::pretty(value)
    }
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    Path((name, id)): Path<(String, String)>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let view = app.deployer.adapter(&name).await?;
    let it = app.deployer.deployment(&id).await?;
    if it.adapter != name {
        return Err(ApiProblem::not_found("deployment", &id));
    }
    let at = visitor.frame;
    let waiting = view.record.waiting.as_ref();
    let show = Show {
        badge: Badge::of_deployment(it.state),
        short: words::revision(&it.revision),
        size: words::bytes(at.language, it.bytes),
        mode: words::name(&it.mode),
        door: match it.door {
            Door::Folder => "door-folder",
            Door::Api => "door-api",
        },
        runs: it.state == DeploymentState::Checking,
        waits: waiting.is_some_and(|waiting| waiting.deployment == it.id),
        shadow: it.shadow.as_ref().map(|report| Shadow::new(at.language, report)),
        at,
        it,
    };
    Ok(page(StatusCode::OK, &show))
}
