//! What waits for a person: dead letters of all kinds.

mod discard;
mod list;
mod redrive;
mod show;

pub(super) use discard::discard;
pub(crate) use discard::{Reason, discard_letters};
pub(super) use list::{list, unmapped};
pub(crate) use redrive::{Answer as Redriven, Skipped, redrive_like, redrive_named};
pub(super) use redrive::{redrive, redrive_many};
pub(super) use show::show;

use eclusa_journal::registry::{AuditAction, AuditEntry, AuditSubject, SubjectKind};
use eclusa_journal::{DeadLetter, LetterFilter, LetterKind, LetterState, unix_ms};
use serde::Deserialize;

use crate::app::App;
use crate::problem::{ApiProblem, Violation};

/// Which letters, as all calls about several take it.
#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default, expecting = "expected a JSON object")]
pub(crate) struct Filter {
    /// `message`, `event` or `request`.
    pub(crate) kind: Option<LetterKind>,
    pub(crate) channel: Option<String>,
    pub(crate) conversation: Option<String>,
    /// The problem's code.
    pub(crate) code: Option<String>,
    /// The adapter whose build failed.
    pub(crate) adapter: Option<String>,
    /// The build that failed: the first digits of its SHA-256.
    pub(crate) revision: Option<String>,
    /// Those that died then or later, RFC 3339.
    pub(crate) after_time: Option<String>,
}

impl Filter {
    /// The same for the journal.
    pub(crate) fn read(self, state: LetterState) -> Result<LetterFilter, ApiProblem> {
        let Self { kind, channel, conversation, code, adapter, revision, after_time } = self;
        let wrong =
            |pointer, message| ApiProblem::violations(vec![Violation::new(pointer, message)]);
        let died_from_ms = match after_time {
            Some(time) => Some(unix_ms(&time).ok_or_else(|| {
                wrong("/after_time", "expected a time such as 2026-03-01T12:00:00Z")
            })?),
            None => None,
        };
        let revision = revision.map(|digits| digits.to_ascii_lowercase());
        let is_sha256 = |digits: &String| {
            (1..=64).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_hexdigit())
        };
        if revision.as_ref().is_some_and(|digits| !is_sha256(digits)) {
            return Err(wrong("/revision", "expected the first digits of a SHA-256"));
        }
        Ok(LetterFilter {
            kind,
            channel,
            conversation,
            code,
            adapter,
            revision,
            died_from_ms,
            state,
        })
    }
}

/// What somebody did with a letter, for the audit.
fn entry(
    app: &App,
    actor: &str,
    action: AuditAction,
    letter: &DeadLetter,
    detail: String,
) -> AuditEntry {
    let subject = AuditSubject::new(SubjectKind::DeadLetter, &letter.id);
    app.deployer.entry_of_channel(actor, action, subject, letter.channel.clone(), detail)
}
