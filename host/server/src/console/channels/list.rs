//! `GET /channels`.

use askama::Template;
use axum::extract::{Query, State as AppState};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::super::frame::Frame;
use super::super::html::page;
use super::super::visitor::Visitor;
use super::card::{Card, State};
use crate::app::App;

#[derive(Template)]
#[template(path = "channels/list.html")]
struct List {
    at: Frame,
    cards: Vec<Card>,
    /// Without adapters no channel can be made.
    adapters: bool,
    deleted: bool,
}

/// What an earlier page says.
#[derive(Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

/// The list.
pub(super) async fn show(
    AppState(app): AppState<App>,
    Query(Done { done }): Query<Done>,
    visitor: Visitor,
) -> Response {
    let list = List {
        at: visitor.frame,
        cards: app.channels.all().iter().map(|it| Card::new(&app, &it.channel)).collect(),
        adapters: !app.deployer.routes().names().is_empty(),
        deleted: done.as_deref() == Some("deleted"),
    };
    page(StatusCode::OK, &list)
}
