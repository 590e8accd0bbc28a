//! Requests from Slack: which of its shapes one has, and what it means.

use eclusa_adapter_sdk::prelude::*;

use crate::author::text_at;
use crate::settings::Settings;
use crate::{changes, interaction, message};

/// What a request means.
pub(crate) fn receive(settings: &Settings, request: &Request) -> Result<Received, Problem> {
    let body = request.body.trim_start();
    if body.starts_with(['{', '[']) {
        let json = Json::parse(&request.body)?;
        return envelope(settings, json.root());
    }
    let form: Vec<(String, String)> =
        form_urlencoded::parse(body.trim_end().as_bytes()).into_owned().collect();
    let field = |name: &str| {
        form.iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    };
    if let Some(payload) = field("payload") {
        let json = Json::parse(payload)?;
        return interaction::receive(json.root());
    }
    if field("command").is_some() {
        return interaction::command(field);
    }
    if field("ssl_check").is_some() {
        return Ok(Received::reply(HttpResponse::text(200, "")));
    }
    Err(not_slack("the body is neither JSON nor one of Slack's forms"))
}

fn envelope(settings: &Settings, root: Node<'_>) -> Result<Received, Problem> {
    let Some(kind) = text_at(root, &["type"]) else {
        return Err(not_slack("the body has no `type`").at("/type"));
    };
    match kind {
        "event_callback" => event(settings, root, root.field("event")?),
        "app_rate_limited" => Ok(Received::nothing(Warning::ignored(
            "app_rate_limited",
            "Slack held events of this minute back: the app got more than 30,000 in an hour.",
        ))),
        // What Socket Mode wraps around the same contents, for relays that forward it.
        "events_api" => envelope(settings, root.field("payload")?),
        "interactive" => interaction::receive(root.field("payload")?),
        // An event without its envelope, as Slack's pages show them.
        "message" | "app_mention" if root.get("channel").is_some() => event(settings, root, root),
        _ if interaction::is_known(kind) => interaction::receive(root),
        _ if root.get("team_id").is_some() || root.get("api_app_id").is_some() => {
            Err(Problem::unsupported(
                "unknown_envelope",
                format!("Slack's `{kind}` is no request that this adapter knows"),
            )
            .at("/type")
            .action("Look for a newer version of the adapter."))
        }
        _ => Err(not_slack("the body's `type` is none of Slack's").at("/type")),
    }
}

fn not_slack(why: &str) -> Problem {
    Problem::invalid("not_slack", format!("this is no request of Slack's Events API: {why}"))
        .action("Enter this channel's ingress URL as Request URL in the Slack app's settings.")
}

fn event(settings: &Settings, envelope: Node<'_>, event: Node<'_>) -> Result<Received, Problem> {
    match event.field("type")?.text()? {
        "message" => match text_at(event, &["subtype"]) {
            None | Some("me_message" | "file_share" | "thread_broadcast" | "bot_message") => {
                message::receive(settings, envelope, event)
            }
            Some("message_changed") => changes::changed(settings, envelope, event),
            Some("message_deleted") => changes::deleted(settings, envelope, event),
            Some(subtype) if is_notice(subtype) => Ok(Received::nothing(notice(event, subtype))),
            Some(subtype) => Err(Problem::unsupported(
                "unknown_subtype",
                format!("a message of subtype `{subtype}` is none that this adapter knows"),
            )
            .at(pointer_of(event, "subtype"))
            .action("Look for a newer version of the adapter.")),
        },
        "app_mention" => message::receive(settings, envelope, event),
        "reaction_added" => changes::reaction(settings, event, false),
        "reaction_removed" => changes::reaction(settings, event, true),
        other => Ok(Received::nothing(
            Warning::ignored(
                "event_ignored",
                format!("The event `{other}` has nothing for the platform."),
            )
            .at(pointer_of(event, "type")),
        )),
    }
}

fn pointer_of(node: Node<'_>, name: &str) -> String {
    node.get(name).map(Node::pointer).unwrap_or_default()
}

/// Why a notice is nothing for the platform.
pub(crate) fn notice(message: Node<'_>, subtype: &str) -> Warning {
    Warning::ignored(
        "subtype_ignored",
        format!("A message of subtype `{subtype}` is a notice of Slack's, written by nobody."),
    )
    .at(pointer_of(message, "subtype"))
}

/// Subtypes by which Slack tells what happened in a channel.
pub(crate) fn is_notice(subtype: &str) -> bool {
    const PREFIXES: [&str; 5] = ["channel_", "group_", "bot_", "sh_room_", "reminder_"];
    const NAMES: [&str; 18] = [
        "app_conversation_join",
        "app_conversation_leave",
        "assistant_app_thread",
        "canvas_updated",
        "document_mention",
        "ekm_access_denied",
        "file_comment",
        "file_mention",
        "huddle_thread",
        "joiner_notification",
        "joiner_notification_for_inviter",
        "message_replied",
        "pinned_item",
        "reply_broadcast",
        "tabbed_canvas_updated",
        "tombstone",
        "unpinned_item",
        "workflow_step_execute",
    ];
    PREFIXES.iter().any(|prefix| subtype.starts_with(prefix)) || NAMES.contains(&subtype)
}
