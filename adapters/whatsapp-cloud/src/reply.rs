//! Buttons, list entries, forms and reactions.

use eclusa_adapter_sdk::prelude::*;

use crate::facts::{Facts, rest};
use crate::findings::Findings;

/// Maps a press on a template's quick-reply button.
pub(crate) fn button(
    facts: Facts<'_>,
    message: Node<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let button = message.field("button")?;
    let title = button.opt("text", Node::string)?;
    // A button without a payload of its own says its text.
    let payload = match (button.get("payload"), &title) {
        (Some(payload), _) => payload.id()?,
        (None, Some(title)) => title.clone(),
        (None, None) => return button.field("payload").map(|_| ()),
    };
    let extra = rest(facts.extra(), button, &["payload", "text"]);
    findings.event(postback(facts, payload, title, extra));
    Ok(())
}

/// Maps the answer to an interactive message.
pub(crate) fn interactive(
    facts: Facts<'_>,
    message: Node<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    // WhatsApp leaves the object out where its own servers could not read it.
    let Some(interactive) = message.get("interactive") else {
        return Err(Problem::unsupported(
            "unsupported_message",
            "an interactive answer without its content",
        )
        .at(message.pointer()));
    };
    let kind = match interactive.get("type") {
        Some(kind) => kind.text()?,
        None => interactive.fields().next().map(|(name, _)| name).unwrap_or_default(),
    };
    let answer = interactive.field(kind)?;
    let extra = facts.extra().with("interactive", kind);
    let (payload, title, extra) = match kind {
        "button_reply" | "list_reply" => {
            let title = answer.opt("title", Node::string)?;
            (answer.field("id")?.id()?, title, rest(extra, answer, &["id", "title"]))
        }
        // The answer to a form ("flow"): what was filled in is JSON text.
        "nfm_reply" => {
            let filled = match answer.get("response_json") {
                Some(json) if json.is_text() => json.string()?,
                Some(json) => json.to_json(),
                None => "{}".to_owned(),
            };
            let title = answer.opt("body", Node::string)?;
            (filled, title, rest(extra, answer, &["response_json", "body"]))
        }
        _ => (answer.to_json(), None, extra),
    };
    findings.event(postback(facts, payload, title, extra));
    Ok(())
}

/// Maps a reaction; without an emoji it was taken back.
pub(crate) fn reaction(
    facts: Facts<'_>,
    message: Node<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let reaction = message.field("reaction")?;
    let emoji = reaction.opt("emoji", Node::string)?.filter(|emoji| !emoji.is_empty());
    let extra = rest(facts.extra(), reaction, &["message_id", "emoji"]).build();
    findings.event(Event::Reaction(Reaction {
        target: reaction.field("message_id")?.id()?,
        conversation: facts.conversation,
        sender: facts.sender,
        removed: emoji.is_none(),
        emoji,
        at: facts.at,
        extra,
    }));
    Ok(())
}

fn postback(
    facts: Facts<'_>,
    payload: String,
    title: Option<String>,
    extra: ExtraBuilder,
) -> Event {
    Event::Postback(Postback {
        external_id: facts.external_id,
        conversation: facts.conversation,
        sender: facts.sender,
        payload,
        title,
        reply_to: facts.reply_to,
        at: facts.at,
        extra: extra.build(),
    })
}
