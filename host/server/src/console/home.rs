//! `GET /`: where to go from here.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::Frame;
use super::html::page;
use super::operations::{Attention, attention};
use super::visitor::Visitor;
use crate::app::App;
use crate::problem::ApiProblem;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    at: Frame,
    channels: usize,
    adapters: Vec<String>,
    demo: bool,
    attention: Vec<Attention>,
}

/// The first page, for who is signed in.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, ApiProblem> {
    let home = Home {
        at: visitor.frame,
        channels: app.channels.all().len(),
        adapters: app.deployer.routes().names(),
        demo: app.config.demo,
        attention: attention(&app).await?,
    };
    Ok(page(StatusCode::OK, &home))
}
