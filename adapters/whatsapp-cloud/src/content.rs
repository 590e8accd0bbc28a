//! Texts, files and places.

use eclusa_adapter_sdk::prelude::*;

use crate::facts::rest;

/// A content, and what it has no place for.
pub(crate) type Said = Result<(Content, Extra), Problem>;

/// Reads the object that `kind` names; `None` where it is no type of this module.
pub(crate) fn read(kind: &str, message: Node<'_>, extra: ExtraBuilder) -> Option<Said> {
    let said = match kind {
        "text" => text(message, extra),
        "image" | "sticker" | "document" | "audio" | "voice" | "video" => {
            media(kind, message, extra)
        }
        "location" => location(message, extra),
        _ => return None,
    };
    Some(said)
}

fn text(message: Node<'_>, extra: ExtraBuilder) -> Said {
    let text = message.field("text")?;
    let body = text.field("body")?;
    let said = body.text()?.replace("\r\n", "\n");
    if said.is_empty() {
        return Err(Problem::unsupported("empty_text", "the text is empty").at(body.pointer()));
    }
    Ok((Content::text(said), rest(extra, text, &["body"]).build()))
}

fn media(kind: &str, message: Node<'_>, extra: ExtraBuilder) -> Said {
    let file = message.field(kind)?;
    let filename = file.opt("filename", Node::string)?.filter(|name| !name.is_empty());
    let declared = file.opt("mime_type", Node::string)?.filter(|mime| !mime.is_empty());
    let media = Media {
        mime: declared.or_else(|| usual_mime(kind, filename.as_deref())),
        caption: file.opt("caption", Node::string)?.filter(|caption| !caption.is_empty()),
        filename,
        voice: kind == "voice" || file.get("voice").is_some_and(Node::is_true),
        ..Media::new(source(file)?)
    };
    let extra = extra.with_some("sticker", (kind == "sticker").then_some(true));
    let extra = rest(extra, file, &["id", "filename", "mime_type", "caption", "voice"]).build();
    let content = match kind {
        "audio" | "voice" => Content::Audio(media),
        "video" => Content::Video(media),
        _ => Content::Document(media),
    };
    Ok((content, extra))
}

/// The file's id. Its address, where there is one, needs the access token and
/// expires, so it is no source; but providers that host files themselves may
/// give a `link` and no id.
fn source(file: Node<'_>) -> Result<MediaSource, Problem> {
    if let Some(id) = file.get("id") {
        return Ok(MediaSource::Handle(id.id()?));
    }
    let link = file.get("link").and_then(|link| link.text().ok());
    match link.filter(|link| link.starts_with("https://") || link.starts_with("http://")) {
        Some(link) => Ok(MediaSource::Url(link.to_owned())),
        None => Err(file.field("id").err().unwrap_or_else(|| file.expected("a file"))),
    }
}

/// Pictures are told from other documents by their MIME type only, so there
/// must be one. WhatsApp turns pictures into JPEG and stickers into WebP.
fn usual_mime(kind: &str, filename: Option<&str>) -> Option<String> {
    match kind {
        "image" => Some("image/jpeg".to_owned()),
        "sticker" => Some("image/webp".to_owned()),
        _ => mime::from_filename(filename?),
    }
}

fn location(message: Node<'_>, extra: ExtraBuilder) -> Said {
    let place = message.field("location")?;
    let degrees = |name, limit: f64| {
        let node = place.field(name)?;
        let number = node.number()?;
        if number.abs() <= limit {
            Ok(number)
        } else {
            Err(node.expected(&format!("degrees from -{limit} to {limit}")))
        }
    };
    let text = |name| Ok(place.opt(name, Node::string)?.filter(|text| !text.is_empty()));
    let location = Location {
        latitude: degrees("latitude", 90.0)?,
        longitude: degrees("longitude", 180.0)?,
        name: text("name")?,
        address: text("address")?,
    };
    let extra = rest(extra, place, &["latitude", "longitude", "name", "address"]).build();
    Ok((Content::Location(location), extra))
}
