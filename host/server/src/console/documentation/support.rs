//! What of each type a chat sends and takes, in words.

use std::collections::BTreeMap;

use eclusa_model::{ContentType, Manifest, Support, SupportLevel};

use super::super::format;
use super::super::frame::Frame;

/// One of the six types.
pub(super) struct TypeRow {
    /// The text that names it.
    pub(super) name: &'static str,
    pub(super) inbound: Side,
    pub(super) outbound: Side,
}

/// One type in one direction.
pub(super) struct Side {
    /// The text that names the level.
    pub(super) level: &'static str,
    /// How its badge looks.
    pub(super) class: &'static str,
    /// What the adapter says of it, in English.
    pub(super) note: Option<String>,
    /// Its limits, in words.
    pub(super) limits: Vec<String>,
}

/// The text that names a type.
pub(super) fn type_name(kind: ContentType) -> &'static str {
    match kind {
        ContentType::Text => "doc-type-text",
        ContentType::Document => "doc-type-document",
        ContentType::Audio => "doc-type-audio",
        ContentType::Video => "doc-type-video",
        ContentType::Location => "doc-type-location",
        ContentType::Contact => "doc-type-contact",
    }
}

/// All six.
pub(super) fn rows(at: &Frame, manifest: &Manifest) -> Vec<TypeRow> {
    let row = |kind| TypeRow {
        name: type_name(kind),
        inbound: side(at, &manifest.inbound, kind, "doc-level-not-sent"),
        outbound: side(at, &manifest.outbound, kind, "doc-level-refused"),
    };
    ContentType::ALL.into_iter().map(row).collect()
}

fn side(
    at: &Frame,
    all: &BTreeMap<ContentType, Support>,
    kind: ContentType,
    none: &'static str,
) -> Side {
    let Some(support) = all.get(&kind) else {
        let class = if none == "doc-level-refused" { "bad" } else { "" };
        return Side { level: none, class, note: None, limits: Vec::new() };
    };
    let (level, class) = match support.level {
        SupportLevel::Full => ("doc-level-full", "good"),
        SupportLevel::Partial => ("doc-level-partial", "warn"),
        SupportLevel::FallbackText => ("doc-level-text", "warn"),
        SupportLevel::Refused => (none, "bad"),
    };
    let mut limits = Vec::new();
    if let Some(length) = support.max_length {
        let number = at.number(length.into());
        limits.push(at.say("doc-limit-length").arg("number", number).to_string());
    }
    if let Some(bytes) = support.max_bytes {
        let size = format::size(at.language, bytes);
        limits.push(at.say("doc-limit-bytes").arg("size", size).to_string());
    }
    if !support.mime_types.is_empty() {
        let types = support.mime_types.join(", ");
        limits.push(at.say("doc-limit-types").arg("types", types).to_string());
    }
    Side { level, class, note: support.note.clone(), limits }
}
