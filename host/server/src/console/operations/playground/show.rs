//! `/playground`.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::words;
use super::fill::{Asked, Offer, filled, offers};
use super::form::Form;
use super::run::{self, Answer, Outcome};
use crate::app::App;
use crate::auth::Permission;
use crate::console::frame::Frame;
use crate::console::html::page;
use crate::console::visitor::{Posted, Visitor};
use crate::console::wrong::Wrong;
use crate::problem::ApiProblem;

#[derive(Template)]
#[template(path = "operations/playground.html")]
struct Show {
    at: Frame,
    form: Form,
    /// Value and name.
    channels: Vec<(String, String)>,
    adapters: Vec<(String, String)>,
    /// Of each adapter its kept revisions: SHA-256 and label.
    revisions: Vec<(String, Vec<(String, String)>)>,
    offers: Vec<Offer>,
    outcome: Option<Outcome>,
    wrong: Option<Wrong>,
}

/// `GET`: the form.
pub(super) async fn show(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Operate)?;
    let form = filled(&app, asked).await?;
    Ok(page(StatusCode::OK, &written(&app, visitor.frame, form).await))
}

/// `POST`: what comes of it. Nothing changes by it, so the answer is the page itself.
pub(super) async fn run(State(app): State<App>, posted: Posted) -> Result<Response, ApiProblem> {
    posted.visitor.actor(Permission::Operate)?;
    let at = posted.visitor.frame;
    let form = Form::sent(&posted.fields);
    let outcome = tried(&app, &at, &form).await;
    let show = written(&app, at, form).await;
    match outcome {
        Ok(outcome) => Ok(page(StatusCode::OK, &Show { outcome: Some(outcome), ..show })),
        Err(problem) if problem.status().is_client_error() => {
            let wrong = Some(Wrong::new(&show.at, &problem));
            Ok(page(problem.status(), &Show { wrong, ..show }))
        }
        Err(problem) => Err(problem),
    }
}

async fn tried(app: &App, at: &Frame, form: &Form) -> Result<Outcome, ApiProblem> {
    let subject = form.subject(app).await?;
    let input = form.input(app)?;
    run::run(app, at.language, subject, input).await
}

async fn written(app: &App, at: Frame, mut form: Form) -> Show {
    let channels = app.channels.all();
    let channels: Vec<_> = channels
        .iter()
        .map(|it| {
            let profile = &it.channel.profile;
            (format!("channel:{}", profile.id), profile.name.clone())
        })
        .collect();
    let views = app.deployer.adapters().await;
    let names = views.iter().map(|view| view.record.name.clone());
    let adapters: Vec<_> = names.map(|name| (format!("adapter:{name}"), name)).collect();
    if form.on.is_empty() {
        let first = channels.first().or(adapters.first());
        form.on = first.map(|(value, _)| value.clone()).unwrap_or_default();
    }
    let revisions = views.iter().map(|view| {
        let kept = view.record.kept.iter();
        let label =
            |version: &str, sha256: &str| format!("{version} · {}", words::revision(sha256));
        let kept = kept.map(|it| (it.sha256.clone(), label(&it.version, &it.sha256)));
        (view.record.name.clone(), kept.collect())
    });
    Show {
        revisions: revisions.collect(),
        offers: offers(app, &form),
        channels,
        adapters,
        form,
        outcome: None,
        wrong: None,
        at,
    }
}
