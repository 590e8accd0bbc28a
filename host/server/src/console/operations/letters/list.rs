//! `GET /dead-letters`: all that waits for a person, or was given up.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::{DeadLetter, LetterKind, Window};
use serde::Deserialize;

use super::super::badge::Badge;
use super::chosen::Filter;
use crate::app::App;
use crate::console::frame::Frame;
use crate::console::html::page;
use crate::console::visitor::Visitor;
use crate::console::wrong::Wrong;
use crate::problem::ApiProblem;

/// How many stand on a page.
const SHOWN: u32 = 50;

/// What is asked for.
#[derive(Deserialize)]
pub(super) struct Asked {
    // Flattened values would all be text; the filter's are.
    #[serde(flatten)]
    filter: Filter,
    before: Option<String>,
    done: Option<String>,
    count: Option<u32>,
}

#[derive(Template)]
#[template(path = "operations/letters.html")]
struct List {
    at: Frame,
    filter: Filter,
    letters: Vec<DeadLetter>,
    /// Where the next page begins.
    next: Option<String>,
    channels: Vec<(String, String)>,
    adapters: Vec<String>,
    discarded: bool,
    done: Option<(Badge, u32)>,
    wrong: Option<Wrong>,
}

impl List {
    fn channel(&self, id: &str) -> String {
        let found = self.channels.iter().find(|(it, _)| it == id);
        found.map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    }
}

/// The text that names a kind.
pub(super) fn kind(kind: &LetterKind) -> &'static str {
    match kind {
        LetterKind::Message => "letter-message",
        LetterKind::Event => "letter-event",
        LetterKind::Request => "letter-request",
    }
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let Asked { filter, before, done, count } = asked;
    let at = visitor.frame;
    let read = filter.input().and_then(|input| input.read(filter.state()));
    let (letters, wrong) = match read {
        Ok(read) => {
            let window = Window::Newest { before, limit: SHOWN };
            (app.letters.letters(read, window).await?, None)
        }
        Err(problem) => (Vec::new(), Some(problem)),
    };
    let status = wrong.as_ref().map_or(StatusCode::OK, ApiProblem::status);
    let full = letters.len() == SHOWN as usize;
    let channels = app.channels.all();
    let named = channels.iter().map(|it| {
        let profile = &it.channel.profile;
        (profile.id.clone(), profile.name.clone())
    });
    let list = List {
        next: letters.last().filter(|_| full).map(|letter| letter.id.clone()),
        channels: named.collect(),
        adapters: app.deployer.routes().names(),
        discarded: filter.state() == eclusa_journal::LetterState::Discarded,
        done: done.as_deref().and_then(done_key).map(|key| (key, count.unwrap_or(1))),
        wrong: wrong.map(|problem| Wrong::new(&at, &problem)),
        letters,
        filter,
        at,
    };
    Ok(page(status, &list))
}

fn done_key(done: &str) -> Option<Badge> {
    Some(match done {
        "redriven" => Badge::new("good", "letters-done-redriven"),
        "discarded" => Badge::new("good", "letters-done-discarded"),
        "none" => Badge::new("warn", "letters-done-none"),
        _ => return None,
    })
}
