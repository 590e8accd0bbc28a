//! Examples without personal data.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

/// How long a text may be.
const LONGEST: usize = 200;

/// How many values an example may have in all.
const MOST_VALUES: usize = 100;

/// How many digits a word or a key may have: `mp4`, `x-hub-signature-256`.
const MOST_DIGITS: usize = 3;

/// Keys whose values name a type or a state, as the contract and chats write
/// them.
const WORD_KEYS: [&str; 13] = [
    "action_type",
    "code",
    "content-type",
    "kind",
    "level",
    "markup",
    "method",
    "mime",
    "mime_type",
    "parse_mode",
    "state",
    "status",
    "type",
];

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A value without what may be personal: letters become `a` or `A`, digits `9`.
/// What stays: booleans, `null`, names of keys, and single words in lower case
/// under a key such as `type`. `name` is the key under which the value stands.
pub(super) fn value(name: &str, value: &Value) -> Value {
    let mut left = MOST_VALUES;
    masked(name, value, &mut left)
}

/// A key as it is shown: names stay, data is masked.
pub(super) fn key(key: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "_-.$/~".contains(c);
    if key.len() <= 64 && key.chars().all(plain) && digits(key) <= MOST_DIGITS {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(text(key))
    }
}

fn masked(name: &str, value: &Value, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(number) if is_status(name, number) => value.clone(),
        Value::Number(number) => self::number(number),
        Value::String(word) if is_word_of(name, word) => value.clone(),
        Value::String(string) => Value::String(text(string)),
        Value::Array(items) => {
            let mut list = Vec::new();
            for item in items {
                if *left == 0 {
                    list.push(cut());
                    break;
                }
                list.push(masked(name, item, left));
            }
            Value::Array(list)
        }
        Value::Object(fields) => {
            let mut object = Map::new();
            for (name, field) in fields {
                if *left == 0 {
                    object.insert("…".to_owned(), cut());
                    break;
                }
                object.insert(key(name).into_owned(), masked(name, field, left));
            }
            Value::Object(object)
        }
    }
}

/// Stands for what is left out.
fn cut() -> Value {
    Value::String("…".to_owned())
}

fn text(text: &str) -> String {
    let mask = |c: char| match c {
        _ if c.is_numeric() => '9',
        _ if c.is_uppercase() => 'A',
        _ if c.is_alphabetic() => 'a',
        _ => c,
    };
    let mut chars = text.chars().map(mask);
    let mut shown: String = chars.by_ref().take(LONGEST).collect();
    if chars.next().is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// A number of nines, where JSON can say it; else as text.
fn number(number: &Number) -> Value {
    let text: String =
        number.to_string().chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    match text.parse::<Number>() {
        Ok(number) if number.to_string() == text => Value::Number(number),
        _ => Value::String(text),
    }
}

/// A status of HTTP.
fn is_status(name: &str, number: &Number) -> bool {
    name == "status" && number.as_u64().is_some_and(|status| (100..600).contains(&status))
}

fn is_word_of(name: &str, value: &str) -> bool {
    WORD_KEYS.contains(&name) && (METHODS.contains(&value) || is_word(value))
}

/// A word in lower case, such as `message.received` or `audio/ogg; codecs=opus`.
fn is_word(value: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.+/-=".contains(&byte)
            })
    };
    value.len() <= 64 && digits(value) <= MOST_DIGITS && value.split("; ").all(part)
}

fn digits(text: &str) -> usize {
    text.chars().filter(|c| c.is_numeric()).count()
}

#[cfg(test)]
mod tests;
