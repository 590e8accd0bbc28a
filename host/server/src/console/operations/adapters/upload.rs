//! `POST /adapters/deploy`: a file for an adapter, new or known.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use eclusa_deploy::Submission;
use eclusa_journal::registry::{Door, Mode};

use super::list;
use crate::app::App;
use crate::auth::Permission;
use crate::console::html::go_to;
use crate::console::visitor::{NotTaken, Posted, Visitor};
use crate::console::wrong::Wrong;
use crate::problem::{ApiProblem, Violation};

/// The form, as it was sent.
#[derive(Default)]
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) mode: String,
    /// What is wrong with it.
    pub(super) wrong: Option<Wrong>,
}

impl Upload {
    /// Whether something is wrong with a field.
    pub(super) fn is_wrong(&self, pointer: &str) -> bool {
        let wrong = self.wrong.as_ref();
        wrong.is_some_and(|wrong| wrong.violations.iter().any(|it| it.pointer == pointer))
    }
}

/// Somebody who may deploy: asked before the file is read.
pub(super) struct MayDeploy;

impl FromRequestParts<App> for MayDeploy {
    type Rejection = NotTaken;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, NotTaken> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        visitor.actor(Permission::Operate)?;
        Ok(Self)
    }
}

/// Takes a candidate, and leads to how far its checks are.
pub(super) async fn deploy(
    State(app): State<App>,
    _: MayDeploy,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    match submitted(&app, &posted).await {
        Ok(page) => Ok(go_to(&page)),
        Err(problem) if problem.status().is_client_error() => {
            let value = |name| posted.fields.get(name).unwrap_or_default().to_owned();
            let upload = Upload { name: value("/name"), mode: value("/mode"), wrong: None };
            Ok(list::refused(&app, posted.visitor.frame, upload, &problem).await)
        }
        Err(problem) => Err(problem),
    }
}

async fn submitted(app: &App, posted: &Posted) -> Result<String, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?.to_owned();
    let name = posted.fields.given("/name").unwrap_or_default().to_owned();
    let file = posted
        .fields
        .file("/file")
        .ok_or_else(|| ApiProblem::violations(vec![Violation::new("/file", "expected a file")]))?;
    let mode = match posted.fields.given("/mode") {
        None => None,
        Some(mode) => Some(mode_of(mode)?),
    };
    let submission = Submission { name, bytes: file.to_vec(), door: Door::Api, actor, mode };
    let deployment = app.deployer.submit(submission).await.map_err(|error| {
        let problem = ApiProblem::from(error);
        if problem.code() == "invalid_name" { problem.at("/name") } else { problem }
    })?;
    Ok(format!("/adapters/{}/deployments/{}", deployment.adapter, deployment.id))
}

fn mode_of(mode: &str) -> Result<Mode, ApiProblem> {
    serde_json::from_value(mode.into()).map_err(|_| {
        let message = "expected auto, review or manual";
        ApiProblem::violations(vec![Violation::new("/mode", message)])
    })
}
