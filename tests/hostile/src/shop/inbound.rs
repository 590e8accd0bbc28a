//! From the chat.

use serde_json::{Map, Value};

use super::{Entry, Shop, problem};
use crate::exchange::{Problem, ProblemKind, Received};
use crate::messages::{
    Contact, Content, DeliveryError, DeliveryState, Event, InboundMessage, Location, Markup, Media,
    MediaSource, MessageStatus, Participant, Phone, Text,
};

/// Reads a body.
pub(super) fn read<S: Shop>(body: &str) -> Result<Received, Problem> {
    let body: Value = serde_json::from_str(body).map_err(|error| {
        problem(ProblemKind::Invalid, "malformed_json", error.to_string(), Some(String::new()))
    })?;
    let mut events = Vec::new();
    for entry in Entry::all(&body) {
        events.extend(S::events(event::<S>(&entry)?));
    }
    Ok(crate::received(events))
}

fn event<S: Shop>(entry: &Entry<'_>) -> Result<Event, Problem> {
    let kind = entry.text("kind")?;
    if kind == "receipt" {
        return Ok(Event::Status(status(entry)?));
    }
    let content = S::content(&kind, entry)?.ok_or_else(|| {
        let message = format!("`{kind}` is no kind of entry");
        problem(ProblemKind::Unsupported, "unknown_kind", message, Some(entry.at("kind")))
    })?;
    let user = entry.object("user")?;
    Ok(Event::Message(InboundMessage {
        external_id: entry.text("id")?,
        conversation: entry.text("thread")?,
        sender: Participant {
            id: user.text("id")?,
            name: user.opt("name"),
            username: None,
            phone: None,
            email: None,
            language: None,
            avatar_url: None,
        },
        sent_at: entry.opt("at"),
        content,
        reply_to: None,
        extra: extra::<S>(entry),
    }))
}

/// What an entry says; none for a kind that the shop does not have.
pub fn content(kind: &str, entry: &Entry<'_>) -> Result<Option<Content>, Problem> {
    Ok(Some(match kind {
        "text" => Content::Text(Text { body: entry.text("text")?, markup: Markup::Plain }),
        "file" => Content::Document(media(entry)?),
        "place" => Content::Location(Location {
            latitude: entry.number("lat")?,
            longitude: entry.number("lon")?,
            name: entry.opt("text"),
            address: None,
        }),
        "person" => {
            let card = entry.object("card")?;
            Content::Contact(Contact {
                name: card.text("name")?,
                phones: card
                    .opt("phone")
                    .map(|number| Phone { number, label: None })
                    .into_iter()
                    .collect(),
                emails: card.opt("email").into_iter().collect(),
                organization: None,
                vcard: None,
            })
        }
        _ => return Ok(None),
    }))
}

/// A file of the chat.
pub fn media(entry: &Entry<'_>) -> Result<Media, Problem> {
    Ok(Media {
        source: MediaSource::Url(entry.text("url")?),
        mime: entry.opt("mime"),
        filename: entry.opt("name"),
        caption: entry.opt("text"),
        size: None,
        duration_seconds: None,
        voice: false,
    })
}

fn status(entry: &Entry<'_>) -> Result<MessageStatus, Problem> {
    let state = match entry.text("state")?.as_str() {
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        "failed" => DeliveryState::Failed,
        _ => return Err(entry.expected("state", "`sent`, `delivered`, `read` or `failed`")),
    };
    let error = |message| DeliveryError { code: "shop".to_owned(), message, details: None };
    Ok(MessageStatus {
        external_id: entry.text("message")?,
        conversation: entry.opt("thread"),
        state,
        at: entry.opt("at"),
        errors: entry.opt("reason").map(error).into_iter().collect(),
        extra: None,
    })
}

fn extra<S: Shop>(entry: &Entry<'_>) -> Option<String> {
    let mut extra = Map::new();
    for (name, key) in [("order", S::ORDER), ("lang", "lang"), ("cart", "cart")] {
        if let Some(value) = entry.get(name) {
            extra.insert(key.to_owned(), value.clone());
        }
    }
    (!extra.is_empty()).then(|| Value::from(extra).to_string())
}
