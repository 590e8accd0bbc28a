//! Answers with pages.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::problem::ApiProblem;

/// Marks an answer that is written for people: it stays as it is, whatever its
/// status.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page;

/// A whole page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    let html = match template.render() {
        Ok(html) => html,
        Err(error) => {
            let detail = format!("the page cannot be written: {error}");
            return ApiProblem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
                .into_response();
        }
    };
    let mut response = (status, Html(html)).into_response();
    response.extensions_mut().insert(Page);
    response
}

/// Sends a browser to another of our pages, with `GET`. A path that no header can
/// hold leads to the first page.
pub(super) fn go_to(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// A script of ours.
pub(crate) fn script(source: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], source).into_response()
}
