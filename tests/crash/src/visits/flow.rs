//! The flow of the run.

use serde_json::{Value, json};

/// What is said to who does not answer.
pub(super) const REMINDER: &str = "Still there?";

/// What is said where that does not help.
pub(super) const IDLE: &str = "We close";

/// After so long: the least that there is, and as long again.
pub(super) const REMINDER_MS: i64 = 1_000;

fn text(body: &str) -> Value {
    json!({ "type": "text", "text": { "body": body } })
}

/// With all parts but opening times, which are the same however a process ends.
pub(crate) fn document() -> Value {
    let answer =
        |words: &str, then: &str| json!({ "answer": { "contents": [text(words)], "then": then } });
    json!({
        "id": "counter", "name": "Counter", "greeting": [text("Hello"), text("This is a counter")],
        "queue": "front",
        "menu": { "text": "What is it?", "retries": 1, "invalid": "Sorry?", "options": [
            { "key": "buy", "label": "Buy", "then": { "queue": "sales" } },
            { "key": "where", "label": "Where?", "then": answer("Here", "menu") },
            { "key": "more", "label": "More", "then": { "submenu": {
                "text": "More", "retries": 2, "options": [
                    { "key": "0", "label": "Back", "then": "back" },
                    { "key": "person", "label": "A person", "then": { "queue": null } },
                    { "key": "bye", "label": "Bye", "then": answer("So long", "close") } ] } } } ] },
        "idle": { "reminder": { "after_seconds": 1, "contents": [text(REMINDER)] },
                  "close": { "after_seconds": 2, "contents": [text(IDLE)] } },
        "closing": [text("Thank you"), text("Until soon")]
    })
}

/// What visitors write: of both menus, and of none.
pub(super) const WORDS: [&str; 10] =
    ["1", "2", "3", "WHERE", "more", "0", "person", "bye.", "well", "buy"];
