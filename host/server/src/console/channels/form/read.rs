//! The channel that a form says, as the API takes it.

use eclusa_deploy::requirements::escape;
use eclusa_model::{Channel, Manifest};
use serde_json::{Map, Value, json};

use super::super::super::posted::Fields;
use super::settings;

/// How many new headers the form has room for.
pub(super) const NEW_HEADERS: usize = 2;

/// The body of `PUT /v1/channels/{id}`. It is checked there, and nowhere before: a
/// value that cannot be read is handed on as it is.
pub(in super::super) fn channel_json(
    fields: &Fields,
    manifest: &Manifest,
    before: Option<&Channel>,
) -> Value {
    let same = before.filter(|it| Some(it.profile.adapter.as_str()) == fields.get("/adapter"));
    let mut channel = match before {
        // What the form does not show stays.
        Some(before) => serde_json::to_value(&before.profile).unwrap_or_default(),
        None => json!({}),
    };
    let kept = same.map(|before| before.profile.settings.clone()).unwrap_or_default();
    let Value::Object(object) = &mut channel else { return channel };
    let mut set = |name: &str, value: Option<Value>| match value {
        Some(value) => drop(object.insert(name.to_owned(), value)),
        None => drop(object.remove(name)),
    };
    let text = |name: &str| fields.given(name).map(|text| Value::String(text.to_owned()));
    if before.is_none() {
        set("id", text("/id"));
    }
    for name in ["name", "description"] {
        let text = fields.get(&format!("/{name}")).unwrap_or_default();
        set(name, Some(Value::String(text.trim().replace("\r\n", "\n"))));
    }
    set("color", text("/color"));
    set("adapter", text("/adapter"));
    set("url", text("/url"));
    set("settings", Some(settings::read(&manifest.settings_schema, fields, &kept)));
    set("secrets", Some(secrets(fields, manifest)));
    set("headers", Some(headers(fields)));
    set("flow", text("/flow"));
    set("flow_runner", text("/flow_runner"));
    set("delivery", Some(delivery(fields, before)));
    let body_bytes = fields.given("/limits/body_bytes").map(number);
    set("limits", Some(body_bytes.map_or_else(|| json!({}), |it| json!({ "body_bytes": it }))));
    channel
}

/// A number as JSON has it, or the text that is none.
fn number(text: &str) -> Value {
    let number = serde_json::from_str(text).ok().filter(Value::is_number);
    number.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// What was typed replaces, what was crossed out is removed, all else stays.
fn secrets(fields: &Fields, manifest: &Manifest) -> Value {
    let mut changes = Map::new();
    for secret in &manifest.secrets {
        let pointer = format!("/secrets/{}", escape(&secret.name));
        if let Some(value) = fields.given(&pointer) {
            changes.insert(secret.name.clone(), Value::String(value.to_owned()));
        } else if fields.get(&format!("remove:{pointer}")).is_some() {
            changes.insert(secret.name.clone(), Value::Null);
        }
    }
    Value::Object(changes)
}

fn headers(fields: &Fields) -> Value {
    let mut changes = Map::new();
    let unescape = |name: &str| name.replace("~1", "/").replace("~0", "~");
    for (name, _) in fields.below("remove:/headers/") {
        changes.insert(unescape(name), Value::Null);
    }
    for (name, value) in fields.below("/headers/").filter(|(_, value)| !value.is_empty()) {
        changes.insert(unescape(name), Value::String(value.to_owned()));
    }
    for index in 0..NEW_HEADERS {
        let value = fields.get(&format!("new-header-value-{index}")).unwrap_or_default();
        if let Some(name) = fields.given(&format!("new-header-name-{index}")) {
            changes.insert(name.to_owned(), Value::String(value.to_owned()));
        }
    }
    Value::Object(changes)
}

fn delivery(fields: &Fields, before: Option<&Channel>) -> Value {
    let retry = before.and_then(|before| before.profile.delivery.retry.clone());
    let mut delivery = Map::new();
    if let Some(retry) = retry {
        delivery.insert("retry".to_owned(), json!(retry));
    }
    let mut pace = Map::new();
    for name in ["per_second", "burst", "per_conversation_per_second"] {
        if let Some(value) = fields.given(&format!("/delivery/pace/{name}")) {
            pace.insert(name.to_owned(), number(value));
        }
    }
    if !pace.is_empty() {
        delivery.insert("pace".to_owned(), Value::Object(pace));
    }
    if let Some(value) = fields.given("/delivery/concurrent") {
        delivery.insert("concurrent".to_owned(), number(value));
    }
    if let Some(value) = fields.given("/delivery/on_exhaustion") {
        delivery.insert("on_exhaustion".to_owned(), Value::String(value.to_owned()));
    }
    Value::Object(delivery)
}
