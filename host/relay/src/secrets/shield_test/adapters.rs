//! Adapters that copy text in their own ways.

use super::*;

/// Telegram: the token in the URL's path.
pub(super) fn telegram(message: &OutboundMessage) -> HttpRequest {
    HttpRequest::post_json(
        "https://api.telegram.org/bot{secret:bot-token}/sendMessage",
        &json!({ "chat_id": message.conversation, "text": body_of(message) }),
    )
}

/// The token in a header, one beside an id of the message.
pub(super) fn bearer(message: &OutboundMessage) -> HttpRequest {
    HttpRequest::post_json("https://chat.example/messages", &json!({ "text": body_of(message) }))
        .header("x-thread", message.conversation.clone())
        .header("authorization", "Bearer {secret:bot-token}")
}

/// The token in a form, beside the text.
pub(super) fn form(message: &OutboundMessage) -> HttpRequest {
    let text: String = url::form_urlencoded::byte_serialize(body_of(message).as_bytes()).collect();
    HttpRequest {
        method: "POST".to_owned(),
        url: "https://chat.example/send".to_owned(),
        headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        body: Some(format!("text={text}&token={{secret:bot-token}}")),
    }
}

/// All in the URL, and nothing of it encoded.
pub(super) fn careless(message: &OutboundMessage) -> HttpRequest {
    HttpRequest::get(format!(
        "https://chat.example/{}/send?token={{secret:bot-token}}&text={}",
        message.conversation,
        body_of(message)
    ))
}

/// Marks of Markdown and tags are taken out.
pub(super) fn stripping(message: &OutboundMessage) -> HttpRequest {
    let mut text = String::new();
    let mut tag = false;
    for character in body_of(message).chars() {
        match character {
            '<' => tag = true,
            '>' => tag = false,
            '*' | '_' | '`' | '\u{200b}' => {}
            other if !tag => text.push(other),
            _ => {}
        }
    }
    HttpRequest::post_json(
        "https://chat.example/{secret:bot-token}",
        &json!({ "text": text.trim() }),
    )
}

/// HTML becomes plain text.
pub(super) fn decoding(message: &OutboundMessage) -> HttpRequest {
    let mut text = body_of(message).to_owned();
    for (reference, character) in [
        ("&#123;", "{"),
        ("&#x7b;", "{"),
        ("&#x07B;", "{"),
        ("&lbrace;", "{"),
        ("&lcub;", "{"),
        ("%7B", "{"),
        ("%7b", "{"),
        ("&#125;", "}"),
        ("&amp;", "&"),
    ] {
        text = text.replace(reference, character);
    }
    HttpRequest::post_json("https://chat.example/{secret:bot-token}", &json!({ "text": text }))
}

/// The text stands right behind a brace of the adapter's own.
pub(super) fn templating(message: &OutboundMessage) -> HttpRequest {
    let mut request = HttpRequest::get("https://chat.example/{secret:bot-token}");
    request.body = Some(format!("{{{}}}", body_of(message)));
    request.header("content-type", "text/plain")
}

/// Escapes each brace, as Telegram's MarkdownV2 wants it.
pub(super) fn escaping(message: &OutboundMessage) -> HttpRequest {
    let text = body_of(message).replace('{', "\\{").replace('}', "\\}");
    HttpRequest::post_json("https://chat.example/{secret:bot-token}", &json!({ "text": text }))
}

/// Escapes all that is not ASCII, as Python's `json.dumps` does.
pub(super) fn ascii_json(message: &OutboundMessage) -> HttpRequest {
    let mut request = telegram(message);
    let body = request.body.take().unwrap();
    let mut escaped = String::new();
    for unit in body.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("\\u{unit:04x}")),
        }
    }
    request.body = Some(escaped);
    request
}

/// A text made of all that a message of the other types holds.
pub(super) fn flattening(message: &OutboundMessage) -> HttpRequest {
    let parts: Vec<String> = match &message.content {
        Content::Contact(contact) => std::iter::once(contact.name.clone())
            .chain(contact.phones.iter().map(|phone| phone.number.clone()))
            .chain(contact.emails.iter().cloned())
            .chain(contact.organization.clone())
            .collect(),
        Content::Location(location) => {
            vec![
                location.name.clone().unwrap_or_default(),
                location.address.clone().unwrap_or_default(),
            ]
        }
        Content::Document(media) => {
            let (MediaSource::Url(source) | MediaSource::Handle(source)) = &media.source;
            vec![
                source.clone(),
                media.filename.clone().unwrap_or_default(),
                media.caption.clone().unwrap_or_default(),
            ]
        }
        _ => Vec::new(),
    };
    let extra: serde_json::Value = serde_json::from_str(message.extra.as_json()).unwrap();
    HttpRequest::post_json(
        "https://chat.example/{secret:bot-token}",
        &json!({
            "text": parts.join(":"),
            "plain": parts.concat(),
            "reply": message.reply_to,
            "extra": extra,
        }),
    )
}

pub(super) const TEXT_ADAPTERS: [Adapter; 9] =
    [telegram, bearer, form, careless, stripping, decoding, templating, escaping, ascii_json];
