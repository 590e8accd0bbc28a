//! A parsed value as JSON text again.

use super::{Tree, Value};

/// Writes a value. The parser's own `Display` leaves control characters as they
/// are, which is no JSON any more.
pub(super) fn write(value: &Value<'_>, json: &mut String) {
    let text = |text: &str, json: &mut String| {
        json.push_str(&serde_json::Value::from(text).to_string());
    };
    match value {
        Tree::Null => json.push_str("null"),
        Tree::Bool(true) => json.push_str("true"),
        Tree::Bool(false) => json.push_str("false"),
        Tree::Number((digits, _)) => json.push_str(digits),
        Tree::String(string) => text(string, json),
        Tree::Array(items) => {
            json.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                write(item, json);
            }
            json.push(']');
        }
        Tree::Object(fields) => {
            json.push('{');
            for (index, (name, field)) in fields.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                text(name, json);
                json.push(':');
                write(field, json);
            }
            json.push('}');
        }
    }
}
