//! Slack's files to documents, audios and videos.

use eclusa_adapter_sdk::prelude::*;

use crate::author::text_at;

/// The files of a message: its own, the one of the old shape (`file`), and
/// those of messages that it forwards.
pub(crate) fn of_message(message: Node<'_>) -> Vec<Node<'_>> {
    let mut files = message.list("files").unwrap_or_default();
    if files.is_empty() {
        files.extend(message.get("file"));
    }
    for attachment in message.list("attachments").unwrap_or_default() {
        if attachment.get("is_share").is_some_and(Node::is_true) {
            files.extend(attachment.list("files").unwrap_or_default());
        }
    }
    files
}

/// One file as content with its caption, and a warning if something is missing.
///
/// # Errors
/// A warning alone: the file cannot be had at all.
pub(crate) fn to_content(
    file: Node<'_>,
    caption: Option<String>,
) -> Result<(Content, Option<Warning>), Warning> {
    let unavailable = |why: &str| {
        Warning::unsupported("file_unavailable", format!("A file was left out: {why}."))
            .at(file.pointer())
    };
    match (text_at(file, &["mode"]), text_at(file, &["file_access"])) {
        (Some("tombstone"), _) => return Err(unavailable("it was deleted in Slack")),
        (Some("hidden_by_limit"), _) => {
            return Err(unavailable("it is hidden by the limit of the workspace's plan"));
        }
        (_, Some("access_denied" | "file_not_found")) => {
            return Err(unavailable("Slack denies the app access to it"));
        }
        _ => {}
    }
    let source = source(file).ok_or_else(|| unavailable("Slack gave neither an id nor a URL"))?;

    let slack_kind = text_at(file, &["subtype"]);
    let declared = text_at(file, &["mimetype"]);
    let voice = slack_kind == Some("slack_audio");
    let media = Media {
        mime: declared.map(str::to_owned),
        filename: text_at(file, &["name"]).map(str::to_owned),
        caption,
        size: file.get("size").and_then(|size| size.size().ok()),
        duration: file.get("duration_ms").and_then(|ms| ms.number().ok()).map(|ms| ms / 1000.0),
        voice,
        ..Media::new(source)
    };
    // Clips are often declared as `video/mp4`, whatever was recorded.
    let kind = match slack_kind {
        Some("slack_audio") => ContentType::Audio,
        Some("slack_video") => ContentType::Video,
        _ => declared.map_or(ContentType::Document, mime::content_type),
    };
    let content = match kind {
        ContentType::Audio => Content::Audio(media),
        ContentType::Video => Content::Video(media),
        _ => Content::Document(media),
    };
    let stub = text_at(file, &["file_access"]) == Some("check_file_info");
    let warning = stub.then(|| {
        Warning::degraded(
            "file_details_missing",
            "Slack gave only the id of a file from a shared channel; its name, type and size \
             are not known.",
        )
        .at(file.pointer())
    });
    Ok((content, warning))
}

/// Whether the file can be had, so that it counts among a message's parts.
pub(crate) fn is_available(file: Node<'_>) -> bool {
    to_content(file, None).is_ok()
}

/// What the media types have no place for.
///
/// `url_private` needs the bot's token; the host fetches the file by its handle.
pub(crate) fn extra(file: Node<'_>, extra: ExtraBuilder) -> ExtraBuilder {
    let title = text_at(file, &["title"]).filter(|title| Some(*title) != text_at(file, &["name"]));
    let transcription = file.get("transcription");
    let transcript = transcription
        .filter(|node| text_at(*node, &["status"]) == Some("complete"))
        .and_then(|node| text_at(node, &["preview", "content"]));
    extra
        .with_some("file_id", text_at(file, &["id"]))
        .with_some("title", title)
        .with_some("url_private", text_at(file, &["url_private"]))
        .with_some("permalink", text_at(file, &["permalink"]))
        .with_some("external_type", text_at(file, &["external_type"]))
        .with_some("transcript", transcript)
}

/// A file of another service is had at its own address, one of Slack's by its
/// id: Slack's addresses need the bot's token.
fn source(file: Node<'_>) -> Option<MediaSource> {
    let external = text_at(file, &["mode"]) == Some("external")
        || file.get("is_external").is_some_and(Node::is_true);
    let public = |name| {
        text_at(file, &[name])
            .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
            .filter(|_| external)
    };
    public("external_url")
        .or_else(|| public("url_private"))
        .map(|url| MediaSource::Url(url.to_owned()))
        .or_else(|| file.get("id")?.id().ok().map(MediaSource::Handle))
}
