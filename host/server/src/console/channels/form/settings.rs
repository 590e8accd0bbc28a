//! Fields made of an adapter's JSON Schema, and the settings that they say.

use eclusa_deploy::requirements::escape;
use serde_json::{Map, Value};

use super::super::super::field::{Choice, Field, Kind};
use super::super::super::posted::Fields;
use super::super::super::wrong::Phrase;

/// The properties of a schema, by name.
fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn pointer(name: &str) -> String {
    format!("/settings/{}", escape(name))
}

/// The names of those that must be there.
fn required(schema: &Value) -> Vec<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// How a property is filled in that has this value.
fn kind(schema: &Value, value: Option<&Value>) -> Kind {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let none = Choice { value: String::new(), label: "–".to_owned() };
        let choices = values.iter().map(|value| {
            let label = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Choice { value: value.to_string(), label }
        });
        return Kind::Select([none].into_iter().chain(choices).collect());
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("boolean") => Kind::Check,
        Some("integer" | "number") => Kind::Number,
        // A browser takes the ends of lines out of what has one line.
        Some("string") if value.and_then(Value::as_str).is_some_and(|it| it.contains('\n')) => {
            Kind::Area
        }
        Some("string") => Kind::Text,
        _ => Kind::Json,
    }
}

/// A field for each property, filled in as the settings are.
pub(super) fn fields(schema: &Value, settings: &Map<String, Value>) -> Vec<Field> {
    let required = required(schema);
    properties(schema)
        .map(|(name, property)| {
            let text = |key: &str| property.get(key).and_then(Value::as_str);
            let set = settings.get(name).or(property.get("default"));
            let kind = kind(property, set);
            let value = match (&kind, set) {
                (_, None) => String::new(),
                (Kind::Text | Kind::Area, Some(Value::String(text))) => text.clone(),
                (_, Some(value)) => value.to_string(),
            };
            Field {
                pointer: pointer(name),
                label: Phrase::english_name(text("title").unwrap_or(name)),
                hint: text("description").map(Phrase::english).unwrap_or_default(),
                required: required.contains(&name.as_str()) && !matches!(kind, Kind::Check),
                kind,
                value,
                wrong: None,
            }
        })
        .collect()
}

/// The settings that a form says. What it does not show stays as it was; a value
/// that is the schema's default is not written down, unless it was before or must be.
pub(super) fn read(schema: &Value, fields: &Fields, before: &Map<String, Value>) -> Value {
    let mut settings = before.clone();
    let required = required(schema);
    for (name, property) in properties(schema) {
        let given = fields.get(&pointer(name)).unwrap_or_default();
        let value = match kind(property, None) {
            Kind::Check => Some(Value::Bool(given == "true")),
            // Forms end lines by two characters, whatever ended them before.
            Kind::Text => (!given.is_empty()).then(|| given.replace("\r\n", "\n").into()),
            // What cannot be read is refused by the schema, in its words.
            _ if given.trim().is_empty() => None,
            _ => Some(
                serde_json::from_str(given).unwrap_or_else(|_| Value::String(given.to_owned())),
            ),
        };
        let default = property.get("default").cloned().unwrap_or(Value::Bool(false));
        match value {
            Some(value)
                if value == default
                    && !before.contains_key(name)
                    && !required.contains(&name.as_str()) => {}
            Some(value) => drop(settings.insert(name.clone(), value)),
            None => drop(settings.remove(name)),
        }
    }
    Value::Object(settings)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({ "required": ["number"], "properties": {
            "number": { "type": "string" },
            "previews": { "type": "boolean", "default": true },
            "quiet": { "type": "boolean" },
            "tries": { "type": "integer", "default": 3 },
            "region": { "enum": ["br", "us"] },
            "a/b": { "type": "array" },
        }})
    }

    fn said(texts: &[(&str, &str)], before: Value) -> Value {
        read(&schema(), &Fields::of(texts), before.as_object().unwrap())
    }

    #[test]
    fn what_is_said_is_written_down_and_defaults_are_not() {
        let on = ("/settings/previews", "true");
        assert_eq!(said(&[on], json!({})), json!({}));
        assert_eq!(said(&[on], json!({ "previews": false })), json!({ "previews": true }));
        assert_eq!(said(&[], json!({})), json!({ "previews": false }));
        let all = [
            on,
            ("/settings/number", "001"),
            ("/settings/quiet", "true"),
            ("/settings/tries", "5"),
            ("/settings/region", "\"br\""),
            ("/settings/a~1b", "[1, 2]"),
        ];
        let whole = json!({
            "number": "001", "quiet": true, "tries": 5, "region": "br", "a/b": [1, 2]
        });
        assert_eq!(said(&all, json!({})), whole);
        assert_eq!(said(&[on], whole), json!({ "quiet": false }));
    }

    #[test]
    fn what_must_be_there_is_written_down_also_where_it_is_the_default() {
        let schema = json!({ "required": ["quiet", "tries"], "properties": {
            "quiet": { "type": "boolean" },
            "tries": { "type": "integer", "default": 3 },
        }});
        let said = read(&schema, &Fields::of(&[("/settings/tries", "3")]), &Map::new());
        assert_eq!(said, json!({ "quiet": false, "tries": 3 }));
    }

    #[test]
    fn texts_of_several_lines_keep_them() {
        let settings = json!({ "number": "one\ntwo" });
        let fields = fields(&schema(), settings.as_object().unwrap());
        let field = fields.iter().find(|it| it.pointer == "/settings/number").unwrap();
        assert!(matches!(field.kind, Kind::Area));
        let on = ("/settings/previews", "true");
        let sent = [on, ("/settings/number", "one\r\ntwo")];
        assert_eq!(said(&sent, settings.clone()), settings);
    }

    #[test]
    fn what_cannot_be_read_goes_to_the_schema_as_it_is() {
        let all = [("/settings/previews", "true"), ("/settings/tries", "many")];
        assert_eq!(said(&all, json!({ "hidden": 1 })), json!({ "hidden": 1, "tries": "many" }));
    }

    #[test]
    fn fields_are_filled_in_with_what_is_set_or_the_default() {
        let settings = json!({ "number": "001", "region": "us" });
        let fields = fields(&schema(), settings.as_object().unwrap());
        let values: Vec<_> = fields.iter().map(|it| (&*it.pointer, &*it.value)).collect();
        assert!(values.contains(&("/settings/number", "001")));
        assert!(values.contains(&("/settings/region", "\"us\"")));
        assert!(values.contains(&("/settings/previews", "true")));
        assert!(values.contains(&("/settings/a~1b", "")));
        let required = fields.iter().filter(|it| it.required).map(|it| &*it.pointer);
        assert_eq!(required.collect::<Vec<_>>(), ["/settings/number"]);
    }
}
