//! What pages load: one style sheet, an icon, and their scripts.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::html::script;
use crate::app::App;

/// All of it.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/assets/console.css", get(style))
        .route("/assets/icon.svg", get(icon))
        .route("/assets/channel.js", get(async || script(include_str!("assets/channel.js"))))
        .route("/assets/operations.js", get(async || script(include_str!("assets/operations.js"))))
        .route(
            "/assets/documentation.js",
            get(async || script(include_str!("assets/documentation.js"))),
        )
        .route("/assets/flow.js", get(async || script(include_str!("assets/flow.js"))))
        .route("/assets/dashboard.js", get(async || script(include_str!("assets/dashboard.js"))))
        .route("/assets/zone.js", get(async || script(include_str!("assets/zone.js"))))
        .route("/assets/inbox.js", get(async || script(include_str!("assets/inbox.js"))))
        .route("/assets/traffic.js", get(async || script(include_str!("assets/traffic.js"))))
        .route("/assets/login.js", get(async || script(include_str!("assets/login.js"))))
}

/// The one style sheet, in the order in which its parts count.
const STYLE: &str = concat!(
    include_str!("assets/styles/colors.css"),
    include_str!("assets/styles/ground.css"),
    include_str!("assets/styles/frame.css"),
    include_str!("assets/styles/parts.css"),
    include_str!("assets/styles/forms.css"),
    include_str!("assets/styles/channels.css"),
    include_str!("assets/styles/message.css"),
    include_str!("assets/styles/operations.css"),
    include_str!("assets/styles/documentation.css"),
    include_str!("assets/styles/charts.css"),
    include_str!("assets/styles/dashboard.css"),
    include_str!("assets/styles/reports.css"),
    include_str!("assets/styles/inbox.css"),
    include_str!("assets/styles/flows.css"),
    include_str!("assets/styles/narrow.css"),
);

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

async fn icon() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml")], include_str!("assets/icon.svg")).into_response()
}

#[cfg(test)]
#[path = "assets_test.rs"]
mod tests;
