//! The six message types in the chat's JSON.

use eclusa_adapter_sdk::prelude::*;

/// Reads the object that `type` names.
pub(crate) fn read(kind: &str, item: Node<'_>) -> Result<Content, Problem> {
    let body = item.field(kind)?;
    if !body.is_object() {
        return Err(body.expected("an object"));
    }
    let content = match kind {
        "text" => Content::Text(text(body)?),
        "document" => Content::Document(media(body)?),
        "audio" => Content::Audio(media(body)?),
        "video" => Content::Video(media(body)?),
        "location" => Content::Location(location(body)?),
        _ => Content::Contact(contact(body)?),
    };
    Ok(content)
}

/// The fields that the object of a type may have.
pub(crate) fn known_fields(kind: &str) -> &'static [&'static str] {
    match kind {
        "text" => &["body", "markup"],
        "document" | "audio" | "video" => {
            &["url", "mime", "filename", "caption", "size", "duration", "voice"]
        }
        "location" => &["latitude", "longitude", "name", "address"],
        _ => &["name", "phones", "emails", "organization", "vcard"],
    }
}

fn text(body: Node<'_>) -> Result<Text, Problem> {
    let markup = match body.get("markup") {
        None => Markup::Plain,
        Some(node) => match node.text()? {
            "plain" => Markup::Plain,
            "markdown" => Markup::Markdown,
            "html" => Markup::Html,
            _ => return Err(node.expected("`plain`, `markdown` or `html`")),
        },
    };
    Ok(Text { body: filled(body.field("body")?)?, markup })
}

fn media(body: Node<'_>) -> Result<Media, Problem> {
    let url = body.field("url")?;
    let address = url.text()?;
    if !(address.starts_with("https://") || address.starts_with("http://")) {
        return Err(url.expected("an absolute http(s) URL"));
    }
    Ok(Media {
        source: MediaSource::Url(address.to_owned()),
        mime: body.opt("mime", Node::string)?,
        filename: body.opt("filename", Node::string)?,
        caption: body.opt("caption", Node::string)?,
        size: body.opt("size", Node::size)?,
        duration: body.opt("duration", |node| within(node, 0.0, f64::MAX, "seconds, 0 or more"))?,
        voice: body.opt("voice", Node::boolean)?.unwrap_or(false),
    })
}

fn location(body: Node<'_>) -> Result<Location, Problem> {
    Ok(Location {
        latitude: within(body.field("latitude")?, -90.0, 90.0, "degrees from -90 to 90")?,
        longitude: within(body.field("longitude")?, -180.0, 180.0, "degrees from -180 to 180")?,
        name: body.opt("name", Node::string)?,
        address: body.opt("address", Node::string)?,
    })
}

fn contact(body: Node<'_>) -> Result<Contact, Problem> {
    let mut phones = Vec::new();
    for phone in body.list("phones")? {
        phones.push(Phone {
            number: filled(phone.field("number")?)?,
            label: phone.opt("label", Node::string)?,
        });
    }
    Ok(Contact {
        name: filled(body.field("name")?)?,
        phones,
        emails: body.list("emails")?.into_iter().map(Node::string).collect::<Result<_, _>>()?,
        organization: body.opt("organization", Node::string)?,
        vcard: body.opt("vcard", Node::string)?,
    })
}

fn filled(node: Node<'_>) -> Result<String, Problem> {
    let text = node.string()?;
    if text.trim().is_empty() { Err(node.expected("a text that is not empty")) } else { Ok(text) }
}

fn within(node: Node<'_>, low: f64, high: f64, what: &str) -> Result<f64, Problem> {
    let number = node.number()?;
    if (low..=high).contains(&number) { Ok(number) } else { Err(node.expected(what)) }
}
