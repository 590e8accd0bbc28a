//! Messages and events in the chat's JSON.

use eclusa_adapter_sdk::prelude::*;

use crate::content;

const TYPES: &str = "`text`, `document`, `audio`, `video`, `location` or `contact` for a message, \
     `message.edited`, `message.deleted`, `message.status`, `reaction`, `typing` or `postback` \
     for an event";

/// Reads one object of the request.
pub(crate) fn read(item: Node<'_>, received: &mut Received) -> Result<(), Problem> {
    let kind = item.field("type")?;
    let event = match kind.text()? {
        "text" | "document" | "audio" | "video" | "location" | "contact" => {
            Event::Message(message(item, &mut received.warnings)?)
        }
        "message.edited" => {
            let body = item.field("message")?;
            Event::Edited(MessageEdit {
                message: message(body, &mut received.warnings)?,
                edited_at: at(item)?,
            })
        }
        "message.deleted" => {
            let body = item.field("message")?;
            Event::Deleted(MessageDeletion {
                external_id: body.field("id")?.id()?,
                conversation: body.field("conversation")?.id()?,
                sender: body.opt("from", participant)?,
                deleted_at: at(item)?,
                extra: Extra::default(),
            })
        }
        "message.status" => status(item)?,
        "reaction" => {
            let body = item.field("reaction")?;
            Event::Reaction(Reaction {
                target: body.field("id")?.id()?,
                conversation: body.field("conversation")?.id()?,
                sender: participant(body.field("from")?)?,
                emoji: body.opt("emoji", Node::string)?,
                removed: body.opt("removed", Node::boolean)?.unwrap_or(false),
                at: at(item)?,
                extra: Extra::default(),
            })
        }
        "typing" => {
            let body = item.field("typing")?;
            Event::Typing(Typing {
                conversation: body.field("conversation")?.id()?,
                sender: participant(body.field("from")?)?,
                active: body.opt("active", Node::boolean)?.unwrap_or(true),
            })
        }
        "postback" => {
            let body = item.field("postback")?;
            Event::Postback(Postback {
                external_id: body.field("id")?.id()?,
                conversation: body.field("conversation")?.id()?,
                sender: participant(body.field("from")?)?,
                payload: body.field("payload")?.string()?,
                title: body.opt("title", Node::string)?,
                reply_to: body.opt("reply_to", Node::id)?,
                at: at(item)?,
                extra: Extra::default(),
            })
        }
        other => {
            return Err(Problem::invalid(
                "unknown_type",
                format!("`{other}` is no type; expected {TYPES}"),
            )
            .at(kind.pointer())
            .action("Use one of the types; they are written in lower case."));
        }
    };
    received.events.push(event);
    Ok(())
}

fn message(item: Node<'_>, warnings: &mut Vec<Warning>) -> Result<InboundMessage, Problem> {
    let kind = item.field("type")?;
    let name = kind.text()?;
    if !["text", "document", "audio", "video", "location", "contact"].contains(&name) {
        return Err(kind.expected("`text`, `document`, `audio`, `video`, `location` or `contact`"));
    }
    let content = content::read(name, item)?;
    let known = ["id", "conversation", "from", "type", name, "sent_at", "reply_to", "extra"];
    unknown_fields(item, &known, warnings);
    if let Some(body) = item.get(name) {
        unknown_fields(body, content::known_fields(name), warnings);
    }
    let extra = match item.get("extra") {
        Some(extra) if extra.is_object() => {
            Extra::from_json(extra.to_json()).map_err(|_| extra.expected("an object"))?
        }
        Some(extra) => return Err(extra.expected("an object")),
        None => Extra::default(),
    };
    Ok(InboundMessage {
        external_id: item.field("id")?.id()?,
        conversation: item.field("conversation")?.id()?,
        sender: participant(item.field("from")?)?,
        sent_at: item.opt("sent_at", Node::time)?,
        content,
        reply_to: item.opt("reply_to", Node::id)?,
        extra,
    })
}

fn participant(node: Node<'_>) -> Result<Participant, Problem> {
    Ok(Participant {
        id: node.field("id")?.id()?,
        name: node.opt("name", Node::string)?,
        username: node.opt("username", Node::string)?,
        phone: node.opt("phone", Node::string)?,
        email: node.opt("email", Node::string)?,
        language: node.opt("language", Node::string)?,
        avatar_url: node.opt("avatar_url", Node::string)?,
    })
}

fn status(item: Node<'_>) -> Result<Event, Problem> {
    let body = item.field("status")?;
    let state = body.field("state")?;
    let state = match state.text()? {
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        "failed" => DeliveryState::Failed,
        _ => return Err(state.expected("`sent`, `delivered`, `read` or `failed`")),
    };
    let mut errors = Vec::new();
    for error in body.list("errors")? {
        errors.push(DeliveryError {
            code: error.field("code")?.id()?,
            message: error.field("message")?.string()?,
            details: error.opt("details", Node::string)?,
        });
    }
    Ok(Event::Status(MessageStatus {
        external_id: body.field("id")?.id()?,
        conversation: body.opt("conversation", Node::id)?,
        state,
        at: at(item)?,
        errors,
        extra: Extra::default(),
    }))
}

fn at(item: Node<'_>) -> Result<Option<String>, Problem> {
    item.opt("occurred_at", Node::time)
}

/// A field that nobody reads is most often a slip of the pen: it is said, and
/// the message goes through.
fn unknown_fields(node: Node<'_>, known: &[&str], warnings: &mut Vec<Warning>) {
    for (name, field) in node.fields() {
        if !known.contains(&name) {
            warnings.push(
                Warning::ignored(
                    "unknown_field",
                    format!("the field `{name}` is not read; what has no field goes into `extra`"),
                )
                .at(field.pointer()),
            );
        }
    }
}
