//! What buttons add to a flow, and what a choice makes of a part of it.

use eclusa_model::ContentType;
use serde_json::{Value, json};

use super::super::frame::Frame;

/// Parts that begin with what most people want, in the language of who writes.
pub(super) struct Blanks {
    time_zone: String,
    menu_text: String,
    person: String,
    reminder: String,
    away: String,
}

impl Blanks {
    pub(super) fn new(at: &Frame) -> Self {
        Self {
            time_zone: at.zone().name().to_owned(),
            menu_text: at.say("flow-sample-menu").to_string(),
            person: at.say("flow-sample-person").to_string(),
            reminder: at.say("flow-sample-reminder").to_string(),
            away: at.say("flow-sample-away").to_string(),
        }
    }

    /// A flow to begin with.
    pub(super) fn flow(&self, at: &Frame) -> Value {
        json!({
            "id": "", "name": "",
            "greeting": [text(&at.say("flow-sample-greeting").to_string())],
            "hours": null,
            "menu": self.part("menu"),
            "queue": null,
            "idle": null,
            "closing": [text(&at.say("flow-sample-closing").to_string())],
        })
    }

    /// `hours`, `menu`, `reminder` or `close`.
    pub(super) fn part(&self, name: &str) -> Value {
        match name {
            "hours" => {
                let open = json!([{ "from": "09:00", "to": "18:00" }]);
                json!({
                    "time_zone": self.time_zone,
                    "weekly": { "monday": open, "tuesday": open, "wednesday": open,
                                "thursday": open, "friday": open },
                    "holidays": [],
                    "away": [text(&self.away)],
                    "then": { "queue": null },
                })
            }
            "menu" => json!({
                "text": self.menu_text,
                "options": [{ "key": "1", "label": self.person, "then": { "queue": null } }],
                "retries": 2,
            }),
            "reminder" => json!({ "after_seconds": 600, "contents": [text(&self.reminder)] }),
            _ => json!({ "after_seconds": 1800, "contents": [] }),
        }
    }
}

fn text(body: &str) -> Value {
    json!({ "type": "text", "text": { "body": body } })
}

/// A new entry of a list of this name.
pub(super) fn entry(list: &str, others: &[Value]) -> Value {
    match list {
        "options" => option(others),
        "holidays" => json!({ "date": "", "name": "", "open": [] }),
        _ => text(""),
    }
}

/// An option whose key is its number in the list, or the next one that is free.
fn option(others: &[Value]) -> Value {
    let is_taken = |key: &String| others.iter().any(|it| it["key"].as_str() == Some(key));
    let mut keys = (others.len() + 1..).map(|number| number.to_string());
    let key = keys.find(|key| !is_taken(key)).unwrap_or_default();
    json!({ "key": key, "label": "", "then": { "queue": null } })
}

/// Which of several kinds a part is: a content, or what follows something.
pub(super) fn kind(part: &Value) -> &str {
    match part {
        Value::String(kind) => kind,
        Value::Object(part) => match part.get("type") {
            Some(kind) => kind.as_str().unwrap_or_default(),
            None => part.keys().next().map_or("", String::as_str),
        },
        _ => "",
    }
}

/// An empty part of another kind. `then` stands in several places; which kinds may stand
/// there is for the check to say.
pub(super) fn of_kind(pointer: &str, kind: &str) -> Option<Value> {
    if let Some(kind) = ContentType::ALL.into_iter().find(|it| it.as_str() == kind) {
        let inner = match kind {
            ContentType::Text => json!({ "body": "" }),
            ContentType::Document | ContentType::Audio | ContentType::Video => json!({ "url": "" }),
            ContentType::Location => json!({ "latitude": "", "longitude": "" }),
            ContentType::Contact => json!({ "name": "" }),
        };
        return (!pointer.ends_with("/then"))
            .then(|| json!({ "type": kind, kind.as_str(): inner }));
    }
    if !pointer.ends_with("/then") {
        return None;
    }
    match kind {
        "menu" | "close" | "back" => Some(kind.into()),
        "queue" => Some(json!({ "queue": null })),
        "answer" => Some(json!({ "answer": { "contents": [text("")], "then": "menu" } })),
        "submenu" => Some(json!({ "submenu": { "text": "", "options": [option(&[])] } })),
        _ => None,
    }
}

#[cfg(test)]
impl Blanks {
    /// Some, for tests.
    pub(super) fn sample() -> Self {
        let said = |text: &str| text.to_owned();
        Self {
            time_zone: said("UTC"),
            menu_text: said("Which?"),
            person: said("A person"),
            reminder: said("Still there?"),
            away: said("Closed."),
        }
    }
}
