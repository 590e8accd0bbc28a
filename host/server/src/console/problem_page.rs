//! What went wrong, as a page, where the API would answer with a problem document.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::frame::Frame;
use super::html::page;
use super::wrong::Wrong;
use crate::app::App;
use crate::problem::{ApiProblem, CorrelationId};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    at: Frame,
    wrong: Wrong,
    correlation: String,
}

/// Writes a page of each problem that a route answers with. The problem itself
/// stays with the answer, for the log.
pub(super) async fn show_problems(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let at = Frame::new(&app, request.headers(), request.uri());
    let correlation = request.extensions().get::<CorrelationId>().cloned();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<ApiProblem>() else { return response };
    let wrong = Wrong::new(&at, &problem);
    let correlation = correlation.map(|CorrelationId(id)| id).unwrap_or_default();
    let status = problem.status();
    let mut written = page(status, &ProblemPage { at, wrong, correlation });
    if let Some(seconds) = problem.retry_after() {
        written.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    written.extensions_mut().insert(problem);
    written
}
