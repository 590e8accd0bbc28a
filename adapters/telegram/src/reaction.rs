//! Reactions: Telegram tells which ones there were and which there are now.

use eclusa_adapter_sdk::prelude::*;

use crate::{extra, people};

/// One event for each reaction that went or came.
pub(crate) fn receive(update: Node<'_>) -> Result<Received, Problem> {
    let sender = match update.get("user").or_else(|| update.get("actor_chat")) {
        Some(who) => people::participant(who)?,
        None => {
            return Err(update
                .field("user")
                .map_or_else(|problem| problem, |user| user.expected("a user")));
        }
    };
    let target = update.field("message_id")?.id()?;
    let conversation = update.field("chat")?.field("id")?.id()?;
    let at = update.opt("date", Node::time)?;
    let old = update.list("old_reaction")?;
    let new = update.list("new_reaction")?;
    let gone = old.iter().filter(|reaction| !contains(&new, **reaction)).map(|one| (one, true));
    let come = new.iter().filter(|reaction| !contains(&old, **reaction)).map(|one| (one, false));
    let events = gone
        .chain(come)
        .map(|(reaction, removed)| {
            let mut extra = extra::surroundings(update);
            if reaction.get("emoji").is_none() {
                extra = extra::with(extra, "reaction", *reaction);
            }
            Ok(Event::Reaction(Reaction {
                target: target.clone(),
                conversation: conversation.clone(),
                sender: sender.clone(),
                emoji: Some(emoji(*reaction)?),
                removed,
                at: at.clone(),
                extra: extra.build(),
            }))
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    if events.is_empty() {
        let warning = Warning::ignored("reaction_unchanged", "no reaction came or went");
        return Ok(Received::nothing(warning.at(update.pointer())));
    }
    Ok(Received::events(events))
}

/// The emoji itself; `custom_emoji` and `paid` for those which are pictures of
/// Telegram's own.
fn emoji(reaction: Node<'_>) -> Result<String, Problem> {
    reaction.get("emoji").map_or_else(|| reaction.field("type"), Ok)?.string()
}

fn contains(reactions: &[Node<'_>], wanted: Node<'_>) -> bool {
    reactions.iter().any(|reaction| reaction.to_json() == wanted.to_json())
}
