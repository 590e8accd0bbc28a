//! Who wrote.

use eclusa_adapter_sdk::prelude::*;

use crate::value::Scene;

/// The sender of a message, and how to name them.
///
/// A person is known by their number (`from`). Those who hide it behind a user
/// name have a business-scoped id (`from_user_id`) only.
pub(crate) fn sender(scene: Scene<'_>, message: Node<'_>) -> Result<Participant, Problem> {
    let id_of = |name| message.get(name).and_then(|node| node.id().ok());
    let (from, user_id) = (id_of("from"), id_of("from_user_id"));
    let entry = entry(scene, from.as_deref(), user_id.as_deref());
    let wa_id = entry.and_then(|entry| entry.get("wa_id")).and_then(|id| id.id().ok());
    let entry_user = entry.and_then(|entry| entry.get("user_id")).and_then(|id| id.id().ok());
    let Some(id) = from.or(user_id).or_else(|| wa_id.clone()).or(entry_user) else {
        return Err(message.field("from").err().unwrap_or_else(|| message.expected("a sender")));
    };
    let text = |path: &[&str]| {
        entry
            .and_then(|entry| entry.find(path))
            .and_then(|node| node.string().ok())
            .filter(|text| !text.is_empty())
    };
    Ok(Participant {
        phone: phone::e164(&id).or_else(|| phone::e164(wa_id.as_deref()?)),
        name: text(&["profile", "name"]),
        username: text(&["profile", "username"])
            .map(|name| name.strip_prefix('@').map(str::to_owned).unwrap_or(name)),
        ..Participant::new(id)
    })
}

/// The entry of `contacts` for a sender. WhatsApp's id of a person may differ
/// from their number (Brazil, Mexico), so that a lone entry beside a lone
/// message belongs to it even then.
pub(crate) fn entry<'a>(
    scene: Scene<'a>,
    from: Option<&str>,
    user_id: Option<&str>,
) -> Option<Node<'a>> {
    let people = scene.people();
    let is = |entry: &Node<'_>, name: &str, id: Option<&str>| {
        id.is_some() && entry.get(name).and_then(|node| node.id().ok()).as_deref() == id
    };
    people
        .iter()
        .find(|entry| is(entry, "wa_id", from))
        .or_else(|| people.iter().find(|entry| is(entry, "user_id", user_id.or(from))))
        .or_else(|| people.first().filter(|_| people.len() == 1 && scene.is_single()))
        .copied()
}
