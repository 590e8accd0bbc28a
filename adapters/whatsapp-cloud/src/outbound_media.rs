//! Files to WhatsApp.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::{Map, Value};

/// Longest caption, in characters.
const CAPTION_LIMIT: usize = 1024;

const PICTURES: [&str; 2] = ["image/jpeg", "image/png"];
const SOUNDS: [&str; 6] =
    ["audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/opus"];
const FILMS: [&str; 3] = ["video/mp4", "video/3gpp", "video/3gp"];

/// Which of WhatsApp's types a file becomes, and the object of that type.
pub(crate) fn write(
    kind: ContentType,
    media: &Media,
    warnings: &mut Vec<Warning>,
) -> Result<(&'static str, Value), Problem> {
    let mime = mime_of(media);
    let target = target(kind, mime.as_deref(), warnings);
    let mut object = Map::new();
    match &media.source {
        MediaSource::Url(url) => object.insert("link".to_owned(), url.as_str().into()),
        MediaSource::Handle(id) => object.insert("id".to_owned(), id.as_str().into()),
    };
    if let Some(caption) = &media.caption {
        let length = caption.chars().count();
        if length > CAPTION_LIMIT {
            return Err(too_long(&format!("/{kind}/caption"), length, CAPTION_LIMIT));
        }
        if target == "audio" {
            warnings.push(
                Warning::degraded(
                    "caption_dropped",
                    "WhatsApp shows no caption with an audio; send it as a text",
                )
                .at(format!("/{kind}/caption")),
            );
        } else {
            object.insert("caption".to_owned(), caption.as_str().into());
        }
    }
    if let Some(filename) = media.filename.as_deref().filter(|_| target == "document") {
        object.insert("filename".to_owned(), filename.into());
    }
    if media.voice && target == "audio" {
        voice(kind, mime.as_deref(), &mut object, warnings);
    }
    Ok((target, Value::Object(object)))
}

/// Only Ogg files can be voice notes; the rest are played as plain audio.
fn voice(
    kind: ContentType,
    mime: Option<&str>,
    object: &mut Map<String, Value>,
    warnings: &mut Vec<Warning>,
) {
    if mime.is_none_or(|mime| mime == "audio/ogg") {
        object.insert("voice".to_owned(), true.into());
    } else {
        warnings.push(
            Warning::degraded(
                "voice_as_audio",
                "only audio/ogg (Opus) can be a voice note in WhatsApp; it goes as plain audio",
            )
            .at(format!("/{kind}/mime")),
        );
    }
}

/// WhatsApp refuses pictures, audios and videos of most formats, but takes any
/// file as a document.
fn target(kind: ContentType, mime: Option<&str>, warnings: &mut Vec<Warning>) -> &'static str {
    let picture = kind == ContentType::Document && mime.is_some_and(mime::is_image);
    let (target, formats): (_, &[&str]) = match kind {
        ContentType::Audio => ("audio", &SOUNDS),
        ContentType::Video => ("video", &FILMS),
        _ if picture => ("image", &PICTURES),
        _ => return "document",
    };
    match mime {
        Some(mime) if !formats.contains(&mime) => {
            warnings.push(
                Warning::degraded(
                    "sent_as_file",
                    format!("WhatsApp shows no {mime}; it goes as a file to download"),
                )
                .at(format!("/{kind}/mime")),
            );
            "document"
        }
        _ => target,
    }
}

/// The MIME type without parameters, guessed by the name where it is not said.
fn mime_of(media: &Media) -> Option<String> {
    let declared = media.mime.as_deref().and_then(|mime| mime.split(';').next());
    match declared {
        Some(mime) => Some(mime.trim().to_ascii_lowercase()),
        None => media.filename.as_deref().and_then(mime::from_filename).or_else(|| {
            let MediaSource::Url(url) = &media.source else { return None };
            mime::from_filename(url.split(['?', '#']).next()?)
        }),
    }
}
