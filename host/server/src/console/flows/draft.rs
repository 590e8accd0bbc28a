//! A flow while it is being written: JSON that may not be a flow yet. A page keeps it in
//! a field of its form, and what is typed in the others is laid over it by their names,
//! which are JSON pointers. So what the form does not show stays.

use serde_json::{Map, Value, json};

use super::super::posted::Fields;
use super::blank;
use super::clock;

/// More segments than the pointer of anything in a flow of the deepest menus has.
const DEEPEST: usize = 48;

/// A flow while it is being written: always a JSON object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft(Value);

/// What a form says.
#[derive(Debug, PartialEq)]
pub(super) enum Sent {
    /// This.
    Draft(Draft),
    /// Its text of JSON is none; the draft is what it was made from.
    NoJson {
        draft: Draft,
        /// What was typed.
        typed: String,
        /// Why it is none.
        error: String,
    },
}

impl Sent {
    pub(super) fn draft(&self) -> &Draft {
        match self {
            Self::Draft(draft) | Self::NoJson { draft, .. } => draft,
        }
    }

    pub(super) fn draft_mut(&mut self) -> &mut Draft {
        match self {
            Self::Draft(draft) | Self::NoJson { draft, .. } => draft,
        }
    }
}

/// What a button does to a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit<'a> {
    /// Makes what is not there, or adds to a list.
    Add(&'a str),
    /// Takes it out.
    Remove(&'a str),
    /// Lets it change places with the one before it.
    Up(&'a str),
}

impl<'a> Edit<'a> {
    /// What a button's value asks for.
    pub(super) fn of(value: &'a str) -> Option<Self> {
        let (what, pointer) = value.split_once(':')?;
        match what {
            "add" => Some(Self::Add(pointer)),
            "remove" => Some(Self::Remove(pointer)),
            "up" => Some(Self::Up(pointer)),
            _ => None,
        }
    }
}

impl Draft {
    /// A draft of what is JSON already; nothing but an object can become a flow.
    pub(super) fn new(json: Value) -> Self {
        Self(if json.is_object() { json } else { json!({}) })
    }

    pub(super) fn json(&self) -> &Value {
        &self.0
    }

    /// A text of the flow itself; empty where there is none.
    pub(super) fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Sets a part of the flow itself.
    pub(super) fn put(&mut self, key: &str, value: impl Into<Value>) {
        if let Value::Object(object) = &mut self.0 {
            object.insert(key.to_owned(), value.into());
        }
    }

    /// What a form says: its text of JSON, where that was changed, else what was typed in
    /// the other fields.
    pub(super) fn sent(fields: &Fields) -> Sent {
        let base = fields.get("document").and_then(|text| serde_json::from_str(text).ok());
        let base: Value = base.filter(Value::is_object).unwrap_or_else(|| json!({}));
        let typed = fields.get("json").unwrap_or_default();
        match serde_json::from_str::<Value>(typed) {
            Ok(json) if json != base && json.is_object() => return Sent::Draft(Self(json)),
            Ok(json) if json.is_object() => {}
            _ if typed.trim().is_empty() => {}
            refused => {
                let error = refused.err().map(|error| error.to_string());
                let error = error.unwrap_or_else(|| "expected a JSON object".to_owned());
                let mut draft = Self(base);
                draft.lay_over(fields);
                return Sent::NoJson { draft, typed: typed.to_owned(), error };
            }
        }
        let mut draft = Self(base);
        draft.lay_over(fields);
        Sent::Draft(draft)
    }

    fn lay_over(&mut self, fields: &Fields) {
        for (rest, text) in fields.below("/") {
            let pointer = format!("/{rest}");
            self.set(&pointer, value(&pointer, text));
        }
        for (pointer, kind) in fields.below("kind:") {
            if let Some(place) = self.0.pointer_mut(pointer)
                && blank::kind(place) != kind
                && let Some(fresh) = blank::of_kind(pointer, kind)
            {
                *place = fresh;
            }
        }
    }

    /// Sets a value, or takes it out. Only what is missing of a contact's card is made on
    /// the way: all else has a button.
    fn set(&mut self, pointer: &str, value: Option<Value>) {
        if pointer.split('/').count() > DEEPEST {
            return;
        }
        let Some((parent, key)) = pointer.rsplit_once('/') else { return };
        if let Some((card, list)) = card_list(pointer) {
            let Some(Value::Object(card)) = self.0.pointer_mut(card) else { return };
            let made = card.entry(list).or_insert_with(|| json!([]));
            let Value::Array(made) = made else { return };
            if made.is_empty() && value.is_some() {
                made.push(if list == "phones" { json!({}) } else { Value::Null });
            }
            if value.is_none() {
                made.drain(..made.len().min(1));
                return;
            }
        }
        match (self.0.pointer_mut(parent), value) {
            (Some(Value::Object(object)), Some(value)) => drop(object.insert(key.into(), value)),
            (Some(Value::Object(object)), None) => drop(object.remove(key)),
            (Some(Value::Array(list)), Some(value)) => {
                if let Some(place) = key.parse().ok().and_then(|at: usize| list.get_mut(at)) {
                    *place = value;
                }
            }
            _ => {}
        }
    }

    /// Does what a button says; what it names may be gone.
    pub(super) fn edit(&mut self, edit: Edit<'_>, blanks: &blank::Blanks) {
        match edit {
            Edit::Add(pointer) => self.add(pointer, blanks),
            Edit::Remove(pointer) => self.remove(pointer),
            Edit::Up(pointer) => {
                let Some((list, at)) = self.list_of(pointer) else { return };
                if at > 0 && at < list.len() {
                    list.swap(at - 1, at);
                }
            }
        }
    }

    fn add(&mut self, pointer: &str, blanks: &blank::Blanks) {
        if pointer.split('/').count() > DEEPEST {
            return;
        }
        let Some((parent, key)) = pointer.rsplit_once('/') else { return };
        if parent == "/idle" && !self.0.get("idle").is_some_and(Value::is_object) {
            self.put("idle", json!({}));
        }
        let Some(Value::Object(object)) = self.0.pointer_mut(parent) else { return };
        let place = object.entry(key).or_insert(Value::Null);
        if matches!(key, "hours" | "menu" | "reminder" | "close") {
            if place.is_null() {
                *place = blanks.part(key);
            }
            return;
        }
        if place.is_null() {
            *place = json!([]);
        }
        if let Value::Array(list) = place {
            let fresh = blank::entry(key, list);
            list.push(fresh);
        }
    }

    fn remove(&mut self, pointer: &str) {
        if let Some((list, at)) = self.list_of(pointer) {
            if at < list.len() {
                list.remove(at);
            }
            return;
        }
        self.set(pointer, None);
        if self.0.get("idle").and_then(Value::as_object).is_some_and(Map::is_empty) {
            self.put("idle", Value::Null);
        }
    }

    /// The list that an entry is in, and its place.
    fn list_of(&mut self, pointer: &str) -> Option<(&mut Vec<Value>, usize)> {
        let (list, place) = pointer.rsplit_once('/')?;
        Some((self.0.pointer_mut(list)?.as_array_mut()?, place.parse().ok()?))
    }
}

/// The card that a phone number or an address is on, and the list of it.
fn card_list(pointer: &str) -> Option<(&str, &'static str)> {
    let phone = pointer.strip_suffix("/phones/0/number").map(|card| (card, "phones"));
    phone.or_else(|| pointer.strip_suffix("/emails/0").map(|card| (card, "emails")))
}

/// What a field says; `None` where it says nothing and may.
fn value(pointer: &str, text: &str) -> Option<Value> {
    let (parent, key) = pointer.rsplit_once('/')?;
    let trimmed = text.trim();
    let given = (!trimmed.is_empty()).then(|| trimmed.to_owned());
    let of_card = parent.ends_with("/contact");
    let of_place = parent.ends_with("/location");
    match key {
        "retries" => Some(number(trimmed)),
        "after_seconds" => Some(clock::seconds(trimmed)),
        // As people write them, with a point or a comma.
        "latitude" | "longitude" => Some(number(&trimmed.replace(',', "."))),
        "open" => Some(clock::spans(trimmed)),
        _ if parent == "/hours/weekly" => Some(clock::spans(trimmed)),
        "queue" => Some(given.map_or(Value::Null, Value::String)),
        "invalid" | "filename" | "caption" | "address" | "organization" => given.map(Value::String),
        "name" if of_place => given.map(Value::String),
        "number" | "0" => given.map(Value::String),
        "name" if of_card => Some(trimmed.into()),
        "id" | "name" | "key" | "label" | "url" | "date" | "time_zone" => Some(trimmed.into()),
        // Forms end lines by two characters, whatever ended them before.
        _ => Some(text.replace("\r\n", "\n").into()),
    }
}

/// A number as JSON has it, or the text that is none.
fn number(text: &str) -> Value {
    let number = serde_json::from_str(text).ok().filter(Value::is_number);
    number.unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]
#[path = "draft_test.rs"]
mod tests;
