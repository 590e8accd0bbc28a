//! The depth of a request's JSON, which is counted without a parser: it is never
//! less than what a parser finds.

use eclusa_ingress::json_depth;
use serde_json::Value;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let counted = json_depth(text);
    assert!(counted <= text.len());
    if let Ok(json) = serde_json::from_str::<Value>(text) {
        let parsed = depth(&json);
        assert!(counted >= parsed, "counted {counted}, parsed {parsed}: {text}");
    }
}

fn depth(json: &Value) -> usize {
    match json {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}
