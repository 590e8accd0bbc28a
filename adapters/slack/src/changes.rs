//! What happens to messages: edits, deletions, reactions.

use eclusa_adapter_sdk::prelude::*;

use crate::author::text_at;
use crate::settings::Settings;
use crate::{files, inbound, message};

/// `message_changed`: an edit, a deletion that leaves a trace, or Slack's own
/// additions such as link previews.
pub(crate) fn changed(
    settings: &Settings,
    envelope: Node<'_>,
    event: Node<'_>,
) -> Result<Received, Problem> {
    let conversation = event.field("channel")?.id()?;
    let current = event.field("message")?;
    let previous = event.get("previous_message");
    let ts = match current.get("ts").or_else(|| previous?.get("ts")) {
        Some(ts) => ts.id()?,
        None => current.field("ts")?.id()?,
    };
    if text_at(current, &["subtype"]) == Some("tombstone") {
        return Ok(taken_back(settings, envelope, event, conversation, ts));
    }
    if let Some(subtype) = text_at(current, &["subtype"]).filter(|name| inbound::is_notice(name)) {
        return Ok(Received::nothing(inbound::notice(current, subtype)));
    }
    if let Some(warning) = message::unwanted(settings, envelope, current) {
        return Ok(Received::nothing(warning));
    }
    if !is_edit(current, previous) {
        return Ok(Received::nothing(
            Warning::ignored(
                "not_edited",
                "Slack added something to a message, such as a link preview; its author changed \
                 nothing.",
            )
            .at(current.pointer()),
        ));
    }
    let (messages, warnings) = message::read(current, &conversation, &ts)?;
    let edited_at = time_at(current, &["edited", "ts"]).or_else(|| event_time(event));
    // Only the text can be edited; it stands in the first of a message's parts.
    let events = messages
        .into_iter()
        .take(1)
        .map(|message| Event::Edited(MessageEdit { message, edited_at: edited_at.clone() }))
        .collect();
    Ok(Received { events, reply: None, warnings })
}

/// Slack reports a message as changed for its own reasons too. Its author edited
/// it if the mark of an edit is new or the text is another.
fn is_edit(current: Node<'_>, previous: Option<Node<'_>>) -> bool {
    let mark = text_at(current, &["edited", "ts"]);
    let Some(previous) = previous else { return true };
    let newly_marked = mark.is_some() && mark != text_at(previous, &["edited", "ts"]);
    newly_marked || text_at(current, &["text"]) != text_at(previous, &["text"])
}

/// `message_deleted`.
pub(crate) fn deleted(
    settings: &Settings,
    envelope: Node<'_>,
    event: Node<'_>,
) -> Result<Received, Problem> {
    let conversation = event.field("channel")?.id()?;
    let ts = match event.get("deleted_ts").or_else(|| event.find(&["previous_message", "ts"])) {
        Some(ts) => ts.id()?,
        None => event.field("deleted_ts")?.id()?,
    };
    Ok(taken_back(settings, envelope, event, conversation, ts))
}

/// One deletion for each part that the message had. Slack does not say who
/// deleted it.
fn taken_back(
    settings: &Settings,
    envelope: Node<'_>,
    event: Node<'_>,
    conversation: String,
    ts: String,
) -> Received {
    let previous = event.get("previous_message");
    if let Some(warning) =
        previous.and_then(|previous| message::unwanted(settings, envelope, previous))
    {
        return Received::nothing(warning);
    }
    let files = previous.map(files::of_message).unwrap_or_default();
    let parts = files.into_iter().filter(|file| files::is_available(*file)).count().max(1);
    let author = previous.and_then(|previous| text_at(previous, &["user"]));
    let deletion = |index| {
        Event::Deleted(MessageDeletion {
            external_id: message::external_id(&ts, index),
            conversation: conversation.clone(),
            sender: None,
            deleted_at: event_time(event),
            extra: ExtraBuilder::new()
                .with_some("channel_type", text_at(event, &["channel_type"]))
                .with_some("author", author)
                .build(),
        })
    };
    Received::events((0..parts).map(deletion).collect())
}

/// `reaction_added` and `reaction_removed`.
pub(crate) fn reaction(
    settings: &Settings,
    event: Node<'_>,
    removed: bool,
) -> Result<Received, Problem> {
    let item = event.field("item")?;
    if text_at(item, &["type"]).is_some_and(|kind| kind != "message") {
        return Ok(Received::nothing(
            Warning::ignored("reaction_to_file", "The reaction is to a file, not to a message.")
                .at(item.pointer()),
        ));
    }
    let user = event.field("user")?.id()?;
    if settings.bot_user_id.as_deref() == Some(&user) {
        return Ok(Received::nothing(
            Warning::ignored("own_reaction", "The reaction is this app's own.").at(event.pointer()),
        ));
    }
    Ok(Received::events(vec![Event::Reaction(Reaction {
        target: item.field("ts")?.id()?,
        conversation: item.field("channel")?.id()?,
        sender: Participant::new(user),
        emoji: Some(event.field("reaction")?.string()?),
        removed,
        at: event_time(event),
        extra: ExtraBuilder::new().with_some("item_user", text_at(event, &["item_user"])).build(),
    })]))
}

fn event_time(event: Node<'_>) -> Option<String> {
    time_at(event, &["event_ts"]).or_else(|| time_at(event, &["ts"]))
}

fn time_at(node: Node<'_>, path: &[&str]) -> Option<String> {
    text_at(node, path).and_then(time::parse)
}
