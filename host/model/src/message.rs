//! Messages from the platform to a chat.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::content::ContentFields;
use crate::{Contact, Content, ContentError, ContentType, Extra, Location, Media, Text};

/// A message to the chat.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "OutboundFields")]
pub struct OutboundMessage {
    /// Eclusa's id of the message, the same over all retries.
    pub id: String,
    /// The chat's id of the thread.
    pub conversation: String,
    /// What to say.
    pub content: Content,
    /// The chat's id of the message to answer.
    pub reply_to: Option<String>,
    /// What only this chat understands.
    pub extra: Extra,
}

impl Serialize for OutboundMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("conversation", &self.conversation)?;
        self.content.serialize_into(&mut map)?;
        map.serialize_entry("reply_to", &self.reply_to)?;
        map.serialize_entry("extra", &self.extra)?;
        map.end()
    }
}

/// The JSON of a message to send, key for key: no flattening, so that an error
/// names the exact place, and unknown keys are errors.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
struct OutboundFields {
    #[serde(default)]
    id: String,
    conversation: String,
    #[serde(rename = "type")]
    kind: ContentType,
    text: Option<Text>,
    document: Option<Media>,
    audio: Option<Media>,
    video: Option<Media>,
    location: Option<Location>,
    contact: Option<Contact>,
    reply_to: Option<String>,
    #[serde(default)]
    extra: Extra,
}

impl TryFrom<OutboundFields> for OutboundMessage {
    type Error = ContentError;

    fn try_from(fields: OutboundFields) -> Result<Self, ContentError> {
        let content = Content::from_fields(ContentFields {
            kind: fields.kind,
            text: fields.text,
            document: fields.document,
            audio: fields.audio,
            video: fields.video,
            location: fields.location,
            contact: fields.contact,
        })?;
        content.validate()?;
        Ok(Self {
            id: fields.id,
            conversation: fields.conversation,
            content,
            reply_to: fields.reply_to,
            extra: fields.extra,
        })
    }
}
