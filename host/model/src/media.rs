//! Files, and where they are to be had.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::ContentError;

/// Where a file is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaSource {
    /// An absolute address that needs no secret.
    Url(String),
    /// The chat's own id of the file, resolved through the adapter's `media`.
    Handle(String),
}

/// A file: a document (pictures and stickers too), an audio or a video.
///
/// In JSON the source is one of the keys `url` and `handle`; absent values are
/// left out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "MediaFields")]
pub struct Media {
    /// Where the file is to be had.
    pub source: MediaSource,
    /// MIME type as the chat declared it.
    pub mime: Option<String>,
    /// File name without any path.
    pub filename: Option<String>,
    /// Text shown with the file.
    pub caption: Option<String>,
    /// Size in bytes.
    pub size: Option<u64>,
    /// Length of an audio or a video in seconds.
    pub duration: Option<f64>,
    /// An audio recorded on the spot.
    pub voice: bool,
}

impl Media {
    /// A file behind the chat's own id.
    pub fn handle(handle: impl Into<String>) -> Self {
        Self::new(MediaSource::Handle(handle.into()))
    }

    /// A file behind a public address.
    pub fn url(url: impl Into<String>) -> Self {
        Self::new(MediaSource::Url(url.into()))
    }

    /// A file of which only the source is known yet.
    pub fn new(source: MediaSource) -> Self {
        Self {
            source,
            mime: None,
            filename: None,
            caption: None,
            size: None,
            duration: None,
            voice: false,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MediaFields {
    url: Option<String>,
    handle: Option<String>,
    mime: Option<String>,
    filename: Option<String>,
    caption: Option<String>,
    size: Option<u64>,
    duration: Option<f64>,
    #[serde(default)]
    voice: bool,
}

impl TryFrom<MediaFields> for Media {
    type Error = ContentError;

    fn try_from(fields: MediaFields) -> Result<Self, ContentError> {
        let source = match (fields.url, fields.handle) {
            (Some(url), None) => MediaSource::Url(url),
            (None, Some(handle)) => MediaSource::Handle(handle),
            _ => return Err(ContentError::Source),
        };
        Ok(Self {
            source,
            mime: fields.mime,
            filename: fields.filename,
            caption: fields.caption,
            size: fields.size,
            duration: fields.duration,
            voice: fields.voice,
        })
    }
}

impl Serialize for Media {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.source {
            MediaSource::Url(url) => map.serialize_entry("url", url)?,
            MediaSource::Handle(handle) => map.serialize_entry("handle", handle)?,
        }
        if let Some(mime) = &self.mime {
            map.serialize_entry("mime", mime)?;
        }
        if let Some(filename) = &self.filename {
            map.serialize_entry("filename", filename)?;
        }
        if let Some(caption) = &self.caption {
            map.serialize_entry("caption", caption)?;
        }
        if let Some(size) = self.size {
            map.serialize_entry("size", &size)?;
        }
        if let Some(duration) = self.duration {
            // Whole seconds are written as chats write them: 13, not 13.0.
            if duration.fract() == 0.0 && (0.0..1e15).contains(&duration) {
                map.serialize_entry("duration", &(duration as u64))?;
            } else {
                map.serialize_entry("duration", &duration)?;
            }
        }
        if self.voice {
            map.serialize_entry("voice", &true)?;
        }
        map.end()
    }
}
