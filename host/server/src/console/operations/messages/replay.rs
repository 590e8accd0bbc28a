//! `GET /messages/{id}/replay?revision=`: what it becomes in another revision. It
//! changes nothing, and makes no request.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_deploy::shadow::Difference;
use serde::Deserialize;
use serde_json::Value;

use super::super::recorded::{revisions, short};
use super::super::words;
use crate::app::App;
use crate::auth::Permission;
use crate::console::frame::Frame;
use crate::console::html::page;
use crate::console::visitor::Visitor;
use crate::problem::ApiProblem;

/// Which revision; else the one that serves.
#[derive(Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    revision: String,
}

#[derive(Template)]
#[template(path = "operations/replay.html")]
struct Show {
    at: Frame,
    id: String,
    revision_then: String,
    revision_now: String,
    /// All its digits, for the form that does it.
    sha256: String,
    then: String,
    now: String,
    /// Pointer, before, after.
    differences: Vec<(String, String, String)>,
    /// It fails in this revision too.
    fails: bool,
    /// It waits for a person, so it can be done.
    letter: bool,
    revisions: Vec<(String, String)>,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(Chosen { revision }): Query<Chosen>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Read)?;
    let revision = Some(revision).filter(|it| !it.is_empty());
    let replay = app.deployer.replay(&id, revision.as_deref()).await?;
    let letter = app.letters.letter(id.clone()).await?;
    let show = Show {
        at: visitor.frame,
        revision_then: short(replay.revision_then.as_ref()),
        revision_now: words::revision(&replay.revision_now.sha256),
        sha256: replay.revision_now.sha256.clone(),
        then: words::pretty(&replay.then),
        fails: replay.now.get("problem").or(replay.now.get("error")).is_some(),
        now: words::pretty(&replay.now),
        differences: replay.differences.iter().map(told).collect(),
        letter: letter.is_some_and(|it| it.letter.discarded.is_none()),
        revisions: revisions(&app, &replay.channel).await,
        id,
    };
    Ok(page(StatusCode::OK, &show))
}

/// A difference, in words.
fn told(difference: &Difference) -> (String, String, String) {
    let value = |value: &Value| match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (difference.pointer.clone(), value(&difference.before), value(&difference.after))
}
