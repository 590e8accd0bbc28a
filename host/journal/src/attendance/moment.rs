//! What happened in an attendance.

use eclusa_model::Problem;
use serde_json::value::RawValue;

use crate::{MessageState, SentBy};

/// Something that happened in an attendance, in either direction.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Eclusa's id of it.
    pub id: String,
    /// The type of its event, e.g. `message.received`; `message.sent` for a message
    /// to the chat.
    pub kind: String,
    /// When, RFC 3339: the chat's time where it tells one, else ours.
    pub at: String,
    /// Of a message to the chat: how far it has come.
    pub state: Option<MessageState>,
    /// Of a message to the chat: who sent it.
    pub sent_by: Option<SentBy>,
    /// Of a message to the chat: why it failed.
    pub problem: Option<Problem>,
    /// The chat's id of a message, once known.
    pub external_id: Option<String>,
    /// Eclusa's id of the older message that it is about.
    pub about: Option<String>,
    /// The event's object, or the canonical message.
    pub object: Box<RawValue>,
}
