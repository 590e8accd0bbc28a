//! Buttons, menus, shortcuts and slash commands.

use eclusa_adapter_sdk::prelude::*;

use crate::author::text_at;
use crate::text;

/// Interactions that are mapped or knowingly ignored.
pub(crate) fn is_known(kind: &str) -> bool {
    matches!(
        kind,
        "block_actions"
            | "interactive_message"
            | "message_action"
            | "shortcut"
            | "view_submission"
            | "view_closed"
            | "block_suggestion"
    )
}

/// What an interaction means. Slack shows or reads the body of the answer, so it
/// is always an empty one.
pub(crate) fn receive(payload: Node<'_>) -> Result<Received, Problem> {
    let kind = payload.field("type")?.text()?;
    let received = match kind {
        "block_actions" | "interactive_message" => actions(payload)?,
        "message_action" => chosen(payload, "callback_id", None)?,
        "view_submission" => {
            let values = payload.find(&["view", "state", "values"]);
            chosen(payload, "callback_id", values)?
        }
        _ if is_known(kind) => Received::nothing(
            Warning::ignored(
                "interaction_ignored",
                format!("`{kind}` belongs to no conversation and has nothing for the platform."),
            )
            .at("/type"),
        ),
        _ => {
            return Err(Problem::unsupported(
                "unknown_interaction",
                format!("Slack's interaction `{kind}` is none that this adapter knows"),
            )
            .at("/type")
            .action("Look for a newer version of the adapter."));
        }
    };
    Ok(Received { reply: Some(HttpResponse::text(200, "")), ..received })
}

/// A postback for each element that was used.
fn actions(payload: Node<'_>) -> Result<Received, Problem> {
    let Some(conversation) = conversation(payload) else { return Ok(no_conversation(payload)) };
    let sender = user(payload)?;
    let message = reply_to(payload);
    let mut events = Vec::new();
    for (index, action) in payload.field("actions")?.items()?.enumerate() {
        let at = text_at(action, &["action_ts"]).or_else(|| text_at(payload, &["action_ts"]));
        let id = at.or_else(|| text_at(payload, &["trigger_id"])).map_or_else(
            || action.field("action_ts").and_then(Node::id),
            |id| Ok(crate::message::external_id(id, index)),
        )?;
        let name = text_at(action, &["action_id"]).or_else(|| text_at(action, &["name"]));
        let (payload, title) = choice(action);
        events.push(Event::Postback(Postback {
            external_id: id,
            conversation: conversation.clone(),
            sender: sender.clone(),
            payload: payload.or_else(|| name.map(str::to_owned)).unwrap_or_default(),
            title,
            reply_to: message.map(str::to_owned),
            at: at.and_then(time::parse),
            extra: ExtraBuilder::new()
                .with_some("action_id", name)
                .with_some("block_id", text_at(action, &["block_id"]))
                .with_some("element", text_at(action, &["type"]))
                .build(),
        }));
    }
    Ok(Received::events(events))
}

/// The value that was chosen, and what it looked like.
fn choice(action: Node<'_>) -> (Option<String>, Option<String>) {
    let label = |option: Node<'_>| {
        let text = text_at(option, &["text", "text"]).or_else(|| text_at(option, &["text"]));
        text.map(text::decode)
    };
    if let Some(option) = action.get("selected_option") {
        return (text_at(option, &["value"]).map(str::to_owned), label(option));
    }
    for (name, node) in action.fields() {
        if !name.starts_with("selected_") {
            continue;
        }
        // Several options, users, channels …: their values, separated by commas.
        if let Ok(items) = node.items() {
            let items: Vec<_> = items.collect();
            let value = |item: &Node<'_>| {
                item.text().ok().or_else(|| text_at(*item, &["value"])).map(str::to_owned)
            };
            let labels: Vec<_> = items.iter().filter_map(|item| label(*item)).collect();
            let values: Vec<_> = items.iter().filter_map(value).collect();
            return (
                Some(values.join(",")),
                Some(labels.join(", ")).filter(|labels| !labels.is_empty()),
            );
        }
        if let Ok(value) = node.id() {
            return (Some(value), None);
        }
    }
    (text_at(action, &["value"]).map(str::to_owned), label(action))
}

/// One postback for a whole form or menu entry, named by its callback id.
fn chosen(payload: Node<'_>, id: &str, values: Option<Node<'_>>) -> Result<Received, Problem> {
    let Some(conversation) = conversation(payload) else { return Ok(no_conversation(payload)) };
    let callback = match text_at(payload, &[id]).or_else(|| text_at(payload, &["view", id])) {
        Some(callback) => callback.to_owned(),
        None => payload.field(id)?.string()?,
    };
    let at = text_at(payload, &["action_ts"]);
    let external_id = match at.or_else(|| text_at(payload, &["trigger_id"])) {
        Some(id) => id.to_owned(),
        None => payload.field("trigger_id")?.id()?,
    };
    Ok(Received::events(vec![Event::Postback(Postback {
        external_id,
        conversation,
        sender: user(payload)?,
        payload: callback,
        title: None,
        reply_to: reply_to(payload).map(str::to_owned),
        at: at.and_then(time::parse),
        extra: ExtraBuilder::new()
            .with_some("element", text_at(payload, &["type"]))
            .with_node("values", values)
            .build(),
    })]))
}

/// A slash command to a text message, as the person typed it.
pub(crate) fn command<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Result<Received, Problem> {
    let required = |name: &str| {
        field(name).ok_or_else(|| {
            Problem::invalid("missing_field", format!("the slash command lacks the field `{name}`"))
        })
    };
    let name = required("command")?;
    let arguments = field("text").unwrap_or_default();
    let read = text::readable(arguments);
    let body = format!("{name} {}", read.body);
    let sender = Participant {
        name: field("user_name").map(str::to_owned),
        username: field("user_name").map(str::to_owned),
        ..Participant::new(required("user_id")?)
    };
    let message = InboundMessage {
        // A command has no time stamp of its own; this id is new for each one.
        external_id: required("trigger_id")?.to_owned(),
        conversation: required("channel_id")?.to_owned(),
        sender,
        sent_at: None,
        content: Content::text(body.trim_end()),
        reply_to: None,
        extra: ExtraBuilder::new()
            .with("command", name)
            .with_some("text", field("text"))
            .with_some("mentions", Some(&read.mentions).filter(|ids| !ids.is_empty()))
            .with_some("team", field("team_id"))
            .build(),
    };
    Ok(Received {
        reply: Some(HttpResponse::text(200, "")),
        ..Received::events(vec![Event::Message(message)])
    })
}

fn user(payload: Node<'_>) -> Result<Participant, Problem> {
    let user = payload.field("user")?;
    let username = text_at(user, &["username"]).or_else(|| text_at(user, &["name"]));
    let name = text_at(user, &["name"]).or(username);
    Ok(Participant {
        name: name.map(str::to_owned),
        username: username.map(str::to_owned),
        ..Participant::new(user.field("id")?.id()?)
    })
}

fn conversation(payload: Node<'_>) -> Option<String> {
    let of_view = || payload.list("response_urls").ok()?.first()?.get("channel_id");
    let channel = payload
        .find(&["channel", "id"])
        .or_else(|| payload.find(&["container", "channel_id"]))
        .or_else(of_view)?;
    channel.id().ok()
}

fn reply_to(payload: Node<'_>) -> Option<&str> {
    [&["container", "message_ts"] as &[&str], &["message_ts"], &["message", "ts"]]
        .into_iter()
        .find_map(|path| text_at(payload, path))
}

fn no_conversation(payload: Node<'_>) -> Received {
    Received::nothing(
        Warning::ignored(
            "no_conversation",
            "It happened in a form or on the app's home page, in no conversation.",
        )
        .at(payload.pointer()),
    )
}
