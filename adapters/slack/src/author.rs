//! Who wrote: a person, our own app, or another one.

use eclusa_adapter_sdk::prelude::*;

use crate::settings::Settings;

/// Whose message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// Someone in the workspace.
    Person,
    /// This very app: what it sends comes back as an event.
    OwnApp,
    /// Another app, a workflow or an incoming webhook.
    OtherBot,
}

/// Tells whose message it is. `envelope` is the request's body, whose
/// `api_app_id` names this app.
///
/// Being listed in `authorizations` alone says nothing: these name the user for
/// whom the event was delivered. Only with a `bot_id` in the message itself does
/// it mean that this app's bot wrote.
pub(crate) fn author(envelope: Node<'_>, message: Node<'_>, settings: &Settings) -> Author {
    let user = text_at(message, &["user"]);
    if user.is_some() && user == settings.bot_user_id.as_deref() {
        return Author::OwnApp;
    }
    let is_bot = text_at(message, &["bot_id"]).is_some()
        || text_at(message, &["subtype"]) == Some("bot_message");
    if !is_bot {
        return Author::Person;
    }
    let app =
        text_at(message, &["app_id"]).or_else(|| text_at(message, &["bot_profile", "app_id"]));
    let own = match (app, text_at(envelope, &["api_app_id"])) {
        (Some(app), Some(own_app)) => app == own_app,
        _ => user.is_some_and(|user| is_authorized_bot(envelope, user)),
    };
    if own { Author::OwnApp } else { Author::OtherBot }
}

fn is_authorized_bot(envelope: Node<'_>, user: &str) -> bool {
    envelope.list("authorizations").unwrap_or_default().into_iter().any(|authorization| {
        authorization.get("is_bot").is_some_and(Node::is_true)
            && text_at(authorization, &["user_id"]) == Some(user)
    })
}

/// The author of a message. Bots that have no user are known by their `bot_id`.
pub(crate) fn sender(message: Node<'_>) -> Result<Participant, Problem> {
    let id = match message.get("user").or_else(|| message.get("bot_id")) {
        Some(id) => id.id()?,
        None => message.field("user")?.id()?,
    };
    let profile = |name| text_at(message, &["user_profile", name]);
    let name = profile("display_name")
        .or_else(|| profile("real_name"))
        .or_else(|| text_at(message, &["username"]))
        .or_else(|| text_at(message, &["bot_profile", "name"]));
    Ok(Participant {
        name: name.map(str::to_owned),
        username: profile("name").map(str::to_owned),
        avatar_url: profile("image_72").map(str::to_owned),
        ..Participant::new(id)
    })
}

/// The text at the end of several steps, if it is one and not empty.
pub(crate) fn text_at<'a>(node: Node<'a>, path: &[&str]) -> Option<&'a str> {
    node.find(path)?.text().ok().filter(|text| !text.is_empty())
}
