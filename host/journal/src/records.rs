//! What is read from a journal.

use eclusa_model::{AttendanceRef, Problem, Warning};
use serde::Serialize;

use crate::{Attempt, Discarded, FailedMapping, MessageState, RawRequest, RevisionRef, SentBy};

/// An event as it stands in the journal.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    /// Its id (a ULID), which is also its cursor.
    pub id: String,
    /// `message.received`, ….
    pub kind: String,
    /// The channel's id.
    pub channel: String,
    /// When it happened, RFC 3339: the chat's time, else the time received.
    pub occurred_at: String,
    /// When it was received, RFC 3339.
    pub received_at: String,
    /// Events of younger requests of its conversation have been recorded before
    /// it, since its own request could not be mapped at first.
    pub late: bool,
    /// The attendance that it belongs to, as it was then: the one that was open in
    /// its conversation when it was recorded.
    pub attendance: Option<AttendanceRef>,
    /// `message`, `status`, `reaction`, `typing`, `postback` or `attendance`, and its
    /// JSON object. A message has `id`, `channel` and `received_at` in it.
    pub object: (String, Box<serde_json::value::RawValue>),
}

/// Some events and where to go on.
#[derive(Debug, Clone)]
pub struct EventPage {
    /// Oldest first.
    pub events: Vec<StoredEvent>,
    /// The cursor for the next page: the last event's id, else the one given.
    pub next: Option<String>,
    /// There are more already.
    pub more: bool,
}

/// Which part of a long list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Only of this channel.
    pub channel: Option<String>,
    /// Older than this entry.
    pub before: Option<String>,
    /// At most so many (1 to 500).
    pub limit: u32,
}

/// A recorded request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestRecord {
    /// The journal's id of it.
    pub id: String,
    /// The channel it came in by.
    pub channel: String,
    /// As it came in.
    pub raw: RawRequest,
    /// By which scheme it was verified. `None` where that is not known: an older
    /// version has recorded it.
    pub verified_by: Option<String>,
    /// The build that it was given to.
    pub revision: Option<RevisionRef>,
    /// What was left out, and why.
    pub warnings: Vec<Warning>,
    /// Why it was not mapped.
    pub problem: Option<Problem>,
    /// How it failed before the build above mapped it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<FailedMapping>,
    /// Who gave it up, where it could not be mapped and somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discarded: Option<Discarded>,
}

/// A message with its trace.
#[derive(Debug, Clone, Serialize)]
pub struct MessageRecord {
    /// Eclusa's id.
    pub id: String,
    /// The channel's id.
    pub channel: String,
    /// `inbound` or `outbound`.
    pub direction: String,
    /// How far it has come.
    pub state: MessageState,
    /// The canonical message.
    pub message: Box<serde_json::value::RawValue>,
    /// Of an outbound message: who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_by: Option<SentBy>,
    /// The chat's id of it, once known.
    pub external_id: Option<String>,
    /// When it was recorded, RFC 3339.
    pub created_at: String,
    /// When its state last changed, RFC 3339.
    pub updated_at: String,
    /// Why it failed.
    pub problem: Option<Problem>,
    /// The request that brought it (inbound).
    pub request: Option<RequestRecord>,
    /// Attempts to hand it on, oldest first.
    pub attempts: Vec<Attempt>,
    /// When the next attempt is due, RFC 3339.
    pub next_attempt_at: Option<String>,
}
