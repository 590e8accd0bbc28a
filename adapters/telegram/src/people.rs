//! Users and chats as those who write.

use eclusa_adapter_sdk::prelude::*;

/// Who wrote a message. Where someone writes in the name of a channel or a group
/// (`sender_chat`), `from` holds a stand-in of Telegram's that says nothing; a
/// channel's post may lack both.
pub(crate) fn sender(message: Node<'_>) -> Result<Participant, Problem> {
    match message.get("sender_chat").or_else(|| message.get("from")) {
        Some(who) => participant(who),
        None => participant(message.field("chat")?),
    }
}

/// A user, or a chat that acts like one.
pub(crate) fn participant(who: Node<'_>) -> Result<Participant, Problem> {
    Ok(Participant {
        id: who.field("id")?.id()?,
        name: name(who)?,
        username: who.opt("username", Node::string)?,
        language: who.opt("language_code", Node::string)?,
        ..Participant::default()
    })
}

/// The title of a chat, or first and last name of a person.
pub(crate) fn name(who: Node<'_>) -> Result<Option<String>, Problem> {
    if let Some(title) = who.opt("title", Node::string)? {
        return Ok(Some(title));
    }
    let mut name = String::new();
    for field in ["first_name", "last_name"] {
        let part = who.opt(field, Node::text)?.unwrap_or_default();
        if !name.is_empty() && !part.is_empty() {
            name.push(' ');
        }
        name.push_str(part);
    }
    Ok((!name.is_empty()).then_some(name))
}
