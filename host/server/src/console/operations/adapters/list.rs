//! `GET /adapters`: all adapters, and how another one comes.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::badge::Badge;
use super::super::words;
use super::upload::Upload;
use crate::app::App;
use crate::console::frame::Frame;
use crate::console::html::page;
use crate::console::visitor::Visitor;
use crate::console::wrong::Wrong;
use crate::problem::ApiProblem;

#[derive(Template)]
#[template(path = "operations/adapters.html")]
struct List {
    at: Frame,
    rows: Vec<Row>,
    upload: Upload,
}

/// An adapter at a glance.
struct Row {
    name: String,
    summary: String,
    version: Option<String>,
    revision: String,
    channels: usize,
    badge: Badge,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    written(&app, visitor.frame, Upload::default(), StatusCode::OK).await
}

/// The same where a file was refused.
pub(super) async fn refused(
    app: &App,
    at: Frame,
    upload: Upload,
    problem: &ApiProblem,
) -> Response {
    let wrong = Some(Wrong::new(&at, problem));
    written(app, at, Upload { wrong, ..upload }, problem.status()).await
}

async fn written(app: &App, at: Frame, upload: Upload, status: StatusCode) -> Response {
    let adapters = app.deployer.adapters().await;
    let rows = adapters.iter().map(|view| {
        let manifest = view.active.as_ref().map(|active| active.manifest());
        let name = &view.record.name;
        Row {
            name: name.clone(),
            summary: manifest.map(|it| it.summary.clone()).unwrap_or_default(),
            version: manifest.map(|it| it.version.clone()),
            revision: view
                .active
                .as_ref()
                .map_or_else(String::new, |it| words::revision(it.sha256())),
            channels: app.channels.on(name).len(),
            badge: Badge::of_adapter(view),
        }
    });
    page(status, &List { rows: rows.collect(), at, upload })
}
