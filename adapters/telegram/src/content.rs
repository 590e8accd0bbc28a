//! What a message says: the six types, and what is none of them.

use eclusa_adapter_sdk::prelude::*;

use crate::fields::{ANSWERS, NOTICES, SURROUNDINGS};
use crate::{described, people};

/// What was found in a message.
pub(crate) enum Found<'a> {
    /// One of the six types; `part` is what it was made of, under Telegram's name.
    Content { content: Content, kind: &'static str, part: Node<'a> },
    /// Something a person sent that is none of the six types.
    Described { text: String, kind: &'a str, part: Node<'a> },
    /// An answer to a button of a keyboard.
    Answer { kind: &'a str, part: Node<'a> },
    /// A notice of the chat.
    Notice { kind: &'a str, part: Node<'a> },
    /// Not a thing.
    Nothing,
}

/// Finds what a message says. The order matters: an animation comes with a
/// `document` beside it, a live photo with a `photo`, a venue with a `location`.
pub(crate) fn find(message: Node<'_>) -> Result<Found<'_>, Problem> {
    let whole = |kind, part, content| Ok(Found::Content { content, kind, part });
    if let Some(part) = message.get("text") {
        return match part.text()? {
            "" => Ok(Found::Nothing),
            text => whole("text", part, Content::text(text)),
        };
    }
    for (kind, default_mime, into) in FILES {
        if let Some(part) = message.get(kind) {
            let mut media = file(message, part, *default_mime)?;
            media.voice = *kind == "voice";
            return whole(kind, part, into(media));
        }
    }
    if let Some(part) = message.get("sticker") {
        let media = file(message, part, Some(sticker_mime(part)))?;
        return whole("sticker", part, Content::Document(media));
    }
    if let Some(sizes) = message.get("photo") {
        let part = largest(sizes)?;
        return whole("photo", part, Content::Document(file(message, part, Some("image/jpeg"))?));
    }
    if let Some(part) = message.get("document") {
        return whole("document", part, Content::Document(file(message, part, None)?));
    }
    if let Some(part) = message.get("venue") {
        return whole("venue", part, venue(part)?);
    }
    if let Some(part) = message.get("location") {
        return whole("location", part, Content::Location(place(part)?));
    }
    if let Some(part) = message.get("contact") {
        return whole("contact", part, Content::Contact(card(part)?));
    }
    without_type(message)
}

/// What is none of the six types.
fn without_type(message: Node<'_>) -> Result<Found<'_>, Problem> {
    let mut unknown = None;
    for (kind, _) in message.fields() {
        let Some(part) = message.get(kind) else { continue };
        if let Some(text) = described::describe(kind, part)? {
            let text = match message.opt("caption", Node::text)? {
                Some(caption) => format!("{text}\n{caption}"),
                None => text,
            };
            return Ok(Found::Described { text, kind, part });
        }
        if ANSWERS.contains(&kind) {
            return Ok(Found::Answer { kind, part });
        }
        if NOTICES.contains(&kind) {
            return Ok(Found::Notice { kind, part });
        }
        if !SURROUNDINGS.contains(&kind) {
            unknown = unknown.or(Some((kind, part)));
        }
    }
    match unknown {
        Some((kind, part)) => Err(Problem::unsupported(
            "unknown_content",
            format!("`{kind}` is a kind of message which this adapter does not know"),
        )
        .at(part.pointer())
        .action("Ask for a newer adapter; the request is kept and can be mapped again.")),
        None => Ok(Found::Nothing),
    }
}

/// Files that need nothing but a MIME type where Telegram gives none.
#[expect(clippy::type_complexity, reason = "a table with one row for each kind")]
const FILES: &[(&str, Option<&str>, fn(Media) -> Content)] = &[
    ("animation", Some("video/mp4"), Content::Video),
    ("voice", Some("audio/ogg"), Content::Audio),
    ("audio", None, Content::Audio),
    ("video_note", Some("video/mp4"), Content::Video),
    ("video", None, Content::Video),
];

fn file(message: Node<'_>, part: Node<'_>, mime: Option<&str>) -> Result<Media, Problem> {
    let mut media = Media::handle(part.field("file_id")?.id()?);
    media.mime = filled(part, "mime_type")?.or_else(|| mime.map(str::to_owned));
    media.filename = filled(part, "file_name")?;
    media.caption = filled(message, "caption")?;
    media.size = part.opt("file_size", Node::size)?;
    media.duration = part.opt("duration", Node::number)?;
    Ok(media)
}

/// A text that may be absent or, as in some old updates, empty.
fn filled(node: Node<'_>, name: &str) -> Result<Option<String>, Problem> {
    Ok(node.opt(name, Node::string)?.filter(|text| !text.is_empty()))
}

fn sticker_mime(sticker: Node<'_>) -> &'static str {
    let is = |name| sticker.get(name).is_some_and(Node::is_true);
    if is("is_animated") {
        "application/x-tgsticker"
    } else if is("is_video") {
        "video/webm"
    } else {
        "image/webp"
    }
}

/// A photo comes in several sizes; the largest one is the picture.
fn largest(sizes: Node<'_>) -> Result<Node<'_>, Problem> {
    let area = |size: &Node<'_>| {
        let side = |name| size.opt(name, Node::size).ok().flatten().unwrap_or_default();
        (side("width").saturating_mul(side("height")), side("file_size"))
    };
    sizes.items()?.max_by_key(area).ok_or_else(|| sizes.expected("at least one size of the photo"))
}

fn place(part: Node<'_>) -> Result<Location, Problem> {
    Ok(Location {
        latitude: part.field("latitude")?.number()?,
        longitude: part.field("longitude")?.number()?,
        name: None,
        address: None,
    })
}

fn venue(part: Node<'_>) -> Result<Content, Problem> {
    Ok(Content::Location(Location {
        name: filled(part, "title")?,
        address: filled(part, "address")?,
        ..place(part.field("location")?)?
    }))
}

/// A contact: Telegram's own name and number first, the rest from the vCard.
fn card(part: Node<'_>) -> Result<Contact, Problem> {
    let text = filled(part, "vcard")?;
    let mut contact = text.as_deref().and_then(vcard::read).unwrap_or_default();
    contact.vcard = text;
    let number = part.field("phone_number")?.id()?;
    let same = |phone: &Phone| phone::digits(&phone.number) == phone::digits(&number);
    let label =
        contact.phones.iter().find(|phone| same(phone)).and_then(|phone| phone.label.clone());
    contact.phones.retain(|phone| !same(phone));
    contact.phones.insert(0, Phone { number: number.clone(), label });
    if let Some(name) = people::name(part)? {
        contact.name = name;
    } else if contact.name.is_empty() {
        contact.name = number;
    }
    Ok(contact)
}
