//! `GET /audit`: who did what, newest first.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::Page;
use eclusa_journal::registry::{AuditAbout, AuditEntry, SubjectKind};
use serde::Deserialize;

use super::words;
use crate::app::App;
use crate::console::frame::Frame;
use crate::console::html::page;
use crate::console::visitor::Visitor;
use crate::problem::ApiProblem;

/// How many stand on a page.
const SHOWN: usize = 50;

/// So many are read at once, and so many parts at most: the audit has no index by who.
const PART: u32 = 500;
const PARTS: usize = 8;

/// The kinds of what is changed, and the keys of their names.
const KINDS: [(SubjectKind, &str, &str); 9] = [
    (SubjectKind::Adapter, "adapter", "subject-adapter"),
    (SubjectKind::Channel, "channel", "subject-channel"),
    (SubjectKind::Token, "token", "subject-token"),
    (SubjectKind::Key, "key", "subject-key"),
    (SubjectKind::DeadLetter, "dead_letter", "subject-dead-letter"),
    (SubjectKind::Platform, "platform", "subject-platform"),
    (SubjectKind::Console, "console", "subject-console"),
    (SubjectKind::Attendance, "attendance", "subject-attendance"),
    (SubjectKind::Flow, "flow", "subject-flow"),
];

/// What is asked for; what is empty asks for nothing.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
    id: String,
    actor: String,
    before: Option<String>,
}

#[derive(Template)]
#[template(path = "operations/audit.html")]
struct Show {
    at: Frame,
    asked: Asked,
    entries: Vec<AuditEntry>,
    /// Where the next page begins.
    next: Option<String>,
}

impl Show {
    fn kinds(&self) -> [(SubjectKind, &'static str, &'static str); 9] {
        KINDS
    }

    fn kind(&self, entry: &AuditEntry) -> &'static str {
        let found = KINDS.iter().find(|(kind, ..)| *kind == entry.subject.kind);
        found.map_or("subject-adapter", |(_, _, key)| key)
    }

    /// What was done, as the API names it.
    fn action(&self, entry: &AuditEntry) -> String {
        words::name(&entry.action)
    }

    fn short(&self, revision: &str) -> String {
        words::revision(revision)
    }

    /// The page about what was changed, where there is one.
    fn link(&self, entry: &AuditEntry) -> Option<String> {
        let id = &entry.subject.id;
        match entry.subject.kind {
            SubjectKind::Adapter => Some(format!("/adapters/{id}")),
            SubjectKind::Channel => Some(format!("/channels/{id}")),
            SubjectKind::DeadLetter => Some(format!("/messages/{id}")),
            SubjectKind::Token
            | SubjectKind::Key
            | SubjectKind::Platform
            | SubjectKind::Console
            | SubjectKind::Flow
            | SubjectKind::Attendance => None,
        }
    }

    /// The same question for a link, without where it goes on.
    fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let Asked { kind, id, actor, .. } = &self.asked;
        let fields = [("kind", kind), ("id", id), ("actor", actor)];
        query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty())).finish()
    }
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let kind = KINDS.into_iter().find(|(_, name, _)| *name == asked.kind);
    let id = Some(asked.id.trim().to_owned()).filter(|id| !id.is_empty());
    let about = kind.map(|(kind, ..)| AuditAbout { kind, id });
    let (entries, next) = found(&app, about, asked.actor.trim(), asked.before.clone()).await?;
    Ok(page(StatusCode::OK, &Show { at: visitor.frame, asked, entries, next }))
}

/// Entries by somebody, or by anybody where nobody is named; and where to go on.
async fn found(
    app: &App,
    about: Option<AuditAbout>,
    actor: &str,
    mut before: Option<String>,
) -> Result<(Vec<AuditEntry>, Option<String>), ApiProblem> {
    let mut found = Vec::new();
    for _ in 0..PARTS {
        let limit = if actor.is_empty() { SHOWN as u32 } else { PART };
        let window = Page { channel: None, before: before.clone(), limit };
        let part = app.deployer.audit(about.clone(), window).await?;
        let over = part.len() < limit as usize;
        for entry in part {
            before = Some(entry.id.clone());
            if actor.is_empty() || entry.actor == actor {
                found.push(entry);
            }
            if found.len() == SHOWN {
                return Ok((found, before));
            }
        }
        if over {
            return Ok((found, None));
        }
    }
    Ok((found, before))
}
