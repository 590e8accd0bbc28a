//! One message of a value.

use eclusa_adapter_sdk::prelude::*;

use crate::error::ChatError;
use crate::findings::Findings;
use crate::value::Scene;
use crate::{card, change, content, facts::Facts, order, reply};

/// Types whose objects are read where `type` itself is missing.
const KNOWN: [&str; 14] = [
    "text",
    "image",
    "document",
    "audio",
    "voice",
    "video",
    "sticker",
    "location",
    "contacts",
    "button",
    "interactive",
    "reaction",
    "order",
    "system",
];

/// Maps a message to what it means.
pub(crate) fn read(
    scene: Scene<'_>,
    message: Node<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let kind = kind(message)?;
    match kind {
        "system" => {
            findings.warn(notice(message));
            return Ok(());
        }
        "request_welcome" => {
            findings.warn(
                Warning::ignored("chat_opened", "a person opened the chat and wrote nothing yet")
                    .at(message.pointer()),
            );
            return Ok(());
        }
        "unsupported" | "unknown" | "errors" => return Err(unsupported(kind, message)),
        _ => {}
    }
    let facts = Facts::read(scene, kind, message, findings)?;
    match kind {
        "contacts" => card::read(&facts, message, findings)?,
        "order" => order::read(&facts, message, findings)?,
        "reaction" => reply::reaction(facts, message, findings)?,
        "button" => reply::button(facts, message, findings)?,
        "interactive" => reply::interactive(facts, message, findings)?,
        "edit" => change::edit(facts, message, findings)?,
        "revoke" => change::revoke(facts, message, findings)?,
        _ => match content::read(kind, message, facts.extra()) {
            Some(said) => {
                let (content, extra) = said?;
                findings.event(Event::Message(facts.message(content, extra)));
            }
            None => other(kind, &facts, message, findings)?,
        },
    }
    if message.get("errors").is_some() {
        findings.warn(
            Warning::degraded(
                "errors_reported",
                format!("WhatsApp reports errors with this message: {}", errors(message)),
            )
            .at(message.pointer()),
        );
    }
    Ok(())
}

/// What `type` says; older documents leave it out beside a place or a card.
fn kind(message: Node<'_>) -> Result<&str, Problem> {
    if let Some(kind) = message.get("type") {
        return kind.text();
    }
    KNOWN
        .into_iter()
        .find(|name| message.get(name).is_some())
        .ok_or_else(|| message.field("type").err().unwrap_or_else(|| message.expected("a type")))
}

/// A type that came into the world after this adapter: if there is a text in
/// it, the text is passed on.
fn other(
    kind: &str,
    facts: &Facts<'_>,
    message: Node<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let text = ["body", "text", "caption"]
        .into_iter()
        .find_map(|name| message.find(&[kind, name])?.string().ok())
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| unsupported(kind, message))?;
    let extra = facts.extra().with("type", kind).with_node(kind, message.get(kind)).build();
    findings.event(Event::Message(facts.message(Content::text(text), extra)));
    findings.warn(
        Warning::degraded(
            "unknown_type_as_text",
            format!("the type `{kind}` is not known; only its text was taken"),
        )
        .at(message.pointer()),
    );
    Ok(())
}

fn unsupported(kind: &str, message: Node<'_>) -> Problem {
    let inner = message.find(&["unsupported", "type"]).and_then(|node| node.text().ok());
    let what = inner.unwrap_or(kind);
    let errors = errors(message);
    let reason = if errors.is_empty() { String::new() } else { format!(": {errors}") };
    Problem::unsupported("unsupported_message", format!("a message of the type `{what}`{reason}"))
        .at(message.pointer())
        .action("Read it in the WhatsApp app, or ask the person to send it in another way.")
}

fn errors(message: Node<'_>) -> String {
    let errors: Vec<_> = ChatError::list(message).iter().map(ToString::to_string).collect();
    errors.join("; ")
}

/// A system message is WhatsApp's own, e.g. that a person changed their number.
fn notice(message: Node<'_>) -> Warning {
    let text = |name| message.find(&["system", name]).and_then(|node| node.text().ok());
    let kind = text("type").unwrap_or("system");
    let body = text("body").unwrap_or("without a text");
    Warning::ignored("system_notice", format!("{kind}: {body}")).at(message.pointer())
}
