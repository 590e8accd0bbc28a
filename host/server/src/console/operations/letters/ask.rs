//! `POST /dead-letters/ask`: how many it is about, before anything is done. It changes
//! nothing.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::chosen::Chosen;
use crate::app::App;
use crate::auth::Permission;
use crate::console::frame::Frame;
use crate::console::html::{go_to, page};
use crate::console::visitor::Posted;
use crate::console::wrong::Wrong;
use crate::problem::ApiProblem;

#[derive(Template)]
#[template(path = "operations/letters_ask.html")]
struct Ask {
    at: Frame,
    discards: bool,
    count: usize,
    /// There are more than are done at once.
    more: bool,
    /// How often each code of a problem is among them.
    codes: Vec<(String, usize)>,
    hidden: Vec<(String, String)>,
    reason: String,
    wrong: Option<Wrong>,
}

/// The question.
pub(super) async fn ask(State(app): State<App>, posted: Posted) -> Result<Response, ApiProblem> {
    posted.visitor.actor(Permission::Operate)?;
    let discards = posted.fields.get("do") == Some("discard");
    asked(&app, posted, discards, None).await
}

/// The same where a reason was refused.
pub(super) async fn again(
    app: &App,
    posted: Posted,
    problem: &ApiProblem,
) -> Result<Response, ApiProblem> {
    asked(app, posted, true, Some(problem)).await
}

async fn asked(
    app: &App,
    posted: Posted,
    discards: bool,
    problem: Option<&ApiProblem>,
) -> Result<Response, ApiProblem> {
    let Some(chosen) = Chosen::of(&posted.fields) else {
        return Ok(go_to("/dead-letters?done=none"));
    };
    let (letters, more) = chosen.letters(app).await?;
    if letters.is_empty() {
        return Ok(go_to("/dead-letters?done=none"));
    }
    let mut codes = std::collections::BTreeMap::<String, usize>::new();
    for letter in &letters {
        *codes.entry(letter.problem.code.clone()).or_default() += 1;
    }
    let mut codes: Vec<_> = codes.into_iter().collect();
    codes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    codes.truncate(10);
    let at = posted.visitor.frame;
    let ask = Ask {
        count: letters.len(),
        hidden: chosen.hidden(),
        reason: posted.fields.get("/reason").unwrap_or_default().to_owned(),
        wrong: problem.map(|problem| Wrong::new(&at, problem)),
        discards,
        more,
        codes,
        at,
    };
    Ok(page(problem.map_or(StatusCode::OK, ApiProblem::status), &ask))
}
