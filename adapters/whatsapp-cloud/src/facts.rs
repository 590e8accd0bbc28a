//! What is the same for messages of all types.

use eclusa_adapter_sdk::prelude::*;

use crate::findings::Findings;
use crate::person;
use crate::value::Scene;

/// Fields of a message that have a place of their own.
const PLACED: [&str; 7] = ["from", "id", "timestamp", "type", "context", "button", "interactive"];

/// The frame of a message: who, when, where, in answer to what.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    /// WhatsApp's id of the message.
    pub(crate) external_id: String,
    /// The person's number or id, or the group's id.
    pub(crate) conversation: String,
    /// Who wrote.
    pub(crate) sender: Participant,
    /// When.
    pub(crate) at: Option<String>,
    /// WhatsApp's id of the message that this one answers.
    pub(crate) reply_to: Option<String>,
    scene: Scene<'a>,
    kind: &'a str,
    message: Node<'a>,
}

impl<'a> Facts<'a> {
    /// Reads the frame of a message.
    pub(crate) fn read(
        scene: Scene<'a>,
        kind: &'a str,
        message: Node<'a>,
        findings: &mut Findings,
    ) -> Result<Self, Problem> {
        let external_id = message.field("id")?.id()?;
        let sender = person::sender(scene, message)?;
        let group = message.opt("group_id", Node::id)?;
        Ok(Self {
            external_id,
            conversation: group.unwrap_or_else(|| sender.id.clone()),
            sender,
            at: time(message, findings),
            reply_to: quoted(message),
            scene,
            kind,
            message,
        })
    }

    /// What no type has a place for: forwarding, adverts, products, newer ids,
    /// and the business number.
    pub(crate) fn extra(&self) -> ExtraBuilder {
        let mut extra = ExtraBuilder::new();
        if let Some(context) = self.message.get("context") {
            for name in ["forwarded", "frequently_forwarded"] {
                extra =
                    extra.with_some(name, context.get(name).filter(|n| n.is_true()).map(|_| true));
            }
            extra = extra.with_node("referred_product", context.get("referred_product"));
        }
        for (name, _) in self.message.fields() {
            let value = self.message.get(name);
            let is_sender = value.and_then(|node| node.id().ok()).as_ref() == Some(&self.sender.id);
            if !PLACED.contains(&name) && name != self.kind && !is_sender {
                extra = extra.with_node(name, value);
            }
        }
        let id = Some(self.sender.id.as_str());
        let wa_id = person::entry(self.scene, id, id)
            .and_then(|entry| entry.get("wa_id"))
            .filter(|wa_id| wa_id.id().ok().as_deref() != id);
        extra.with_node("wa_id", wa_id).with_node("business", self.scene.business())
    }

    /// A message with this frame.
    pub(crate) fn message(&self, content: Content, extra: Extra) -> InboundMessage {
        InboundMessage {
            external_id: self.external_id.clone(),
            conversation: self.conversation.clone(),
            sender: self.sender.clone(),
            sent_at: self.at.clone(),
            content,
            reply_to: self.reply_to.clone(),
            extra,
        }
    }
}

/// The id of the message that another one quotes.
pub(crate) fn quoted(message: Node<'_>) -> Option<String> {
    message.find(&["context", "id"]).and_then(|id| id.id().ok())
}

/// When it happened. An unreadable time is no reason to lose a message.
pub(crate) fn time(node: Node<'_>, findings: &mut Findings) -> Option<String> {
    let timestamp = node.get("timestamp")?;
    match timestamp.time() {
        Ok(time) => Some(time),
        Err(problem) => {
            findings.warn(
                Warning::degraded("unreadable_time", problem.message).at(timestamp.pointer()),
            );
            None
        }
    }
}

/// Adds the fields of an object that are not in `known`, as they are written.
pub(crate) fn rest(mut extra: ExtraBuilder, node: Node<'_>, known: &[&str]) -> ExtraBuilder {
    for (name, _) in node.fields() {
        if !known.contains(&name) {
            extra = extra.with_node(name, node.get(name));
        }
    }
    extra
}
