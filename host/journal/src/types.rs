//! What goes into a journal, and what it answers.

use eclusa_model::{Channel, Content, Event, Extra, OutboundMessage, Problem, Warning};
use serde::{Deserialize, Serialize};

use crate::StoredEvent;
use crate::registry::AuditEntry;

/// An exact build of an adapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionRef {
    /// Name of the adapter.
    pub adapter: String,
    /// SHA-256 of its component, in hexadecimal.
    pub sha256: String,
}

/// A request from a chat as it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRequest {
    /// RFC 3339.
    pub received_at: String,
    /// In upper case.
    pub method: String,
    /// What follows the ingress key.
    pub path: String,
    /// Decoded query parameters.
    pub query: Vec<(String, String)>,
    /// Headers, without those that carry a secret.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: String,
}

/// What an adapter made of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Mapping {
    /// Events, perhaps none, and warnings.
    Mapped {
        /// The build that mapped it.
        revision: RevisionRef,
        /// In the order in which they happened.
        events: Vec<Event>,
        /// What was left out, and why.
        warnings: Vec<Warning>,
    },
    /// Nothing: it waits for a person.
    Unmapped {
        /// The build that failed, if one was called.
        revision: Option<RevisionRef>,
        /// Why. For a trap the message holds panic text and backtrace.
        problem: Problem,
    },
}

/// A request to record.
#[derive(Debug, Clone, PartialEq)]
pub struct Accept {
    /// The channel it came in by.
    pub channel: String,
    /// As it came in.
    pub raw: RawRequest,
    /// What it was mapped to.
    pub mapping: Mapping,
    /// By which scheme it was verified: the same text for the same scheme. `None`
    /// where that is not known.
    pub verified_by: Option<String>,
    /// Whether each new event is to be pushed to the platform.
    pub push: bool,
    /// The trace that the request belongs to (W3C Trace Context); kept with its
    /// deliveries until they are finished.
    pub traceparent: Option<String>,
}

/// A request that could not be mapped, and what it has become now.
#[derive(Debug, Clone, PartialEq)]
pub struct Remap {
    /// The journal's id of the request.
    pub request: String,
    /// The build that mapped it.
    pub revision: RevisionRef,
    /// In the order in which they happened.
    pub events: Vec<Event>,
    /// What was left out, and why.
    pub warnings: Vec<Warning>,
    /// Whether each new event is to be pushed to the platform.
    pub push: bool,
    /// Recorded with it, where a person asked for it.
    pub audit: Option<AuditEntry>,
}

/// A mapping that failed before another revision mapped the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedMapping {
    /// The build that failed, if one was called.
    pub revision: Option<RevisionRef>,
    /// Why.
    pub problem: Problem,
}

/// What became of a recorded request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The journal's id of the request (a ULID).
    pub request_id: String,
    /// One for each event of the mapping, in its order.
    pub events: Vec<AcceptedEvent>,
}

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedEvent {
    /// The event's id (a ULID), or that of the first one where it is a duplicate.
    pub id: String,
    /// For a received message (and only then) its id and the chat's id of it.
    pub message: Option<(String, String)>,
    /// The channel had it already.
    pub duplicate: bool,
    /// It is a message to the chat, which the chat reports as a new one; the id is
    /// that message's. `duplicate` holds too.
    pub echo: bool,
}

/// Makes a repeated `submit` return the first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Who asked: the same key of somebody else is another one.
    pub scope: String,
    /// The caller's key.
    pub key: String,
    /// SHA-256 over what the caller asked for.
    pub fingerprint: [u8; 32],
}

/// A message to a chat.
#[derive(Debug, Clone, PartialEq)]
pub struct Submit {
    /// The channel it goes out by.
    pub channel: String,
    /// The chat's id of the thread.
    pub conversation: String,
    /// What to say.
    pub content: Content,
    /// The chat's id, or Eclusa's id, of the message to answer. The latter is
    /// translated when the message goes out; one that stands for no message of the
    /// conversation with an id of the chat is left out then, with a warning.
    pub reply_to: Option<String>,
    /// What only this chat understands.
    pub extra: Extra,
    /// Makes a repeated call return the first answer.
    pub idempotency: Option<Idempotency>,
    /// Send even where the chat has never written in this conversation.
    pub start: bool,
    /// Who sends it.
    pub sent_by: Sender,
    /// When the platform asked for it, RFC 3339.
    pub submitted_at: String,
    /// The trace that the call belongs to (W3C Trace Context); kept with the
    /// delivery until it is finished.
    pub traceparent: Option<String>,
}

/// Who has a message sent to a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// The platform, or a person in the console: it answers the contact.
    Platform,
    /// Somebody who tries the channel. It goes out as any other message and is in the
    /// transcript, but answers nobody: it is no first answer, what waits for an answer
    /// waits on, and a flow goes on.
    Test,
}

/// What became of a message to a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// Eclusa's id of the message (a ULID).
    pub id: String,
    /// How far it has come.
    pub state: MessageState,
    /// An earlier call with the same idempotency key had recorded it.
    pub replayed: bool,
}

/// How far a message has come. Each label is earned by an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    /// Inbound: mapped and recorded, to be had by `GET /v1/events`.
    Mapped,
    /// Inbound: the platform answered the push of it with 2xx.
    Pushed,
    /// Outbound: recorded, not yet taken by the chat.
    Queued,
    /// Outbound: the chat's servers took it.
    Sent,
    /// Outbound: the chat says that it is on the person's device.
    Delivered,
    /// Outbound: the chat says that the person saw it.
    Read,
    /// It will not arrive; the problem says why.
    Failed,
}

/// Identifies a delivery; grows in the order accepted.
pub type DeliveryId = i64;

/// Where a delivery goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// To the channel's chat.
    Chat,
    /// To the platform.
    Platform,
}

/// Deliveries of one lane go out one after another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lane {
    /// Where it goes.
    pub target: Target,
    /// The channel's id.
    pub channel: String,
    /// The chat's id of the thread. Empty for events that belong to none.
    pub conversation: String,
}

/// A delivery that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Its lane.
    pub lane: Lane,
    /// How many attempts have been made that count: see [`Finish::Wait`].
    pub attempts: u32,
    /// Not before this time, in Unix milliseconds; [`HELD`] where it waits for a
    /// person.
    pub due_at_ms: i64,
}

/// When a delivery is due that holds its lane: at no time.
pub const HELD: i64 = i64::MAX;

/// A change to what is to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryChange {
    /// A delivery is to be made, in its place by its id: a new one, or one that a
    /// person lets go out again. One that is known already is due anew.
    Put(Delivery),
    /// A delivery that is held is not to be made any more.
    Remove {
        /// Its id.
        id: DeliveryId,
        /// Its lane.
        lane: Lane,
    },
}

/// What a delivery carries.
#[derive(Debug, Clone)]
pub enum DeliveryBody {
    /// A message for the chat.
    Message {
        /// The message.
        message: OutboundMessage,
        /// How many attempts have been made that count: see [`Finish::Wait`].
        attempts: u32,
        /// The revision that a person chose to map it; else the one that serves.
        revision: Option<RevisionRef>,
        /// What it lacks of what the platform wrote (`reply_to_unknown`).
        warnings: Vec<Warning>,
    },
    /// An event for the platform.
    Event {
        /// The event with its full JSON.
        event: StoredEvent,
        /// How many attempts have been made that count: see [`Finish::Wait`].
        attempts: u32,
    },
}

/// One attempt of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// RFC 3339.
    pub started_at: String,
    /// How long it took.
    pub duration_ms: u64,
    /// The build that made the request, for a message to a chat.
    pub revision: Option<RevisionRef>,
    /// Method of the last request.
    pub method: Option<String>,
    /// Its URL, with secrets as placeholders.
    pub url: Option<String>,
    /// Its body, with secrets as placeholders; cut at 64 KiB.
    pub request_body: Option<String>,
    /// Status of the last response, if one came.
    pub status: Option<u16>,
    /// Its body; cut at 64 KiB.
    pub response_body: Option<String>,
    /// What went wrong, if anything did.
    pub problem: Option<Problem>,
    /// What the chat will not show as the platform wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq)]
pub enum Finish {
    /// The other side took it. For a chat: its id of the message, if it gave one.
    Done {
        /// The chat's id of the message.
        external_id: Option<String>,
    },
    /// Another attempt follows, not before this time in Unix milliseconds.
    Retry {
        /// When.
        due_at_ms: i64,
    },
    /// The other side takes nothing at the moment, whatever it is. The attempt is
    /// recorded but does not count: another one follows, not before this time in Unix
    /// milliseconds.
    Wait {
        /// When.
        due_at_ms: i64,
    },
    /// It became a dead letter.
    Dead {
        /// Why.
        problem: Problem,
    },
    /// It became a dead letter and stays the head of its lane, which waits until a
    /// person redrives or discards it.
    Held {
        /// Why.
        problem: Problem,
    },
}

/// A change to the channels.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelChange {
    /// Creates or replaces one.
    Put {
        /// Its new state; its `revision` is the new one.
        channel: Box<Channel>,
        /// The revision it was made from; 0 where it must not exist yet.
        expected: u64,
    },
    /// Deletes one. What was recorded for it stays, and its id stays taken.
    Delete {
        /// Its id.
        id: String,
        /// The revision to delete.
        expected: u64,
    },
}
