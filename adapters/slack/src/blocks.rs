//! Text of Slack's blocks and attachments, for messages whose `text` is empty.

use eclusa_adapter_sdk::prelude::*;

use crate::author::text_at;
use crate::text;

/// The text of a message's blocks, a line for each part.
pub(crate) fn of_blocks(message: Node<'_>) -> String {
    let blocks = message.list("blocks").unwrap_or_default();
    lines(blocks.into_iter().map(block))
}

/// The text of the messages which this one forwards.
pub(crate) fn of_forwarded(message: Node<'_>) -> String {
    lines(attachments(message).filter(|part| is_true(*part, "is_share")).map(attachment))
}

/// The text of all attachments.
pub(crate) fn of_attachments(message: Node<'_>) -> String {
    lines(attachments(message).map(attachment))
}

/// Whether the message forwards another one.
pub(crate) fn forwarded(message: Node<'_>) -> Option<Node<'_>> {
    attachments(message).find(|part| is_true(*part, "is_share"))
}

fn attachments<'a>(message: Node<'a>) -> impl Iterator<Item = Node<'a>> {
    message.list("attachments").unwrap_or_default().into_iter()
}

fn is_true(node: Node<'_>, name: &str) -> bool {
    node.get(name).is_some_and(Node::is_true)
}

fn attachment(part: Node<'_>) -> String {
    let written = lines(
        ["pretext", "title", "text"]
            .into_iter()
            .filter_map(|name| text_at(part, &[name]))
            .map(|text| text::readable(text).body),
    );
    if !written.is_empty() {
        return written;
    }
    let blocks = of_blocks(part);
    if !blocks.is_empty() {
        return blocks;
    }
    text_at(part, &["fallback"]).map(|text| text::readable(text).body).unwrap_or_default()
}

fn block(block: Node<'_>) -> String {
    match text_at(block, &["type"]) {
        Some("rich_text") => lines(items(block).map(rich)),
        Some("context") => lines(items(block).map(text_object)),
        Some("markdown") => text_at(block, &["text"]).unwrap_or_default().to_owned(),
        Some("image" | "video") => text_at(block, &["alt_text"]).unwrap_or_default().to_owned(),
        _ => {
            let head = block.get("text").map(text_object);
            let fields = block.list("fields").unwrap_or_default().into_iter().map(text_object);
            lines(head.into_iter().chain(fields))
        }
    }
}

/// A text object: `plain_text`, or `mrkdwn` with escapes and tags.
fn text_object(object: Node<'_>) -> String {
    let written = text_at(object, &["text"]).unwrap_or_default();
    match text_at(object, &["type"]) {
        Some("mrkdwn") => text::readable(written).body,
        Some("plain_text") => text::decode(written),
        _ => String::new(),
    }
}

/// A part of a rich text that begins a line.
fn rich(part: Node<'_>) -> String {
    match text_at(part, &["type"]) {
        Some("rich_text_list") => {
            let ordered = text_at(part, &["style"]) == Some("ordered");
            lines(items(part).enumerate().map(|(index, item)| match ordered {
                true => format!("{}. {}", index + 1, rich(item)),
                false => format!("• {}", rich(item)),
            }))
        }
        Some("rich_text_quote") => quote(&inline(part)),
        _ => inline(part),
    }
}

fn inline(part: Node<'_>) -> String {
    items(part).map(element).collect()
}

fn element(element: Node<'_>) -> String {
    let field = |name| text_at(element, &[name]);
    let at = |name: Option<&str>| format!("@{}", name.unwrap_or_default());
    match field("type") {
        Some("text") => field("text").unwrap_or_default().to_owned(),
        Some("link") => text::link(field("url").unwrap_or_default(), field("text")),
        Some("user") => at(field("user_id")),
        Some("usergroup") => at(field("usergroup_id")),
        Some("broadcast") => at(field("range")),
        Some("channel") => format!("#{}", field("channel_id").unwrap_or_default()),
        Some("emoji") => field("unicode")
            .and_then(emoji)
            .unwrap_or_else(|| format!(":{}:", field("name").unwrap_or_default())),
        Some("date") => field("fallback").unwrap_or_default().to_owned(),
        Some("color") => field("value").unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

/// `1f44b-1f3fb` to the characters with these numbers.
fn emoji(unicode: &str) -> Option<String> {
    unicode
        .split('-')
        .map(|number| u32::from_str_radix(number, 16).ok().and_then(char::from_u32))
        .collect()
}

/// A quotation: every line begins with `> `.
pub(crate) fn quote(text: &str) -> String {
    lines(text.lines().map(|line| format!("> {line}")))
}

fn items<'a>(node: Node<'a>) -> impl Iterator<Item = Node<'a>> {
    node.list("elements").unwrap_or_default().into_iter()
}

fn lines(parts: impl Iterator<Item = String>) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}
