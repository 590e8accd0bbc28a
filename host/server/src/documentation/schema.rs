//! JSON Schemas by themselves, from the API's own document.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

const PREFIX: &str = "#/components/schemas/";

/// The schemas on offer: file name, and name in the API's document.
const OFFERED: [(&str, &str); 5] = [
    ("message", "SendMessage"),
    ("event", "Event"),
    ("inbound-message", "InboundMessage"),
    ("answer", "IngressAnswer"),
    ("problem", "Problem"),
];

/// One of the schemas by its file name, with all that it refers to. `api` is the API's
/// OpenAPI document.
pub(crate) fn schema(api: &Value, name: &str) -> Option<Value> {
    let (_, component) = OFFERED.iter().find(|(known, _)| *known == name)?;
    let all = api.pointer("/components/schemas")?;
    let mut schema = all.get(component)?.clone();
    let definitions = definitions(all, &schema);
    rename(&mut schema, "#/$defs/");
    let Value::Object(fields) = &mut schema else { return None };
    let dialect = "https://json-schema.org/draft/2020-12/schema";
    fields.insert("$schema".to_owned(), json!(dialect));
    fields.insert("title".to_owned(), json!(component));
    let defs: Map<String, Value> = definitions
        .into_iter()
        .filter_map(|name| {
            let mut value = all.get(&name)?.clone();
            rename(&mut value, "#/$defs/");
            Some((name, value))
        })
        .collect();
    if !defs.is_empty() {
        fields.insert("$defs".to_owned(), Value::Object(defs));
    }
    Some(schema)
}

/// The names of all schemas that a value refers to, directly or not.
pub(super) fn definitions(all: &Value, value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                let name = fields.get("$ref").and_then(Value::as_str);
                if let Some(name) = name.and_then(|name| name.strip_prefix(PREFIX))
                    && found.insert(name.to_owned())
                {
                    open.extend(all.get(name));
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}

/// Lets references lead elsewhere.
fn rename(value: &mut Value, prefix: &str) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(name)) = fields.get_mut("$ref")
                && let Some(rest) = name.strip_prefix(PREFIX)
            {
                *name = format!("{prefix}{rest}");
            }
            fields.values_mut().for_each(|value| rename(value, prefix));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| rename(value, prefix)),
        _ => {}
    }
}
