//! Dead letters: what waits for a person.

use async_trait::async_trait;
use eclusa_model::Problem;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::registry::AuditEntry;
use crate::{Attempt, JournalError, RequestRecord, RevisionRef, StoredEvent};

/// What could not be handed on or mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LetterKind {
    /// A message that its chat did not take.
    Message,
    /// An event that the platform did not take.
    Event,
    /// A request that no adapter could map.
    Request,
}

/// Something that could not be handed on or mapped.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeadLetter {
    /// The id of the message, the event or the request (a ULID).
    pub id: String,
    /// Which of these it is.
    pub kind: LetterKind,
    /// The channel's id.
    pub channel: String,
    /// The chat's id of the thread. A request belongs to none yet, and some events
    /// to none at all.
    pub conversation: Option<String>,
    /// Why, and what to do.
    pub problem: Problem,
    /// The build that failed, where one was called: of the last attempt.
    pub revision: Option<RevisionRef>,
    /// How many attempts were made since it was recorded or last redriven, without
    /// those that do not count ([`Finish::Wait`](crate::Finish::Wait)).
    pub attempts: u32,
    /// What is younger in its conversation waits for it.
    pub held: bool,
    /// When the last attempt failed, RFC 3339.
    pub died_at: String,
    /// Who gave it up, where somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discarded: Option<Discarded>,
}

/// Who gave a letter up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discarded {
    /// When, RFC 3339.
    pub at: String,
    /// Name of the token.
    pub by: String,
    /// Why, as the person said.
    pub reason: String,
}

/// A letter with all that is known of it.
#[derive(Debug, Clone)]
pub struct LetterRecord {
    /// What the lists show of it.
    pub letter: DeadLetter,
    /// What could not be handed on or mapped.
    pub content: LetterContent,
    /// All attempts, also those before it was redriven, oldest first.
    pub attempts: Vec<Attempt>,
}

/// What could not be handed on or mapped.
#[derive(Debug, Clone)]
pub enum LetterContent {
    /// A message to a chat: the canonical message.
    Message(Box<RawValue>),
    /// An event for the platform, and the request that brought it.
    Event {
        /// The canonical event.
        event: StoredEvent,
        /// As it came in.
        request: Option<Box<RequestRecord>>,
    },
    /// A request from a chat, as it came in.
    Request(Box<RequestRecord>),
}

/// Which letters; the default is all that wait.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LetterFilter {
    /// Only of this kind.
    pub kind: Option<LetterKind>,
    /// Only of this channel.
    pub channel: Option<String>,
    /// Only of this conversation; requests belong to none.
    pub conversation: Option<String>,
    /// Only with this code of the problem.
    pub code: Option<String>,
    /// Only where a build of this adapter failed.
    pub adapter: Option<String>,
    /// Only where this build failed: the first digits of its SHA-256.
    pub revision: Option<String>,
    /// Only those that died at this time or later, in Unix milliseconds.
    pub died_from_ms: Option<i64>,
    /// Those that wait, or those that were given up.
    pub state: LetterState,
}

/// Whether a letter still waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LetterState {
    /// It waits.
    #[default]
    Waiting,
    /// It was given up.
    Discarded,
}

/// Which part of a list of letters; 1 to 500 at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// The newest first, by the order in which they were accepted.
    Newest {
        /// Older than this letter.
        before: Option<String>,
        /// At most so many.
        limit: u32,
    },
    /// The oldest first.
    Oldest {
        /// Younger than this letter.
        after: Option<String>,
        /// At most so many.
        limit: u32,
    },
}

impl Window {
    /// The newest ones.
    pub fn newest(limit: u32) -> Self {
        Self::Newest { before: None, limit }
    }
}

/// A letter that is to go out again.
#[derive(Debug, Clone, PartialEq)]
pub struct Redrive {
    /// The letter's id.
    pub id: String,
    /// The revision that is to map a message; else the one that serves.
    pub revision: Option<RevisionRef>,
    /// Recorded with it.
    pub audit: AuditEntry,
}

/// A letter that is given up.
#[derive(Debug, Clone, PartialEq)]
pub struct Discard {
    /// The letter's id.
    pub id: String,
    /// Who, when and why.
    pub discarded: Discarded,
    /// Recorded with it.
    pub audit: AuditEntry,
}

/// What became of one letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// The letter's id, as it was given.
    pub id: String,
    /// Why nothing was done; then nothing was recorded either.
    pub skipped: Option<Skip>,
}

/// Why nothing was done with a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Skip {
    /// No message, event or request has this id.
    #[error("there is no such message, event or request")]
    NotFound,
    /// It never was a letter, or is none any more.
    #[error("it is no dead letter, or none any more")]
    NotWaiting,
    /// Somebody gave it up.
    #[error("it was discarded")]
    Discarded,
    /// The chat said meanwhile that the person has it.
    #[error("the chat says that the message has arrived")]
    Arrived,
    /// Events are pushed as they are, so no revision can be chosen.
    #[error("an event is pushed as it is; no revision maps it")]
    NotMapped,
    /// A request is not handed on but mapped: see [`Traffic::remap`](crate::Traffic::remap).
    #[error("a request is mapped again, not handed on")]
    IsRequest,
}

impl Skip {
    /// Stable, in snake case.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "dead_letter_not_found",
            Self::NotWaiting => "not_waiting",
            Self::Discarded => "discarded",
            Self::Arrived => "arrived",
            Self::NotMapped => "event_not_mapped",
            Self::IsRequest => "is_request",
        }
    }
}

/// The letters of a journal. Each method is one transaction; writes are fsynced
/// before it returns.
#[async_trait]
pub trait Letters: Send + Sync + 'static {
    /// Letters of all kinds, by the order in which they were accepted.
    ///
    /// # Errors
    /// `Cursor` where the window begins at no id.
    async fn letters(
        &self,
        filter: LetterFilter,
        window: Window,
    ) -> Result<Vec<DeadLetter>, JournalError>;

    /// One letter, waiting or discarded, with all that is known of it.
    async fn letter(&self, id: String) -> Result<Option<LetterRecord>, JournalError>;

    /// Lets messages and events go out again: with their first ids, in their
    /// places by these, with attempts counted anew. A message is queued again. An
    /// event is `late` from now on where younger ones of its conversation have
    /// been handed on.
    ///
    /// Answers in the order of the ids. Doing it twice changes nothing.
    async fn redrive(&self, letters: Vec<Redrive>) -> Result<Vec<Handled>, JournalError>;

    /// Gives letters up: they stay in the record, and hold nothing any more.
    ///
    /// Answers in the order of the ids. Doing it twice changes nothing.
    async fn discard(&self, letters: Vec<Discard>) -> Result<Vec<Handled>, JournalError>;
}
