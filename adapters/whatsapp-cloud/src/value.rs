//! The `value` of a change: messages, statuses, echoes, errors.

use eclusa_adapter_sdk::prelude::*;

use crate::error::ChatError;
use crate::findings::Findings;
use crate::{message, status};

/// What all messages of a value share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    value: Node<'a>,
}

impl<'a> Scene<'a> {
    /// The business number that the value is about.
    pub(crate) fn business(self) -> Option<Node<'a>> {
        self.value.get("metadata")
    }

    /// The entries of `contacts`: who the people in the value are.
    pub(crate) fn people(self) -> Vec<Node<'a>> {
        self.value.list("contacts").unwrap_or_default()
    }

    /// Whether the value holds just one message.
    pub(crate) fn is_single(self) -> bool {
        self.value.list("messages").is_ok_and(|messages| messages.len() == 1)
    }

    /// Whether a message was sent by the business itself: Meta says so by
    /// naming a recipient, which messages to the business do not have.
    fn is_own(self, message: Node<'_>) -> bool {
        let own = self.business().and_then(|node| node.get("display_phone_number"));
        let number = |node: Option<Node<'_>>| {
            node.and_then(|node| node.id().ok())
                .map(|id| phone::digits(&id))
                .filter(|digits| !digits.is_empty())
        };
        message.get("to").is_some()
            && number(own).is_some_and(|own| number(message.get("from")) == Some(own))
    }
}

/// Maps a value. `field` is the webhook field it came under, if that is known.
pub(crate) fn read(
    cx: &Context<'_>,
    field: Option<&str>,
    value: Node<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    if let Some(other) = other_number(cx, value) {
        findings.warn(other);
        return Ok(());
    }
    let echoes = value.list("message_echoes")?;
    for echo in &echoes {
        findings.warn(own_message(*echo));
    }
    let field = field.or_else(|| value.get("history").map(|_| "history")).unwrap_or("messages");
    if field != "messages" {
        if echoes.is_empty() {
            findings.warn(
                Warning::ignored(
                    "field_ignored",
                    format!("the webhook field `{field}` holds no new message of a person"),
                )
                .at(value.pointer()),
            );
        }
        return Ok(());
    }
    let scene = Scene { value };
    for item in value.list("messages")? {
        if scene.is_own(item) {
            findings.warn(own_message(item));
            continue;
        }
        let result = message::read(scene, item, findings);
        findings.keep_going(result);
    }
    for item in value.list("statuses")? {
        let result = status::read(scene, item, findings);
        findings.keep_going(result);
    }
    for error in value.list("errors")? {
        findings.leave(
            Problem::unsupported(
                "error_notice",
                format!("WhatsApp reports an error: {}", ChatError::read(error)),
            )
            .at(error.pointer())
            .action("See Meta's list of error codes."),
        );
    }
    Ok(())
}

/// Meta sends the messages of all numbers of a business account to one address.
/// A channel that shares it may ask for those of its own number only.
fn other_number(cx: &Context<'_>, value: Node<'_>) -> Option<Warning> {
    if !cx.flag("only_own_number", false) {
        return None;
    }
    let own = cx.setting("phone_number_id")?;
    let number = value.find(&["metadata", "phone_number_id"])?;
    let id = number.id().ok()?;
    (id != own).then(|| {
        Warning::ignored(
            "other_number",
            format!("it is for the business number {id}, and this channel is for {own}"),
        )
        .at(number.pointer())
    })
}

fn own_message(message: Node<'_>) -> Warning {
    Warning::ignored("own_message", "the business itself sent this message, from its app")
        .at(message.pointer())
}
