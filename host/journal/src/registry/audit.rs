//! Who did what.

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::rfc3339;

/// Something that somebody did, or that happened by itself. It never holds a
/// secret, nor what a setting was or is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEntry {
    /// A ULID.
    pub id: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who: a token's name, `folder` for the watched one, `configuration` for what
    /// the start read there, or `eclusa` for what happened by itself.
    pub actor: String,
    /// What.
    pub action: AuditAction,
    /// What it was done to.
    pub subject: AuditSubject,
    /// SHA-256 of the revision it is about.
    pub revision: Option<String>,
    /// The deployment with the evidence.
    pub deployment: Option<String>,
    /// The channel it is about, beside its subject.
    pub channel: Option<String>,
    /// Why, and what came of it, in one sentence.
    pub detail: String,
}

impl AuditEntry {
    /// An entry of this moment, in Unix milliseconds.
    pub fn new(
        now_ms: i64,
        actor: impl Into<String>,
        action: AuditAction,
        subject: AuditSubject,
        detail: impl Into<String>,
    ) -> Self {
        // The random part of a ULID of the clock's time, not of the machine's.
        let id = Ulid::from_parts(now_ms.unsigned_abs(), Ulid::new().random());
        Self {
            id: id.to_string(),
            at: rfc3339(now_ms),
            actor: actor.into(),
            action,
            subject,
            revision: None,
            deployment: None,
            channel: None,
            detail: detail.into(),
        }
    }

    /// Whether it is listed among the entries about something.
    pub fn is_about(&self, about: &AuditAbout) -> bool {
        self.subjects().any(|(kind, id)| {
            kind == about.kind && about.id.as_deref().is_none_or(|only| only == id)
        })
    }

    /// All that it is listed under: its subject, and the channel beside it.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = (SubjectKind, &str)> {
        let channel = self.channel.as_deref().map(|id| (SubjectKind::Channel, id));
        std::iter::once((self.subject.kind, self.subject.id.as_str())).chain(channel)
    }
}

/// What something was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditSubject {
    /// Of which kind it is.
    pub kind: SubjectKind,
    /// Its id or name.
    pub id: String,
}

impl AuditSubject {
    /// Something of a kind.
    pub fn new(kind: SubjectKind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }
}

/// The kinds of things that change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// An adapter, by its name.
    Adapter,
    /// A channel, by its id.
    Channel,
    /// An API token, by its name.
    Token,
    /// The keys that encrypt secrets; the id is `secrets`.
    Key,
    /// What could not be handed on or mapped, by its id.
    DeadLetter,
    /// The platform; the id is `platform`.
    Platform,
    /// The console that people sign in to; the id is `console`.
    Console,
    /// A service session, by its protocol number.
    Attendance,
    /// A flow, by its id.
    Flow,
}

/// Which entries of the audit are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditAbout {
    /// About things of this kind.
    pub kind: SubjectKind,
    /// About this one of them; `None`: about all.
    pub id: Option<String>,
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// Brought a file.
    Submitted,
    /// A check was not passed.
    Rejected,
    /// It waits for a person.
    Waiting,
    /// A person declined it.
    Declined,
    /// It serves a share of the conversations.
    CanaryStarted,
    /// It serves all conversations.
    WentLive,
    /// It was watched long enough.
    Proven,
    /// The predecessor has taken over.
    RolledBack,
    /// A channel was set to one revision.
    Pinned,
    /// A channel follows its adapter again.
    Unpinned,
    /// A channel stays behind, since it lacks something.
    Held,
    /// A channel has what it lacked.
    Released,
    /// The rules were changed.
    PolicyChanged,
    /// Requests that had failed were mapped again.
    Remapped,
    /// A revision is not kept any more.
    Forgotten,
    /// A dead letter goes out again, or was mapped again.
    Redriven,
    /// A dead letter was given up.
    Discarded,
    /// A channel or a token was made.
    Created,
    /// A channel was changed.
    Changed,
    /// A channel was deleted.
    Deleted,
    /// A channel was given a logo.
    LogoSet,
    /// A channel's logo was removed.
    LogoRemoved,
    /// A channel was given another ingress URL, a token another value, or stored
    /// secrets another key.
    Rotated,
    /// A token is not let in any more.
    Revoked,
    /// What is for a channel's chat or the platform waits.
    Paused,
    /// What had waited goes out again.
    Resumed,
    /// An attendance waits in a queue.
    Queued,
    /// An attendance was taken by an agent.
    Assigned,
    /// An attendance was handed to another queue or agent.
    Transferred,
    /// An attendance was closed.
    Closed,
    /// Somebody has signed in to the console with a token.
    SignedIn,
    /// Somebody has signed out of the console.
    SignedOut,
    /// Sign-ins were refused; the detail tells how many.
    SignInRefused,
}
