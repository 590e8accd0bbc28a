//! One `Message` of the Bot API: who wrote what, where and in answer to what.

use eclusa_adapter_sdk::prelude::*;

use crate::content::{self, Found};
use crate::{extra, keyboard, people};

/// Whether a message is new, or an older one as it reads now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edition {
    First,
    Changed,
}

/// What a message becomes.
pub(crate) fn receive(message: Node<'_>, edition: Edition) -> Result<Received, Problem> {
    if message.get("sender_business_bot").is_some() {
        // What the bot itself sent for a business account comes back as an update.
        return Ok(ignored("echo", "the bot sent this message itself", message));
    }
    let external_id = message.field("message_id")?.id()?;
    let conversation = message.field("chat")?.field("id")?.id()?;
    let mut warnings = Vec::new();
    let mut extra = extra::surroundings(message);
    let content = match content::find(message)? {
        Found::Content { content, kind, part } => {
            content.validate().map_err(|error| {
                Problem::invalid("out_of_range", format!("the {kind}: {error}")).at(part.pointer())
            })?;
            extra = extra::of_part(extra, kind, part);
            content
        }
        Found::Described { text, kind, part } => {
            extra = extra::with(extra, kind, part);
            let message = format!("`{kind}` is none of the six types: a text says what it was");
            warnings.push(Warning::degraded("described_as_text", message).at(part.pointer()));
            Content::text(text)
        }
        Found::Answer { kind, part } => return keyboard::answered(message, kind, part),
        Found::Notice { kind, part } => {
            let sentence = format!("`{kind}` is a notice of the chat: nobody said it");
            return Ok(ignored("service_message", &sentence, part));
        }
        Found::Nothing => {
            return Ok(ignored("empty_message", "the message has no content", message));
        }
    };
    let edited_at = message.opt("edit_date", Node::time)?;
    let message = InboundMessage {
        external_id,
        conversation,
        sender: people::sender(message)?,
        sent_at: message.opt("date", Node::time)?,
        content,
        reply_to: answered(message)?,
        extra: extra.build(),
    };
    let event = match edition {
        Edition::First => Event::Message(message),
        Edition::Changed => Event::Edited(MessageEdit { message, edited_at }),
    };
    Ok(Received { events: vec![event], reply: None, warnings })
}

fn ignored(code: &str, sentence: &str, part: Node<'_>) -> Received {
    Received::nothing(Warning::ignored(code, sentence).at(part.pointer()))
}

/// The message that this one answers. In a forum each message seems to answer
/// the one that opened its topic: that marks the topic, and is no answer.
fn answered(message: Node<'_>) -> Result<Option<String>, Problem> {
    let Some(target) = message.get("reply_to_message") else { return Ok(None) };
    let id = target.field("message_id")?.id()?;
    let in_topic = message.get("is_topic_message").is_some_and(Node::is_true);
    let opens_topic = target.get("forum_topic_created").is_some()
        || (in_topic && message.opt("message_thread_id", Node::id)?.as_ref() == Some(&id));
    Ok((!opens_topic).then_some(id))
}
