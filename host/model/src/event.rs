//! What happens in a chat.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::{Content, Extra};

/// Who wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// The chat's id of the person.
    pub id: String,
    /// Name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Handle in the chat, without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Phone number, E.164 where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Language as a BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Address of a picture that needs no secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
}

impl Participant {
    /// Someone of whom only the id is known yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
}

/// A message from the chat.
#[derive(Debug, Clone, PartialEq)]
pub struct InboundMessage {
    /// The chat's id of the message, unique in its conversation.
    pub external_id: String,
    /// The chat's id of the thread.
    pub conversation: String,
    /// Who wrote; `from` in JSON.
    pub sender: Participant,
    /// When it was written, RFC 3339.
    pub sent_at: Option<String>,
    /// What was written.
    pub content: Content,
    /// The chat's id of the message that this one answers.
    pub reply_to: Option<String>,
    /// What the six types have no place for.
    pub extra: Extra,
}

impl InboundMessage {
    /// Writes the message's keys into an open JSON object, so that the host can
    /// put its own (`id`, `channel`, `received_at`) beside them.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize_into<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("external_id", &self.external_id)?;
        map.serialize_entry("conversation", &self.conversation)?;
        map.serialize_entry("from", &self.sender)?;
        self.content.serialize_into(map)?;
        map.serialize_entry("sent_at", &self.sent_at)?;
        map.serialize_entry("reply_to", &self.reply_to)?;
        map.serialize_entry("extra", &self.extra)
    }
}

impl Serialize for InboundMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.serialize_into(&mut map)?;
        map.end()
    }
}

/// A message was changed after it was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageEdit {
    /// The message as it is now; its `external_id` names the changed message.
    pub message: InboundMessage,
    /// When it was changed, RFC 3339.
    pub edited_at: Option<String>,
}

/// A message was taken back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MessageDeletion {
    /// The chat's id of the message.
    pub external_id: String,
    /// Its conversation.
    pub conversation: String,
    /// Who took it back.
    #[serde(rename = "from", skip_serializing_if = "Option::is_none")]
    pub sender: Option<Participant>,
    /// When, RFC 3339; `occurred_at` of the event.
    #[serde(skip)]
    pub deleted_at: Option<String>,
    /// What has no other place.
    pub extra: Extra,
}

/// How far an outbound message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// The chat's servers took it.
    Sent,
    /// It is on the person's device.
    Delivered,
    /// The person saw it.
    Read,
    /// It will not arrive.
    Failed,
}

/// Why the chat could not deliver, in the chat's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct DeliveryError {
    /// The chat's code, digit for digit.
    pub code: String,
    /// Its message.
    pub message: String,
    /// Further explanation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

/// News about an outbound message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MessageStatus {
    /// The chat's id of the message.
    pub external_id: String,
    /// Its conversation, if the chat says so.
    pub conversation: Option<String>,
    /// How far it has come.
    pub state: DeliveryState,
    /// When, RFC 3339.
    pub at: Option<String>,
    /// Causes of `failed`.
    pub errors: Vec<DeliveryError>,
    /// What has no other place.
    pub extra: Extra,
}

/// Someone reacted to a message, or took the reaction back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reaction {
    /// The chat's id of the message reacted to; `external_id` in JSON.
    #[serde(rename = "external_id")]
    pub target: String,
    /// Its conversation.
    pub conversation: String,
    /// Who reacted.
    #[serde(rename = "from")]
    pub sender: Participant,
    /// The emoji, or the chat's short name of it.
    pub emoji: Option<String>,
    /// The reaction was taken back.
    pub removed: bool,
    /// When, RFC 3339.
    pub at: Option<String>,
    /// What has no other place.
    pub extra: Extra,
}

/// Someone started or stopped typing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Typing {
    /// The conversation.
    pub conversation: String,
    /// Who.
    #[serde(rename = "from")]
    pub sender: Participant,
    /// Started or stopped.
    pub active: bool,
}

/// A button or a list entry was chosen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Postback {
    /// The chat's id of this choice.
    pub external_id: String,
    /// The conversation.
    pub conversation: String,
    /// Who chose.
    #[serde(rename = "from")]
    pub sender: Participant,
    /// The value which the button carries.
    pub payload: String,
    /// What the button said.
    pub title: Option<String>,
    /// The chat's id of the message that held the button.
    pub reply_to: Option<String>,
    /// When, RFC 3339; `sent_at` in JSON.
    #[serde(rename = "sent_at")]
    pub at: Option<String>,
    /// What has no other place.
    pub extra: Extra,
}

/// One thing that happened in the chat.
///
/// In JSON: `type`, `occurred_at`, and one object under `message` (received,
/// edited, deleted), `status`, `reaction`, `typing` or `postback`.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A new message: `message.received`.
    Message(InboundMessage),
    /// A message was changed: `message.edited`.
    Edited(MessageEdit),
    /// A message was taken back: `message.deleted`.
    Deleted(MessageDeletion),
    /// News about an outbound message: `message.status`.
    Status(MessageStatus),
    /// A reaction came or went: `reaction`.
    Reaction(Reaction),
    /// Typing started or stopped: `typing`.
    Typing(Typing),
    /// A button was pressed: `postback`.
    Postback(Postback),
}

impl Event {
    /// The event's `type` in JSON.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Message(_) => "message.received",
            Self::Edited(_) => "message.edited",
            Self::Deleted(_) => "message.deleted",
            Self::Status(_) => "message.status",
            Self::Reaction(_) => "reaction",
            Self::Typing(_) => "typing",
            Self::Postback(_) => "postback",
        }
    }

    /// When it happened, if the chat says so.
    pub fn occurred_at(&self) -> Option<&str> {
        match self {
            Self::Message(message) => message.sent_at.as_deref(),
            Self::Edited(edit) => edit.edited_at.as_deref(),
            Self::Deleted(deletion) => deletion.deleted_at.as_deref(),
            Self::Status(status) => status.at.as_deref(),
            Self::Reaction(reaction) => reaction.at.as_deref(),
            Self::Typing(_) => None,
            Self::Postback(postback) => postback.at.as_deref(),
        }
    }

    /// The conversation, which only a status may leave open.
    pub fn conversation(&self) -> Option<&str> {
        match self {
            Self::Message(message) => Some(&message.conversation),
            Self::Edited(edit) => Some(&edit.message.conversation),
            Self::Deleted(deletion) => Some(&deletion.conversation),
            Self::Status(status) => status.conversation.as_deref(),
            Self::Reaction(reaction) => Some(&reaction.conversation),
            Self::Typing(typing) => Some(&typing.conversation),
            Self::Postback(postback) => Some(&postback.conversation),
        }
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("type", self.type_name())?;
        map.serialize_entry("occurred_at", &self.occurred_at())?;
        match self {
            Self::Message(message) => map.serialize_entry("message", message)?,
            Self::Edited(edit) => map.serialize_entry("message", &edit.message)?,
            Self::Deleted(deletion) => map.serialize_entry("message", deletion)?,
            Self::Status(status) => map.serialize_entry("status", status)?,
            Self::Reaction(reaction) => map.serialize_entry("reaction", reaction)?,
            Self::Typing(typing) => map.serialize_entry("typing", typing)?,
            Self::Postback(postback) => map.serialize_entry("postback", postback)?,
        }
        map.end()
    }
}
