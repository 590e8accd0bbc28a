//! Messages to Slack, all by `chat.postMessage`.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::{Map, Value};

use crate::settings::Settings;
use crate::{card, html, mrkdwn};

/// Slack cuts longer texts off.
pub(crate) const MAX_TEXT: usize = 40_000;
/// The limit of `markdown_text`.
pub(crate) const MAX_MARKDOWN: usize = 12_000;
/// The limit of the text of a section block.
pub(crate) const MAX_CAPTION: usize = 3_000;
/// The limit of a link to a picture.
const MAX_IMAGE_URL: usize = 3_000;
/// The limit of a picture's description.
const MAX_ALT_TEXT: usize = 2_000;

/// The request that posts the message.
pub(crate) fn send(
    base: &str,
    settings: &Settings,
    message: &OutboundMessage,
) -> Result<Prepared, Problem> {
    let mut body = Map::new();
    let mut warnings = Vec::new();
    match &message.content {
        Content::Text(text) => write_text(text, &mut body, &mut warnings)?,
        Content::Document(media) | Content::Audio(media) | Content::Video(media) => {
            write_media(message.content.content_type(), media, &mut body, &mut warnings)?;
        }
        Content::Location(location) => {
            write_plain(card::location(location), "/location", &mut body)?;
            warnings.push(as_text("A place"));
        }
        Content::Contact(contact) => {
            write_plain(card::contact(contact), "/contact", &mut body)?;
            warnings.push(as_text("A contact card"));
        }
    }
    body.insert("channel".to_owned(), message.conversation.as_str().into());
    match message.reply_to.as_deref().map(thread) {
        Some(Some(thread)) => {
            body.insert("thread_ts".to_owned(), thread.into());
        }
        Some(None) => warnings.push(
            Warning::degraded(
                "reply_to_dropped",
                "It answers something that is no message in Slack, so it starts no thread.",
            )
            .at("/reply_to"),
        ),
        None => {}
    }
    if settings.unfurl_links {
        body.insert("unfurl_links".to_owned(), true.into());
    }
    if !settings.unfurl_media {
        body.insert("unfurl_media".to_owned(), false.into());
    }
    let extra = Json::parse(message.extra.as_json())?;
    if extra.root().get("reply_broadcast").is_some_and(|node| node.is_true()) {
        body.insert("reply_broadcast".to_owned(), true.into());
    }
    let request = HttpRequest {
        method: "POST".to_owned(),
        url: format!("{base}/chat.postMessage"),
        headers: vec![
            ("content-type".to_owned(), "application/json; charset=utf-8".to_owned()),
            authorization(),
        ],
        body: Some(Value::Object(body).to_string()),
    };
    Ok(Prepared { request, warnings })
}

/// The time stamp of the message that is answered. Slash commands have none: the
/// id of theirs is another.
fn thread(reply_to: &str) -> Option<&str> {
    // The parts of a message share its time stamp.
    let ts = reply_to.split('#').next()?;
    let (seconds, fraction) = ts.split_once('.')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (digits(seconds) && digits(fraction)).then_some(ts)
}

/// The header by which Slack knows the app.
pub(crate) fn authorization() -> (String, String) {
    ("authorization".to_owned(), "Bearer {secret:bot-token}".to_owned())
}

fn write_text(
    text: &Text,
    body: &mut Map<String, Value>,
    warnings: &mut Vec<Warning>,
) -> Result<(), Problem> {
    match text.markup {
        Markup::Plain => write_plain(text.body.clone(), "/text/body", body),
        Markup::Markdown => {
            within(&text.body, MAX_MARKDOWN, "/text/body")?;
            // Slack reads CommonMark in this field; it goes alone.
            body.insert("markdown_text".to_owned(), text.body.as_str().into());
            Ok(())
        }
        Markup::Html => {
            let converted = html::to_mrkdwn(&text.body);
            within(&converted.text, MAX_TEXT, "/text/body")?;
            if converted.lossy {
                warnings.push(
                    Warning::degraded(
                        "markup_lost",
                        "Slack has no underlining and no other HTML; only the text was kept.",
                    )
                    .at("/text/body"),
                );
            }
            body.insert("text".to_owned(), converted.text.into());
            Ok(())
        }
    }
}

/// Text in which nothing is an instruction.
fn write_plain(text: String, pointer: &str, body: &mut Map<String, Value>) -> Result<(), Problem> {
    let escaped = mrkdwn::escape(&text);
    within(&escaped, MAX_TEXT, pointer)?;
    body.insert("text".to_owned(), escaped.into());
    body.insert("mrkdwn".to_owned(), false.into());
    Ok(())
}

fn write_media(
    kind: ContentType,
    media: &Media,
    body: &mut Map<String, Value>,
    warnings: &mut Vec<Warning>,
) -> Result<(), Problem> {
    let caption = media.caption.as_deref().filter(|caption| !caption.is_empty());
    let escaped = caption.map(mrkdwn::escape);
    if let Some(escaped) = &escaped {
        within(escaped, MAX_CAPTION, &format!("/{kind}/caption"))?;
    }
    let name = media.filename.as_deref().filter(|name| !name.is_empty());
    let picture = kind == ContentType::Document && is_picture(media);
    let image = match &media.source {
        MediaSource::Url(url) if picture && url.chars().count() <= MAX_IMAGE_URL => {
            Some(("image_url", json!(url)))
        }
        MediaSource::Handle(file) if picture => Some(("slack_file", json!({ "id": file }))),
        MediaSource::Handle(_) => {
            return Err(Problem::refused(
                "file_by_handle",
                "Slack can show only pictures (png, jpg, gif) by the id of a file",
            )
            .at(format!("/{kind}/handle"))
            .action("Send the file by a public URL instead."));
        }
        MediaSource::Url(_) => None,
    };
    if let Some((source, value)) = image {
        let alt = caption.or(name).unwrap_or("image");
        let alt: String = alt.chars().take(MAX_ALT_TEXT).collect();
        let section = caption.map(|caption| {
            json!({ "type": "section", "text": { "type": "plain_text", "text": caption } })
        });
        let image = json!({ "type": "image", source: value, "alt_text": alt });
        let blocks: Vec<Value> = section.into_iter().chain([image]).collect();
        body.insert("blocks".to_owned(), blocks.into());
        // What notifications show.
        let text = escaped.unwrap_or_else(|| mrkdwn::escape(name.unwrap_or("image")));
        body.insert("text".to_owned(), text.into());
        return Ok(());
    }
    if let MediaSource::Url(url) = &media.source {
        let label = name.unwrap_or_else(|| file_name(url).unwrap_or(kind.as_str()));
        let link = mrkdwn::link(url, label);
        let text = escaped.map_or_else(|| link.clone(), |caption| format!("{caption}\n{link}"));
        within(&text, MAX_TEXT, &format!("/{kind}/url"))?;
        body.insert("text".to_owned(), text.into());
        warnings.push(
            Warning::degraded(
                "sent_as_link",
                "Slack shows it as a link: apps upload no files here.",
            )
            .at(format!("/{kind}")),
        );
    }
    Ok(())
}

/// Whether Slack's image block takes it.
fn is_picture(media: &Media) -> bool {
    let guessed = || {
        let name = match (&media.filename, &media.source) {
            (Some(name), _) => Some(name.as_str()),
            (None, MediaSource::Url(url)) => file_name(url),
            (None, MediaSource::Handle(_)) => None,
        };
        name.and_then(mime::from_filename)
    };
    let mime = media.mime.clone().or_else(guessed).unwrap_or_default().to_ascii_lowercase();
    matches!(mime.as_str(), "image/png" | "image/jpeg" | "image/jpg" | "image/gif")
}

/// The last part of a URL's path.
fn file_name(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next()?;
    let (_, path) = path.split_once("://")?;
    let (_, name) = path.rsplit_once('/')?;
    (!name.is_empty()).then_some(name)
}

fn within(text: &str, limit: usize, pointer: &str) -> Result<(), Problem> {
    let length = text.chars().count();
    if length <= limit {
        return Ok(());
    }
    Err(too_long(pointer, length, limit))
}

fn as_text(what: &str) -> Warning {
    Warning::degraded(
        "sent_as_text",
        format!("{what} is shown as text: Slack has no such message."),
    )
}
