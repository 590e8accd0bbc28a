//! `GET /dead-letters/{id}`: one letter, why it lies here, and what can be done.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::{Attempt, DeadLetter, LetterContent, LetterKind};
use eclusa_relay::PlatformEvent;

use super::super::recorded::{Recorded, facts, revisions};
use super::super::words;
use crate::api::Skipped;
use crate::app::App;
use crate::console::frame::Frame;
use crate::console::html::{go_to, page};
use crate::console::visitor::Visitor;
use crate::problem::ApiProblem;

#[derive(Template)]
#[template(path = "operations/letter.html")]
struct Show {
    at: Frame,
    letter: DeadLetter,
    channel_name: String,
    canonical: Option<String>,
    request: Option<Recorded>,
    attempts: Vec<Attempt>,
    /// By which it can be mapped; none for an event, which is pushed as it is.
    revisions: Vec<(String, String)>,
}

impl Show {
    fn facts(&self, attempt: &Attempt) -> String {
        facts(self.at.language, attempt)
    }
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let found = app.letters.letter(id.clone()).await?;
    let record = found.ok_or_else(|| ApiProblem::not_found("dead letter", &id))?;
    let active = app.channels.by_id(&record.letter.channel);
    let profile = active.as_ref().map(|active| &active.channel.profile);
    let (canonical, request) = match record.content {
        LetterContent::Message(message) => {
            let message: serde_json::Value =
                serde_json::from_str(message.get()).unwrap_or_default();
            (Some(words::pretty(&message)), None)
        }
        LetterContent::Event { event, request } => {
            let json = words::pretty(&PlatformEvent::new(&event, profile));
            (Some(json), request.map(|it| Recorded::new(*it)))
        }
        LetterContent::Request(request) => (None, Some(Recorded::new(*request))),
    };
    let revisions = match record.letter.kind {
        LetterKind::Event => Vec::new(),
        LetterKind::Message | LetterKind::Request => revisions(&app, &record.letter.channel).await,
    };
    let show = Show {
        at: visitor.frame,
        channel_name: profile.map_or(record.letter.channel.clone(), |it| it.name.clone()),
        letter: record.letter,
        attempts: record.attempts,
        canonical,
        request,
        revisions,
    };
    Ok(page(StatusCode::OK, &show))
}

#[derive(Template)]
#[template(path = "operations/letters_result.html")]
struct Done {
    at: Frame,
    /// The key of what was done.
    what: &'static str,
    count: usize,
    skipped: Vec<Skipped>,
}

/// What came of it: the list again, or why nothing was done with some.
pub(super) fn result(
    at: Frame,
    what: &'static str,
    count: usize,
    skipped: Vec<Skipped>,
) -> Response {
    if skipped.is_empty() {
        return go_to(&format!("/dead-letters?done={what}&count={count}"));
    }
    let what = match what {
        "discarded" => "letters-done-discarded",
        _ => "letters-done-redriven",
    };
    page(StatusCode::OK, &Done { at, what, count, skipped })
}
