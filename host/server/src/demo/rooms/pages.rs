//! The sample pages, each with a script and a style sheet of its own.

use axum::extract::Path;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use crate::console::script;
use crate::problem::ApiProblem;

/// A bubble on a company's site.
pub(super) async fn site() -> Html<&'static str> {
    Html(include_str!("../site/page.html"))
}

/// The chat of an app.
pub(super) async fn app() -> Html<&'static str> {
    Html(include_str!("../app/page.html"))
}

/// Colleagues and their rooms.
pub(super) async fn team() -> Html<&'static str> {
    Html(include_str!("../team/page.html"))
}

/// Their scripts and style sheets.
pub(super) async fn part(Path(name): Path<String>) -> Result<Response, ApiProblem> {
    let style = |text: &'static str| {
        ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], text).into_response()
    };
    Ok(match name.as_str() {
        "site.js" => script(include_str!("../site/page.js")),
        "app.js" => script(include_str!("../app/page.js")),
        "team.js" => script(include_str!("../team/page.js")),
        "site.css" => style(include_str!("../site/page.css")),
        "app.css" => style(include_str!("../app/page.css")),
        "team.css" => style(include_str!("../team/page.css")),
        _ => return Err(ApiProblem::not_found("file", &name)),
    })
}
