//! Webhook bodies: which updates they hold, and what each kind of update becomes.

use eclusa_adapter_sdk::prelude::*;

use crate::message::Edition;
use crate::{extra, keyboard, message, reaction};

/// Updates that tell of the chat or the bot, not of what a person said.
const NOTICES: [&str; 18] = [
    "business_connection",
    "chat_boost",
    "chat_join_request",
    "chat_member",
    "chosen_inline_result",
    "inline_query",
    "managed_bot",
    "message_reaction_count",
    "my_chat_member",
    "poll",
    "poll_answer",
    "pre_checkout_query",
    "purchased_paid_media",
    "removed_chat_boost",
    "shipping_query",
    "stopped_message_generation",
    "subscription",
    "update_id",
];

/// What a request from Telegram means.
pub(crate) fn receive(cx: &Context<'_>, request: &Request) -> Result<Received, Problem> {
    let json = Json::parse(&request.body)?;
    let root = json.root();
    match several(root)? {
        Some(updates) => map_several(&updates),
        None => {
            let mut received = map(root)?;
            received.reply = keyboard::answer(cx, root);
            Ok(received)
        }
    }
}

/// The updates of an answer to `getUpdates`, or of a plain array. A webhook
/// brings one update, but archives and tests hold such lists.
fn several(root: Node<'_>) -> Result<Option<Vec<Node<'_>>>, Problem> {
    if root.is_array() {
        return Ok(Some(root.items()?.collect()));
    }
    match (root.get("ok"), root.get("result")) {
        (Some(_), Some(result)) => Ok(Some(result.items()?.collect())),
        (Some(_), None) => Err(Problem::invalid(
            "not_an_update",
            "this is an error answer of the Bot API, expected an update",
        )
        .at("/result")),
        _ => Ok(None),
    }
}

/// Maps what can be mapped: one odd update must not hold up the others.
fn map_several(updates: &[Node<'_>]) -> Result<Received, Problem> {
    let mut all = Received::default();
    let mut first_problem = None;
    for update in updates {
        match map(*update) {
            Ok(received) => {
                all.events.extend(received.events);
                all.warnings.extend(received.warnings);
            }
            Err(problem) => {
                let pointer = problem.pointer.clone().unwrap_or_else(|| update.pointer());
                all.warnings.push(
                    Warning::unsupported(problem.code.clone(), problem.message.clone()).at(pointer),
                );
                first_problem.get_or_insert(problem);
            }
        }
    }
    match first_problem {
        Some(problem) if all.events.is_empty() && all.warnings.len() == updates.len() => {
            Err(problem)
        }
        _ if updates.is_empty() => {
            Ok(Received::nothing(Warning::ignored("no_updates", "the list of updates is empty")))
        }
        _ => Ok(all),
    }
}

/// Maps an update, or a message that came without the update around it.
fn map(update: Node<'_>) -> Result<Received, Problem> {
    if update.get("update_id").is_none() {
        if update.get("message_id").is_some() {
            return message::receive(update, Edition::First);
        }
        return Err(not_telegram(update));
    }
    let mut unknown = None;
    for (kind, _) in update.fields() {
        let Some(node) = update.get(kind) else { continue };
        match kind {
            "message" | "channel_post" | "business_message" | "guest_message" => {
                return message::receive(node, Edition::First);
            }
            "edited_message" | "edited_channel_post" | "edited_business_message" => {
                return message::receive(node, Edition::Changed);
            }
            "callback_query" => return keyboard::pressed(node),
            "message_reaction" => return reaction::receive(node),
            "deleted_business_messages" => return deleted(node),
            "update_id" => {}
            notice if NOTICES.contains(&notice) => {
                return Ok(Received::nothing(
                    Warning::ignored(
                        "update_ignored",
                        format!("`{notice}` carries nothing that a person said in a chat"),
                    )
                    .at(node.pointer()),
                ));
            }
            _ => unknown = unknown.or(Some((kind, node))),
        }
    }
    Err(match unknown {
        Some((kind, node)) => Problem::unsupported(
            "unknown_update",
            format!("`{kind}` is a kind of update which this adapter does not know"),
        )
        .at(node.pointer())
        .action("Ask for a newer adapter, or leave this kind out of `allowed_updates`."),
        None => Problem::invalid(
            "empty_update",
            "the update holds nothing but its id, expected one kind such as `message`",
        )
        .at(update.pointer()),
    })
}

fn not_telegram(update: Node<'_>) -> Problem {
    if !update.is_object() {
        return update.expected("an update of the Bot API: an object with `update_id`");
    }
    Problem::invalid(
        "not_an_update",
        "neither `update_id` (an update) nor `message_id` (a message by itself) is there",
    )
    .at(format!("{}/update_id", update.pointer()))
    .action("Check that it is Telegram's webhook which posts to this channel.")
}

/// A business account's messages that were taken back.
fn deleted(node: Node<'_>) -> Result<Received, Problem> {
    let conversation = node.field("chat")?.field("id")?.id()?;
    let events = node
        .field("message_ids")?
        .items()?
        .map(|id| {
            Ok(Event::Deleted(MessageDeletion {
                external_id: id.id()?,
                conversation: conversation.clone(),
                sender: None,
                deleted_at: None,
                extra: extra::surroundings(node).build(),
            }))
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    if events.is_empty() {
        let warning = Warning::ignored("update_ignored", "no message was taken back");
        return Ok(Received::nothing(warning.at(node.pointer())));
    }
    Ok(Received::events(events))
}
