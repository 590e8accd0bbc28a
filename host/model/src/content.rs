//! The six message types.

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Media, MediaSource};

/// How a text's body is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Markup {
    /// As it stands.
    #[default]
    Plain,
    /// CommonMark.
    Markdown,
    /// HTML of inline elements.
    Html,
}

/// A text message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The text; never empty.
    pub body: String,
    /// How the body is to be read; `plain` where it is not said.
    #[serde(default)]
    pub markup: Markup,
}

impl Text {
    /// A text without markup.
    pub fn plain(body: impl Into<String>) -> Self {
        Self { body: body.into(), markup: Markup::Plain }
    }
}

/// A place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
    /// What the place is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Postal address on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// One phone number of a contact card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// As the chat gave it.
    pub number: String,
    /// `mobile`, `work`, … as the chat gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl Phone {
    /// A number of which nothing more is known.
    pub fn new(number: impl Into<String>) -> Self {
        Self { number: number.into(), label: None }
    }
}

/// A contact card.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name to show; never empty.
    pub name: String,
    /// Phone numbers in the chat's order.
    #[serde(default)]
    pub phones: Vec<Phone>,
    /// E-mail addresses in the chat's order.
    #[serde(default)]
    pub emails: Vec<String>,
    /// Company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The whole card as vCard text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcard: Option<String>,
}

/// The name of a message type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContentType {
    /// [`Text`].
    Text,
    /// [`Media`]: any file, pictures and stickers too.
    Document,
    /// [`Media`]: a sound.
    Audio,
    /// [`Media`]: a film.
    Video,
    /// [`Location`].
    Location,
    /// [`Contact`].
    Contact,
}

impl ContentType {
    /// All six, in the order in which they are always listed.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::Document, Self::Audio, Self::Video, Self::Location, Self::Contact];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Document => "document",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Location => "location",
            Self::Contact => "contact",
        }
    }
}

impl std::fmt::Display for ContentType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a message says: one of the six types.
///
/// In JSON it is two keys: `type`, and the object which `type` names.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A text.
    Text(Text),
    /// Any file, pictures and stickers too.
    Document(Media),
    /// A sound.
    Audio(Media),
    /// A film.
    Video(Media),
    /// A place.
    Location(Location),
    /// A contact card.
    Contact(Contact),
}

impl Content {
    /// The name of its type.
    pub fn content_type(&self) -> ContentType {
        match self {
            Self::Text(_) => ContentType::Text,
            Self::Document(_) => ContentType::Document,
            Self::Audio(_) => ContentType::Audio,
            Self::Video(_) => ContentType::Video,
            Self::Location(_) => ContentType::Location,
            Self::Contact(_) => ContentType::Contact,
        }
    }

    /// A text without markup.
    pub fn text(body: impl Into<String>) -> Self {
        Self::Text(Text::plain(body))
    }

    /// The file, where it is one.
    pub fn media(&self) -> Option<&Media> {
        match self {
            Self::Document(media) | Self::Audio(media) | Self::Video(media) => Some(media),
            Self::Text(_) | Self::Location(_) | Self::Contact(_) => None,
        }
    }

    /// Checks what the types alone cannot say: texts and names are not empty,
    /// coordinates are on the globe, sizes and durations are numbers.
    ///
    /// # Errors
    /// The JSON pointer within the message, and what was expected there.
    pub fn validate(&self) -> Result<(), ContentError> {
        let violation = |pointer: &str, expected| {
            Err(ContentError::Violation { pointer: pointer.to_owned(), expected })
        };
        match self {
            Self::Text(text) if text.body.is_empty() => {
                violation("/text/body", "a text that is not empty")
            }
            Self::Location(location) if !(-90.0..=90.0).contains(&location.latitude) => {
                violation("/location/latitude", "a number from -90 to 90")
            }
            Self::Location(location) if !(-180.0..=180.0).contains(&location.longitude) => {
                violation("/location/longitude", "a number from -180 to 180")
            }
            Self::Contact(contact) if contact.name.trim().is_empty() => {
                violation("/contact/name", "a name that is not empty")
            }
            Self::Document(media) | Self::Audio(media) | Self::Video(media) => {
                let name = self.content_type();
                let source = match &media.source {
                    MediaSource::Url(url) => {
                        if !(url.starts_with("https://") || url.starts_with("http://")) {
                            return violation(&format!("/{name}/url"), "an absolute http(s) URL");
                        }
                        url
                    }
                    MediaSource::Handle(handle) => handle,
                };
                if source.is_empty() {
                    return violation(&format!("/{name}/handle"), "a handle that is not empty");
                }
                if media.duration.is_some_and(|duration| !duration.is_finite() || duration < 0.0) {
                    return violation(&format!("/{name}/duration"), "seconds, 0 or more");
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Writes the two keys of this content into an open JSON object.
    pub(crate) fn serialize_into<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let name = self.content_type().as_str();
        map.serialize_entry("type", name)?;
        match self {
            Self::Text(text) => map.serialize_entry(name, text),
            Self::Document(media) | Self::Audio(media) | Self::Video(media) => {
                map.serialize_entry(name, media)
            }
            Self::Location(location) => map.serialize_entry(name, location),
            Self::Contact(contact) => map.serialize_entry(name, contact),
        }
    }

    /// Puts a content together from the keys of a JSON object.
    pub(crate) fn from_fields(fields: ContentFields) -> Result<Self, ContentError> {
        let name = fields.kind;
        let missing = || ContentError::Missing(name);
        let present = [
            (ContentType::Text, fields.text.is_some()),
            (ContentType::Document, fields.document.is_some()),
            (ContentType::Audio, fields.audio.is_some()),
            (ContentType::Video, fields.video.is_some()),
            (ContentType::Location, fields.location.is_some()),
            (ContentType::Contact, fields.contact.is_some()),
        ];
        if let Some((other, _)) = present.iter().find(|(kind, there)| *there && *kind != name) {
            return Err(ContentError::Ambiguous { named: name, other: *other });
        }
        let content = match name {
            ContentType::Text => Self::Text(fields.text.ok_or_else(missing)?),
            ContentType::Document => Self::Document(fields.document.ok_or_else(missing)?),
            ContentType::Audio => Self::Audio(fields.audio.ok_or_else(missing)?),
            ContentType::Video => Self::Video(fields.video.ok_or_else(missing)?),
            ContentType::Location => Self::Location(fields.location.ok_or_else(missing)?),
            ContentType::Contact => Self::Contact(fields.contact.ok_or_else(missing)?),
        };
        Ok(content)
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        self.serialize_into(&mut map)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = ContentFields::deserialize(deserializer)?;
        Self::from_fields(fields).map_err(serde::de::Error::custom)
    }
}

/// The keys of a JSON object that make up a content.
#[derive(Deserialize)]
pub(crate) struct ContentFields {
    #[serde(rename = "type")]
    pub(crate) kind: ContentType,
    pub(crate) text: Option<Text>,
    pub(crate) document: Option<Media>,
    pub(crate) audio: Option<Media>,
    pub(crate) video: Option<Media>,
    pub(crate) location: Option<Location>,
    pub(crate) contact: Option<Contact>,
}

/// Why a JSON object is not one of the six message types.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// The object which `type` names is not there.
    #[error("type is `{0}`, so an object `{0}` is expected beside it")]
    Missing(ContentType),
    /// There is an object of another type than `type` names.
    #[error("type is `{named}`, but there is an object `{other}` too; send one message for each")]
    Ambiguous {
        /// What `type` says.
        named: ContentType,
        /// The object that does not belong.
        other: ContentType,
    },
    /// A file without a source, or with two.
    #[error("exactly one of `url` and `handle` is expected")]
    Source,
    /// A value out of range.
    #[error("{pointer}: expected {expected}")]
    Violation {
        /// JSON pointer within the message.
        pointer: String,
        /// What was expected there.
        expected: &'static str,
    },
}
