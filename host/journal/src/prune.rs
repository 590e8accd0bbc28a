//! What is old enough to go.

use serde::Serialize;

use crate::key::Key;

/// What is old enough to be removed. Whatever is still to be handed on stays, and
/// so does what waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Requests, events and messages that were accepted before this, in Unix
    /// milliseconds, with their attempts and dedupe keys.
    pub before_ms: i64,
    /// Unmapped requests that came in before this, and dead letters that died before
    /// it: these go with their message or event, and not before it, since without its
    /// letter it would look as if it had not failed. `None`: they stay.
    pub letters_before_ms: Option<i64>,
    /// Entries of the audit log before this. `None`: they stay.
    pub audit_before_ms: Option<i64>,
}

/// Where removing goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PruneCursor(pub(crate) Place);

/// The tables one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Unmapped,
    Requests(i64),
    Messages(i64),
    Attendances(i64),
    Keys(Key),
    Audit,
}

impl PruneCursor {
    /// The beginning.
    pub const START: Self = Self(Place::Unmapped);
}

/// What one part of it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruned {
    /// What was removed.
    pub removed: Removed,
    /// Where to go on; `None` at the end.
    pub next: Option<PruneCursor>,
}

/// How much was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// Requests from chats.
    pub requests: u64,
    /// What they were mapped to.
    pub events: u64,
    /// Messages to chats.
    pub messages: u64,
    /// Attendances that have closed, with their events.
    pub attendances: u64,
    /// Attempts to hand them on.
    pub attempts: u64,
    /// Dead letters.
    pub letters: u64,
    /// Keys that told what is the same.
    pub keys: u64,
    /// Entries of the audit log.
    pub audit: u64,
}

impl Removed {
    /// Adds what another part removed.
    pub fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.events += other.events;
        self.messages += other.messages;
        self.attendances += other.attendances;
        self.attempts += other.attempts;
        self.letters += other.letters;
        self.keys += other.keys;
        self.audit += other.audit;
    }

    /// Whether it is nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}
