//! What pages load: one style sheet, and their scripts.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::html::script;

/// `GET /assets/console.css`.
pub(super) async fn style() -> Response {
    let content_type = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (content_type, include_str!("console.css")).into_response()
}

/// `GET /assets/login.js`.
pub(super) async fn login() -> Response {
    script(include_str!("login.js"))
}
