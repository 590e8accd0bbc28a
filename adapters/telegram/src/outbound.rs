//! Messages to Telegram: which method of the Bot API sends each type.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::{Map, Value};

use crate::formatted::utf16_length;
use crate::{html, markdown, method, options, vcard_text};

/// Longest text and caption, in UTF-16 units after the markup is read.
const TEXT_LIMIT: usize = 4096;
const CAPTION_LIMIT: usize = 1024;
/// Largest picture that Telegram fetches as one.
const PHOTO_BYTES: u64 = 5 * 1024 * 1024;
/// Largest vCard.
const VCARD_BYTES: usize = 2048;

/// Which request sends a message.
pub(crate) fn send(cx: &Context<'_>, message: &OutboundMessage) -> Result<Prepared, Problem> {
    let (mut parameters, mut warnings) = options::shared(message)?;
    let method = match &message.content {
        Content::Text(text) => {
            warnings.extend(put_text(text, &mut parameters)?);
            "sendMessage"
        }
        Content::Document(media) | Content::Audio(media) | Content::Video(media) => {
            let kind = message.content.content_type();
            let pictures = !cx.flag("pictures_as_documents", false);
            let (method, warning) = put_file(kind, media, pictures, &mut parameters)?;
            warnings.extend(warning);
            method
        }
        Content::Location(location) => put_location(location, &mut parameters, &mut warnings),
        Content::Contact(contact) => put_contact(contact, &mut parameters, &mut warnings)?,
    };
    Ok(Prepared { request: method::call(cx, method, parameters), warnings })
}

/// The text that stands for a file which Telegram could not fetch. None where
/// the file has no address that a person could open.
pub(crate) fn as_link(
    cx: &Context<'_>,
    message: &OutboundMessage,
) -> Option<Result<HttpRequest, Problem>> {
    let media = message.content.media()?;
    let MediaSource::Url(url) = &media.source else { return None };
    let lines = [media.caption.as_deref(), media.filename.as_deref(), Some(url)];
    let text = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
    Some(options::shared(message).map(|(mut parameters, _)| {
        parameters.insert("text".to_owned(), text.into());
        method::call(cx, "sendMessage", parameters)
    }))
}

fn put_text(text: &Text, parameters: &mut Map<String, Value>) -> Result<Vec<Warning>, Problem> {
    let formatted = match text.markup {
        Markup::Plain => {
            let length = utf16_length(&text.body);
            if length > TEXT_LIMIT {
                return Err(too_long("/text/body", length, TEXT_LIMIT));
            }
            parameters.insert("text".to_owned(), text.body.as_str().into());
            return Ok(Vec::new());
        }
        Markup::Markdown => markdown::to_telegram(&text.body),
        Markup::Html => html::to_telegram(&text.body),
    };
    if formatted.length > TEXT_LIMIT {
        return Err(too_long("/text/body", formatted.length, TEXT_LIMIT));
    }
    if formatted.length == 0 {
        return Err(Problem::refused("empty_text", "without its markup the text is empty")
            .at("/text/body")
            .action("Send a text that says something."));
    }
    parameters.insert("text".to_owned(), formatted.html.into());
    parameters.insert("parse_mode".to_owned(), "HTML".into());
    let lost = formatted.lost.then(|| {
        Warning::degraded("markup_lost", "Telegram has no such formatting: its text was kept")
            .at("/text/body")
    });
    Ok(lost.into_iter().collect())
}

/// A method that sends files, the parameter that takes the file, and whether it
/// takes a caption.
struct FileMethod(&'static str, &'static str, bool);

const PHOTO: FileMethod = FileMethod("sendPhoto", "photo", true);
const VOICE: FileMethod = FileMethod("sendVoice", "voice", true);
const VIDEO: FileMethod = FileMethod("sendVideo", "video", true);
const DOCUMENT: FileMethod = FileMethod("sendDocument", "document", true);
const STICKER: FileMethod = FileMethod("sendSticker", "sticker", false);
const AUDIO: FileMethod = FileMethod("sendAudio", "audio", true);
const ANIMATION: FileMethod = FileMethod("sendAnimation", "animation", true);
const VIDEO_NOTE: FileMethod = FileMethod("sendVideoNote", "video_note", false);

/// A file that Telegram has already goes out as what it came in as, and as
/// nothing else. Its kind stands in the first byte of the handle; where that is
/// not one of these, the message's type decides.
fn method_of_handle(handle: &str) -> Option<FileMethod> {
    match handle.get(..2)? {
        "Ag" => Some(PHOTO),
        "Aw" => Some(VOICE),
        "BA" => Some(VIDEO),
        "BQ" => Some(DOCUMENT),
        "CA" => Some(STICKER),
        "CQ" => Some(AUDIO),
        "Cg" => Some(ANIMATION),
        "DQ" => Some(VIDEO_NOTE),
        _ => None,
    }
}

fn method_of_type(kind: ContentType, media: &Media, pictures: bool) -> FileMethod {
    let mime = media.mime.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_picture = matches!(mime.as_str(), "image/jpeg" | "image/png" | "image/webp")
        && media.size.is_none_or(|size| size <= PHOTO_BYTES);
    match kind {
        ContentType::Audio if media.voice => VOICE,
        ContentType::Audio => AUDIO,
        ContentType::Video => VIDEO,
        _ if is_picture && pictures => PHOTO,
        _ => DOCUMENT,
    }
}

fn put_file(
    kind: ContentType,
    media: &Media,
    pictures: bool,
    parameters: &mut Map<String, Value>,
) -> Result<(&'static str, Option<Warning>), Problem> {
    let (source, known) = match &media.source {
        MediaSource::Url(url) => (url, None),
        MediaSource::Handle(handle) => (handle, method_of_handle(handle)),
    };
    let FileMethod(method, field, takes_caption) =
        known.unwrap_or_else(|| method_of_type(kind, media, pictures));
    parameters.insert(field.to_owned(), source.as_str().into());
    let mut warning = None;
    if let Some(caption) = &media.caption {
        let pointer = format!("/{kind}/caption");
        let length = utf16_length(caption);
        if length > CAPTION_LIMIT {
            return Err(too_long(&pointer, length, CAPTION_LIMIT));
        }
        if takes_caption {
            parameters.insert("caption".to_owned(), caption.as_str().into());
        } else {
            let sentence = "stickers and video notes have no caption: send it as a text";
            warning = Some(Warning::degraded("caption_dropped", sentence).at(pointer));
        }
    }
    let has_duration = !matches!(field, "photo" | "document" | "sticker");
    if let Some(duration) = media.duration.filter(|_| has_duration) {
        parameters.insert("duration".to_owned(), json!(duration.round() as u64));
    }
    Ok((method, warning))
}

fn put_location(
    location: &Location,
    parameters: &mut Map<String, Value>,
    warnings: &mut Vec<Warning>,
) -> &'static str {
    parameters.insert("latitude".to_owned(), location.latitude.into());
    parameters.insert("longitude".to_owned(), location.longitude.into());
    match (&location.name, &location.address) {
        (Some(name), Some(address)) => {
            parameters.insert("title".to_owned(), name.as_str().into());
            parameters.insert("address".to_owned(), address.as_str().into());
            "sendVenue"
        }
        (None, None) => "sendLocation",
        (name, _) => {
            let (there, pointer) = if name.is_some() {
                ("name", "/location/name")
            } else {
                ("address", "/location/address")
            };
            let sentence = format!("Telegram shows the {there} of a place only with the other one");
            warnings.push(Warning::degraded("place_unnamed", sentence).at(pointer));
            "sendLocation"
        }
    }
}

fn put_contact(
    contact: &Contact,
    parameters: &mut Map<String, Value>,
    warnings: &mut Vec<Warning>,
) -> Result<&'static str, Problem> {
    let Some(phone) = contact.phones.first() else {
        let text = vcard_text::as_lines(contact);
        let length = utf16_length(&text);
        if length > TEXT_LIMIT {
            return Err(too_long("/contact", length, TEXT_LIMIT));
        }
        parameters.insert("text".to_owned(), text.into());
        let sentence = "Telegram takes no contact without a phone number: sent as a text";
        warnings.push(Warning::degraded("contact_as_text", sentence).at("/contact/phones"));
        return Ok("sendMessage");
    };
    parameters.insert("phone_number".to_owned(), phone.number.as_str().into());
    let (first, last) = match contact.name.trim().split_once(char::is_whitespace) {
        Some((first, last)) => (first, Some(last.trim())),
        None => (contact.name.trim(), None),
    };
    parameters.insert("first_name".to_owned(), first.into());
    if let Some(last) = last {
        parameters.insert("last_name".to_owned(), last.into());
    }
    let card = contact.vcard.clone().or_else(|| vcard_text::write_if_needed(contact));
    match card {
        Some(card) if card.len() > VCARD_BYTES => {
            let sentence = format!(
                "the vCard has {} bytes, Telegram takes {VCARD_BYTES}: sent without",
                card.len()
            );
            warnings.push(Warning::degraded("vcard_dropped", sentence).at("/contact/vcard"));
        }
        Some(card) => {
            parameters.insert("vcard".to_owned(), card.into());
        }
        None => {}
    }
    Ok("sendContact")
}
