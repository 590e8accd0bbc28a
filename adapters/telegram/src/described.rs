//! What people send that is none of the six types, said as a text.

use eclusa_adapter_sdk::prelude::*;

/// A text for what `kind` holds; none where it is not one of these kinds.
pub(crate) fn describe(kind: &str, part: Node<'_>) -> Result<Option<String>, Problem> {
    let text = match kind {
        "dice" => format!("{} {}", part.field("emoji")?.text()?, part.field("value")?.id()?),
        "poll" => listed(kind, part.field("question")?, part, "options", |_| "-")?,
        "checklist" => listed(kind, part.field("title")?, part, "tasks", |task| {
            if task.get("completion_date").is_some() { "☑" } else { "☐" }
        })?,
        "game" => lines(kind, part, &["title", "description", "text"])?,
        "invoice" => {
            let amount = amount(part)?;
            format!("{}\n{amount}", lines(kind, part, &["title", "description"])?)
        }
        "successful_payment" => {
            let amount = amount(part)?;
            format!("{}\n{amount}", lines("payment", part, &["invoice_payload"])?)
        }
        "story" => story(part)?,
        "paid_media" => paid_media(part)?,
        "gift" => match part.get("text") {
            Some(text) => format!("[gift] {}", text.text()?),
            // Without a text nobody said a thing.
            None => return Ok(None),
        },
        "rich_message" => {
            let mut text = String::new();
            flatten(part.field("blocks")?, &mut text)?;
            let text = text.trim();
            if text.is_empty() { "[rich message]".to_owned() } else { text.to_owned() }
        }
        _ => return Ok(None),
    };
    Ok(Some(text))
}

/// `[kind] title`, then one line for each item.
fn listed(
    kind: &str,
    title: Node<'_>,
    part: Node<'_>,
    items: &str,
    mark: impl Fn(Node<'_>) -> &'static str,
) -> Result<String, Problem> {
    let mut text = format!("[{kind}] {}", title.text()?);
    for item in part.list(items)? {
        text.push_str(&format!("\n{} {}", mark(item), item.field("text")?.text()?));
    }
    Ok(text)
}

/// `[kind]` and those of the fields which are there, a line each.
fn lines(kind: &str, part: Node<'_>, fields: &[&str]) -> Result<String, Problem> {
    let mut found = Vec::new();
    for field in fields {
        found.extend(part.opt(field, Node::text)?.filter(|text| !text.is_empty()));
    }
    Ok(format!("[{kind}] {}", found.join("\n")))
}

/// Telegram counts money in the smallest unit of a currency, and how many of
/// those make one differs: the number is left as it is.
fn amount(part: Node<'_>) -> Result<String, Problem> {
    let currency = part.field("currency")?.text()?;
    let number = part.field("total_amount")?.id()?;
    Ok(match currency {
        "XTR" => format!("{number} Telegram Stars"),
        _ => format!("{number} in the smallest unit of {currency}"),
    })
}

fn story(part: Node<'_>) -> Result<String, Problem> {
    let id = part.field("id")?.id()?;
    let chat = part.field("chat")?;
    Ok(match (chat.opt("username", Node::text)?, crate::people::name(chat)?) {
        (Some(username), _) => format!("[story] https://t.me/{username}/s/{id}"),
        (None, Some(name)) => format!("[story] {name}"),
        (None, None) => "[story]".to_owned(),
    })
}

fn paid_media(part: Node<'_>) -> Result<String, Problem> {
    let items = part
        .list("paid_media")?
        .iter()
        .map(|item| item.field("type")?.text())
        .collect::<Result<Vec<_>, _>>()?
        .join(", ");
    Ok(format!("[paid media] {items} ({} Telegram Stars)", part.field("star_count")?.id()?))
}

/// Collects the texts of a rich message: each block on a line of its own.
fn flatten(node: Node<'_>, out: &mut String) -> Result<(), Problem> {
    if node.is_text() {
        out.push_str(node.text()?);
    } else if node.is_array() {
        for item in node.items()? {
            flatten(item, out)?;
        }
    } else {
        if let Some(label) = node.get("label") {
            out.push_str(label.text()?);
            out.push(' ');
        }
        for field in [
            "text",
            "summary",
            "expression",
            "alternative_text",
            "cells",
            "items",
            "blocks",
            "button",
            "buttons",
            "caption",
        ] {
            if let Some(inner) = node.get(field) {
                flatten(inner, out)?;
                if is_block(node) && !out.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
    }
    Ok(())
}

/// Whether it stands on lines of its own, unlike `bold` and the like.
fn is_block(node: Node<'_>) -> bool {
    const BLOCKS: [&str; 15] = [
        "paragraph",
        "heading",
        "pre",
        "footer",
        "list",
        "blockquote",
        "expandable_blockquote",
        "pullquote",
        "collage",
        "slideshow",
        "table",
        "details",
        "map",
        "buttons",
        "thinking",
    ];
    node.get("type").and_then(|kind| kind.text().ok()).is_some_and(|kind| BLOCKS.contains(&kind))
}
