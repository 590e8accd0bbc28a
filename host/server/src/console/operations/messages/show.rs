//! `GET /messages/{id}`: what became of a message, or of a request from a chat.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::{Attempt, MessageRecord, MessageState, RequestRecord};
use eclusa_model::Problem;

use super::super::badge::Badge;
use super::super::recorded::{Recorded, facts, revisions};
use super::steps::{Step, steps};
use crate::app::App;
use crate::console::frame::Frame;
use crate::console::html::{go_to, page};
use crate::console::visitor::Visitor;
use crate::problem::ApiProblem;

#[derive(Template)]
#[template(path = "operations/message.html")]
struct Show {
    at: Frame,
    id: String,
    /// The key of what it is.
    what: &'static str,
    badge: Badge,
    channel: String,
    channel_name: String,
    external_id: Option<String>,
    problem: Option<Problem>,
    /// It waits for a person.
    letter: bool,
    steps: Vec<Step>,
    request: Option<Recorded>,
    /// What a request became: message or event, by id and kind.
    became: Vec<(String, String)>,
    canonical: Option<String>,
    attempts: Vec<Attempt>,
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
    let at = visitor.frame;
    if let Some(record) = app.journal.message(id.clone()).await? {
        return Ok(page(StatusCode::OK, &of_message(&app, at, record).await?));
    }
    if let Some(record) = app.traffic.request(id.clone()).await? {
        return Ok(page(StatusCode::OK, &of_request(&app, at, record).await?));
    }
    // An event that is no message has its page where it waits for a person.
    match app.letters.letter(id.clone()).await? {
        Some(_) => Ok(go_to(&format!("/dead-letters/{id}"))),
        None => Err(ApiProblem::not_found("message", &id)),
    }
}

async fn of_message(app: &App, at: Frame, record: MessageRecord) -> Result<Show, ApiProblem> {
    let letter = app.letters.letter(record.id.clone()).await?;
    let canonical: serde_json::Value =
        serde_json::from_str(record.message.get()).unwrap_or_default();
    let inbound = record.direction == "inbound";
    Ok(Show {
        what: if inbound { "trace-inbound" } else { "trace-outbound" },
        badge: badge(record.state),
        channel_name: name_of(app, &record.channel),
        letter: letter.is_some_and(|it| it.letter.discarded.is_none()),
        steps: steps(at.language, &record),
        revisions: revisions(app, &record.channel).await,
        became: Vec::new(),
        canonical: Some(super::super::words::pretty(&canonical)),
        request: record.request.map(Recorded::new),
        attempts: record.attempts,
        problem: record.problem,
        external_id: record.external_id,
        channel: record.channel,
        id: record.id,
        at,
    })
}

async fn of_request(app: &App, at: Frame, record: RequestRecord) -> Result<Show, ApiProblem> {
    let events = app.traffic.events_of(record.id.clone()).await?;
    let badge = match (&record.problem, &record.discarded) {
        (None, _) => Badge::new("good", "request-mapped"),
        (Some(_), None) => Badge::new("bad", "request-unmapped"),
        (Some(_), Some(_)) => Badge::new("", "letter-discarded"),
    };
    Ok(Show {
        id: record.id.clone(),
        what: "trace-request",
        badge,
        channel_name: name_of(app, &record.channel),
        channel: record.channel.clone(),
        external_id: None,
        problem: record.problem.clone(),
        letter: record.problem.is_some() && record.discarded.is_none(),
        steps: Vec::new(),
        became: events.into_iter().map(|event| (event.id, event.kind)).collect(),
        canonical: None,
        attempts: Vec::new(),
        revisions: revisions(app, &record.channel).await,
        request: Some(Recorded::new(record)),
        at,
    })
}

fn badge(state: MessageState) -> Badge {
    match state {
        MessageState::Mapped => Badge::new("", "message-mapped"),
        MessageState::Pushed => Badge::new("good", "message-pushed"),
        MessageState::Queued => Badge::new("warn", "message-queued"),
        MessageState::Sent => Badge::new("good", "message-sent"),
        MessageState::Delivered => Badge::new("good", "step-delivered"),
        MessageState::Read => Badge::new("good", "step-read"),
        MessageState::Failed => Badge::new("bad", "step-failed"),
    }
}

/// A channel's name; its identifier where it was deleted.
fn name_of(app: &App, channel: &str) -> String {
    let active = app.channels.by_id(channel);
    active.map_or_else(|| channel.to_owned(), |it| it.channel.profile.name.clone())
}
