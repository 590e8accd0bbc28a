//! A message event to messages: one of text, or one for each file.

use eclusa_adapter_sdk::prelude::*;

use crate::author::{self, Author, sender, text_at};
use crate::settings::Settings;
use crate::{blocks, files, text};

/// What an event with a new message means.
pub(crate) fn receive(
    settings: &Settings,
    envelope: Node<'_>,
    event: Node<'_>,
) -> Result<Received, Problem> {
    if let Some(warning) = unwanted(settings, envelope, event) {
        return Ok(Received::nothing(warning));
    }
    let conversation = event.field("channel")?.id()?;
    let ts = event.field("ts")?.id()?;
    let (messages, warnings) = read(event, &conversation, &ts)?;
    let events = messages.into_iter().map(Event::Message).collect();
    Ok(Received { events, reply: None, warnings })
}

/// Why a message is nothing for the platform, if its author makes it so.
pub(crate) fn unwanted(
    settings: &Settings,
    envelope: Node<'_>,
    message: Node<'_>,
) -> Option<Warning> {
    let warning = match author::author(envelope, message, settings) {
        Author::Person => return None,
        Author::OtherBot if settings.accept_bots => return None,
        Author::OwnApp => Warning::ignored(
            "own_message",
            "It is what this app sent itself, which Slack reports like any message.",
        ),
        Author::OtherBot => Warning::ignored(
            "bot_message",
            "It is from another app, a workflow or a webhook; the setting `accept_bots` lets \
             these in.",
        ),
    };
    Some(warning.at(message.pointer()))
}

/// The messages in an event: the text, or each of the files, the first with the
/// text as its caption. None, with warnings, where there is nothing to show.
pub(crate) fn read(
    message: Node<'_>,
    conversation: &str,
    ts: &str,
) -> Result<(Vec<InboundMessage>, Vec<Warning>), Problem> {
    let sender = sender(message)?;
    let thread = text_at(message, &["thread_ts"]).filter(|thread| *thread != ts);
    let written = Written::of(message);
    let mut caption = Some(written.body.clone()).filter(|body| !body.is_empty());
    let mut warnings = Vec::new();
    let mut messages: Vec<InboundMessage> = Vec::new();

    let mut push = |content: Content, extra: Extra| {
        let index = messages.len();
        messages.push(InboundMessage {
            external_id: external_id(ts, index),
            conversation: conversation.to_owned(),
            sender: sender.clone(),
            sent_at: time::parse(ts),
            content,
            reply_to: thread.map(str::to_owned),
            extra,
        });
    };
    let mut first = true;
    for file in files::of_message(message) {
        let (content, warning) = match files::to_content(file, caption.clone()) {
            Ok(mapped) => mapped,
            Err(warning) => {
                warnings.push(warning);
                continue;
            }
        };
        caption = None;
        warnings.extend(warning);
        let extra = surroundings(message);
        let extra = if first { written.extra(message, extra) } else { extra };
        push(content, files::extra(file, extra).build());
        first = false;
    }
    if let Some(body) = caption {
        push(Content::text(body), written.extra(message, surroundings(message)).build());
    }
    if messages.is_empty() && warnings.is_empty() {
        warnings.push(
            Warning::ignored("empty_message", "The message has neither text nor files.")
                .at(message.pointer()),
        );
    }
    Ok((messages, warnings))
}

/// The id of a message's part: the first bears the message's own.
pub(crate) fn external_id(ts: &str, index: usize) -> String {
    if index == 0 { ts.to_owned() } else { format!("{ts}#{index}") }
}

/// Where a message stands, for all its parts.
fn surroundings(message: Node<'_>) -> ExtraBuilder {
    ExtraBuilder::new()
        .with_some("channel_type", text_at(message, &["channel_type"]))
        .with_some("team", text_at(message, &["team"]))
        .with_some("subtype", text_at(message, &["subtype"]))
        .with_some("parent_user_id", text_at(message, &["parent_user_id"]))
        .with_some("bot_id", text_at(message, &["bot_id"]))
}

/// What a message says in words.
struct Written {
    body: String,
    mentions: Vec<String>,
    changed: bool,
}

impl Written {
    fn of(message: Node<'_>) -> Self {
        let raw = text_at(message, &["text"]).unwrap_or_default();
        let text::Readable { mut body, mentions } = text::readable(raw);
        if body.trim().is_empty() {
            body = blocks::of_blocks(message);
        }
        let forwarded = blocks::of_forwarded(message);
        if body.trim().is_empty() {
            body = if forwarded.is_empty() { blocks::of_attachments(message) } else { forwarded };
        } else if !forwarded.is_empty() {
            body = format!("{body}\n\n{}", blocks::quote(&forwarded));
        }
        let changed = body != raw;
        Self { body, mentions, changed }
    }

    /// What reading took away: the text as Slack sent it, and who is mentioned.
    fn extra(&self, message: Node<'_>, extra: ExtraBuilder) -> ExtraBuilder {
        let from = blocks::forwarded(message).map(forwarded_from);
        let extra = extra.with_some("forwarded", from.filter(|from| !from.is_empty()));
        if !self.changed {
            return extra;
        }
        let mentions = Some(&self.mentions).filter(|mentions| !mentions.is_empty());
        extra
            .with_some("text", text_at(message, &["text"]))
            .with_some("mentions", mentions)
            .with_some("blocks", message.get("blocks").map(|_| true))
    }
}

/// Where a forwarded message comes from.
fn forwarded_from(attachment: Node<'_>) -> serde_json::Map<String, serde_json::Value> {
    let mut from = serde_json::Map::new();
    for name in ["author_id", "author_name", "channel_id", "ts", "from_url"] {
        if let Some(value) = text_at(attachment, &[name]) {
            from.insert(name.to_owned(), value.into());
        }
    }
    from
}
