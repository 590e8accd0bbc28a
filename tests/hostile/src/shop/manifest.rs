//! What the shop's adapter says of itself.

use serde_json::{Value, json};

use super::Shop;

/// The manifest of a revision, with samples that hold for it.
///
/// Some revisions change what the samples do not show; so the sample of a text is
/// one word long, and its thread is in upper case.
pub(super) fn of<S: Shop>() -> Value {
    let full = json!({ "level": "full" });
    json!({
        "name": "shop",
        "version": S::VERSION,
        "summary": "The chat of a shop's site.",
        "inbound": { "text": full, "document": full, "location": full, "contact": full },
        "outbound": { "text": full },
        "settings_schema": {
            "type": "object",
            "properties": {
                "greeting": {
                    "type": "string",
                    "description": "Shown above each message of ours."
                }
            },
            "additionalProperties": false
        },
        "secrets": [{ "name": "token", "summary": "Proves that a request comes from the shop." }],
        "on_invalid": "keep",
        "samples": {
            "receive": [text::<S>(), place(), unknown_kind()],
            "send": [send::<S>()],
        }
    })
}

/// Puts a value into a manifest, at a JSON pointer whose parent is an object.
pub fn put(manifest: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(parent) = manifest.pointer_mut(parent) {
        crate::set(parent, key, value);
    }
}

/// Takes a sample out of a manifest: `receive` or `send`, and its name.
pub fn forget_sample(manifest: &mut Value, direction: &str, name: &str) {
    let samples = manifest.pointer_mut(&format!("/samples/{direction}"));
    if let Some(samples) = samples.and_then(Value::as_array_mut) {
        samples.retain(|sample| sample["name"] != name);
    }
}

fn text<S: Shop>() -> Value {
    json!({
        "name": "text",
        "request": { "body": {
            "id": "1", "thread": "T1", "user": { "id": "u1", "name": "Ana" }, "kind": "text",
            "text": "Oi!", "at": "2026-03-01T12:00:00Z", "order": "A-1001", "lang": "pt",
        } },
        "events": [{
            "type": "message.received",
            "occurred_at": "2026-03-01T12:00:00Z",
            "message": {
                "external_id": "1",
                "conversation": "T1",
                "from": { "id": "u1", "name": "Ana" },
                "type": "text",
                "text": { "body": "Oi!", "markup": "plain" },
                "sent_at": "2026-03-01T12:00:00Z",
                "reply_to": null,
                "extra": { S::ORDER: "A-1001", "lang": "pt" },
            },
        }],
    })
}

fn place() -> Value {
    json!({
        "name": "place",
        "request": { "body": [{
            "id": "2", "thread": "T1", "user": { "id": "u1" }, "kind": "place",
            "lat": -23.5614, "lon": -46.6559, "text": "MASP",
        }] },
        "events": [{
            "type": "message.received",
            "occurred_at": null,
            "message": {
                "external_id": "2",
                "conversation": "T1",
                "from": { "id": "u1" },
                "type": "location",
                "location": { "latitude": -23.5614, "longitude": -46.6559, "name": "MASP" },
                "sent_at": null,
                "reply_to": null,
                "extra": {},
            },
        }],
    })
}

fn unknown_kind() -> Value {
    json!({
        "name": "unknown-kind",
        "request": { "body": { "kind": "hologram" } },
        "problem": { "kind": "unsupported", "code": "unknown_kind", "pointer": "/kind" },
    })
}

fn send<S: Shop>() -> Value {
    json!({
        "name": "text",
        "channel": { "url": "https://shop.example.com/chat" },
        "message": {
            "id": "01JZZZZZZZZZZZZZZZZZZZZZZ1",
            "conversation": "T1",
            "type": "text",
            "text": { "body": "Bom dia!" },
        },
        "request": {
            "method": "POST",
            "url": "https://shop.example.com/chat/messages",
            "headers": { "content-type": "application/json" },
            "body": { "thread": "T1", S::TEXT: "Bom dia!", "ref": "01JZZZZZZZZZZZZZZZZZZZZZZ1" },
        },
        "responses": [
            {
                "response": { "status": 200, "body": { "id": "s-1" } },
                "outcome": { "sent": { "external_id": "s-1" } },
            },
            {
                "response": { "status": 429, "headers": { "Retry-After": "2" } },
                "outcome": { "retry": { "after_seconds": 2 } },
            },
            {
                "response": { "status": 404 },
                "outcome": { "refused": { "code": "rejected" } },
            },
        ],
    })
}
