//! The chat of a shop's site. Its adapters are the revisions `shop-*` of
//! `tests/hostile`, which are deployed over one another under the name `shop`.

use serde_json::{Value, json};

use super::{Reply, Request};
use crate::hostile_file;

/// The secret `token` of a shop's channel that has one.
pub const TOKEN: &str = "shop-token-7d20b4e9c1";

/// The header in which the revision `verification` wants [`TOKEN`].
pub const TOKEN_HEADER: &str = "x-shop-token";

/// The component of a revision: `1`, `2`, `renames`, …
pub fn revision(name: &str) -> Vec<u8> {
    let file = hostile_file(&format!("shop-{name}"));
    std::fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// A channel of it, as it is created.
pub fn channel(id: &str, url: &str) -> Value {
    json!({ "id": id, "name": format!("Shop {id}"), "adapter": "shop", "url": url })
}

/// A person writes.
pub fn text(id: &str, thread: &str, text: &str) -> Value {
    entry(id, thread, "text", json!({ "text": text }))
}

/// A person sends a file.
pub fn file(id: &str, thread: &str, url: &str) -> Value {
    let fields = json!({ "url": url, "name": "nota.pdf", "mime": "application/pdf" });
    entry(id, thread, "file", fields)
}

/// A person says where something is.
pub fn place(id: &str, thread: &str, latitude: f64, longitude: f64) -> Value {
    entry(id, thread, "place", json!({ "lat": latitude, "lon": longitude, "text": "MASP" }))
}

/// A person sends somebody's card.
pub fn person(id: &str, thread: &str, name: &str) -> Value {
    let card = json!({ "name": name, "phone": "+5511999990000", "email": "card@example.com" });
    entry(id, thread, "person", json!({ "card": card }))
}

/// A person speaks: a kind which only the revision `repairs` knows.
pub fn voice(id: &str, thread: &str, url: &str) -> Value {
    entry(id, thread, "voice", json!({ "url": url, "mime": "audio/ogg" }))
}

/// A message of ours, known to the shop by this id, is `sent`, `delivered`, `read`
/// or `failed`.
pub fn receipt(message: &str, thread: &str, state: &str) -> Value {
    let mut receipt = json!({
        "kind": "receipt", "message": message, "thread": thread, "state": state,
        "at": "2026-03-01T12:05:00Z",
    });
    if state == "failed" {
        receipt["reason"] = "the page was closed".into();
    }
    receipt
}

/// What all that people send has in common. Each has another order.
fn entry(id: &str, thread: &str, kind: &str, fields: Value) -> Value {
    let mut entry = json!({
        "id": id,
        "thread": thread,
        "user": { "id": format!("u-{thread}"), "name": "Ana Souza" },
        "at": "2026-03-01T12:00:00Z",
        "kind": kind,
        "order": format!("A-{id}"),
        "lang": "pt",
        "cart": { "items": 2, "total": "59.90" },
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        entry[name] = value.clone();
    }
    entry
}

pub(super) fn answer(request: &Request, number: u64) -> Reply {
    let message = request.json();
    let complete = ["thread", "text", "ref"].iter().all(|key| message[*key].is_string());
    if request.method != "POST" || request.path != "/shop/messages" || !complete {
        return Reply::json(422, &json!({ "error": "not a message" }));
    }
    let id = format!("s-{number}");
    Reply::json(200, &json!({ "id": id })).giving(id)
}
