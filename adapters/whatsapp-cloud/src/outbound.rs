//! Messages to WhatsApp.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::{Map, Value};

use crate::{markup, outbound_card, outbound_media, recipient, rich, settings};

/// Longest text, in characters.
const TEXT_LIMIT: usize = 4096;

/// The request that sends a message.
pub(crate) fn prepare(cx: &Context<'_>, message: &OutboundMessage) -> Result<Prepared, Problem> {
    let number = cx.required_setting("phone_number_id")?;
    let options = Json::parse(message.extra.as_json())?;
    let mut body = Map::new();
    let mut warnings = Vec::new();
    body.insert("messaging_product".to_owned(), "whatsapp".into());
    recipient::write(&message.conversation, options.root(), &mut body)?;
    if let Some(quoted) = &message.reply_to {
        body.insert("context".to_owned(), json!({ "message_id": message_id(quoted) }));
    }
    let (kind, object) = match rich::read(options.root(), &message.content)? {
        Some(rich) => rich,
        None => content(cx, &message.content, &mut warnings)?,
    };
    body.insert("type".to_owned(), kind.into());
    body.insert(kind.to_owned(), object);
    let url = format!("{}/{number}/messages", settings::base(cx));
    let request = settings::authorized(HttpRequest::post_json(url, &Value::Object(body)));
    Ok(Prepared { request, warnings })
}

fn content(
    cx: &Context<'_>,
    content: &Content,
    warnings: &mut Vec<Warning>,
) -> Result<(&'static str, Value), Problem> {
    match content {
        Content::Text(text) => Ok(("text", self::text(cx, text, warnings)?)),
        Content::Document(media) | Content::Audio(media) | Content::Video(media) => {
            outbound_media::write(content.content_type(), media, warnings)
        }
        Content::Location(place) => Ok(("location", location(place))),
        Content::Contact(card) => Ok(("contacts", outbound_card::write(card, warnings))),
    }
}

fn text(cx: &Context<'_>, text: &Text, warnings: &mut Vec<Warning>) -> Result<Value, Problem> {
    // Marks make a text longer than what is shown, but not without end.
    let written = text.body.chars().count();
    if written > 4 * TEXT_LIMIT {
        return Err(too_long("/text/body", written, TEXT_LIMIT));
    }
    let marked = markup::write(text);
    let length = marked.text.chars().count();
    if length > TEXT_LIMIT {
        return Err(too_long("/text/body", length, TEXT_LIMIT));
    }
    if marked.lossy {
        warnings.push(
            Warning::degraded(
                "markup_reduced",
                "WhatsApp has bold, italic, struck and fixed text; the rest is shown as plain text",
            )
            .at("/text/body"),
        );
    }
    Ok(json!({ "body": marked.text, "preview_url": cx.flag("preview_url", false) }))
}

fn location(place: &Location) -> Value {
    let mut object = Map::new();
    object.insert("latitude".to_owned(), place.latitude.into());
    object.insert("longitude".to_owned(), place.longitude.into());
    for (name, value) in [("name", &place.name), ("address", &place.address)] {
        if let Some(value) = value {
            object.insert(name.to_owned(), value.as_str().into());
        }
    }
    Value::Object(object)
}

/// WhatsApp's id of a message: one card of several bears the id with `#1`, `#2`
/// at its end, which WhatsApp does not know.
fn message_id(id: &str) -> &str {
    id.split_once('#').map_or(id, |(id, _)| id)
}
