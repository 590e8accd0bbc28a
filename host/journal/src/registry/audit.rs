//! Who did what.

use serde::{Deserialize, Serialize};

/// Something that somebody did, or that happened by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEntry {
    /// A ULID.
    pub id: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who: a token's name, `folder`, or `eclusa` for what happened by itself.
    pub actor: String,
    /// What.
    pub action: AuditAction,
    /// The adapter's name.
    pub adapter: String,
    /// SHA-256 of the revision it is about.
    pub revision: Option<String>,
    /// The deployment with the evidence.
    pub deployment: Option<String>,
    /// The channel it is about.
    pub channel: Option<String>,
    /// Why, and what came of it, in one sentence.
    pub detail: String,
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
}
