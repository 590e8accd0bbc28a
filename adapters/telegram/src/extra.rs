//! What the six types have no place for and a platform may want: the chat, the
//! topic, where a message was forwarded from, what a file looks like.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::value::RawValue;

use crate::fields::TRAVELLING;

/// The surroundings of a message, or of an event which has some of its fields.
pub(crate) fn surroundings(node: Node<'_>) -> ExtraBuilder {
    let mut extra = chat(node);
    for name in TRAVELLING {
        if let Some(part) = node.get(name) {
            extra = with(extra, name, part);
        }
    }
    if node.get("sender_chat").is_none()
        && node.find(&["from", "is_bot"]).is_some_and(Node::is_true)
    {
        extra = extra.with("from_bot", true);
    }
    if by_business(node) {
        extra = extra.with("from_business", true);
    }
    extra
}

/// Whether a business account itself wrote this to its customer, e.g. from the
/// owner's phone: such a chat has the customer's id.
fn by_business(message: Node<'_>) -> bool {
    let id = |path: &[&str]| message.find(path).and_then(|id| id.id().ok());
    message.get("business_connection_id").is_some()
        && message.get("from").is_some()
        && id(&["from", "id"]) != id(&["chat", "id"])
}

/// Where the message of a pressed button lies. All else about that message, a
/// quote or a forward, is not about the button.
pub(crate) fn of_pressed(message: Node<'_>) -> ExtraBuilder {
    let mut extra = chat(message);
    for name in ["business_connection_id", "message_thread_id"] {
        if let Some(part) = message.get(name) {
            extra = with(extra, name, part);
        }
    }
    extra
}

fn chat(node: Node<'_>) -> ExtraBuilder {
    let kept = ["type", "title", "username", "is_forum", "is_direct_messages"];
    match node.get("chat") {
        Some(chat) => put(ExtraBuilder::new(), "chat", &members(chat, |name| kept.contains(&name))),
        None => ExtraBuilder::new(),
    }
}

/// What a file, a place or a contact has beyond its content type: the size of a
/// picture, the emoji of a sticker, the title of a song.
pub(crate) fn of_part(extra: ExtraBuilder, kind: &str, part: Node<'_>) -> ExtraBuilder {
    match kind {
        "text" => extra,
        "location" => {
            put(extra, kind, &members(part, |name| !matches!(name, "latitude" | "longitude")))
        }
        "venue" => {
            let extra = match part.get("location") {
                Some(location) => of_part(extra, "location", location),
                None => extra,
            };
            put(extra, kind, &members(part, |name| !matches!(name, "title" | "address")))
        }
        "contact" => put(extra, kind, &members(part, |name| name == "user_id")),
        _ => {
            let known = ["file_id", "mime_type", "file_name", "file_size", "duration"];
            let mut json = members(part, |name| !known.contains(&name));
            if matches!(kind, "animation" | "photo" | "sticker" | "video_note") {
                // Which kind of document or video it was, the type does not say.
                let comma = if json == "{}" { "" } else { "," };
                json.insert_str(1, &format!(r#""kind":"{kind}"{comma}"#));
            }
            put(extra, "media", &json)
        }
    }
}

/// Adds a part as it came, with its ids as strings.
pub(crate) fn with(extra: ExtraBuilder, name: &str, part: Node<'_>) -> ExtraBuilder {
    let mut json = String::new();
    write(part, is_id(name), &mut json);
    put(extra, name, &json)
}

fn put(extra: ExtraBuilder, name: &str, json: &str) -> ExtraBuilder {
    if json == "{}" {
        return extra;
    }
    extra.with_some(name, RawValue::from_string(json.to_owned()).ok())
}

/// Those plain members of an object that say something: no `false`, no empty
/// text, nothing nested.
fn members(node: Node<'_>, wanted: impl Fn(&str) -> bool) -> String {
    let mut json = String::from("{");
    for (name, value) in node.fields() {
        let value_json = value.to_json();
        let plain = !value.is_object() && !value.is_array();
        let says_nothing = matches!(value_json.as_str(), "null" | "false" | "\"\"");
        if plain && !says_nothing && wanted(name) {
            member(name, value, &mut json);
        }
    }
    json.push('}');
    json
}

/// Whether a member of this name holds an id.
fn is_id(name: &str) -> bool {
    name == "id" || name.ends_with("_id")
}

fn member(name: &str, value: Node<'_>, json: &mut String) {
    if !json.ends_with('{') {
        json.push(',');
    }
    json.push_str(&serde_json::Value::from(name).to_string());
    json.push(':');
    write(value, is_id(name), json);
}

/// Writes a value as it came, but ids as strings: a chat's id has 52 bits, and
/// not every reader of JSON keeps them.
fn write(node: Node<'_>, is_id: bool, json: &mut String) {
    if node.is_object() {
        json.push('{');
        for (name, value) in node.fields() {
            member(name, value, json);
        }
        json.push('}');
    } else if node.is_array() {
        json.push('[');
        for (index, item) in node.items().into_iter().flatten().enumerate() {
            if index > 0 {
                json.push(',');
            }
            write(item, is_id, json);
        }
        json.push(']');
    } else {
        let value = node.to_json();
        let is_number = value.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        if is_id && is_number {
            json.push_str(&format!("\"{value}\""));
        } else {
            json.push_str(&value);
        }
    }
}
