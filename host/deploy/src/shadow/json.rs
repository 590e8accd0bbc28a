//! JSON text, read so that nothing of it is lost before it is compared.

use hifijson::token::Lex;
use hifijson::value::{self, Value as Tree};
use serde_json::{Map, Number, Value};

/// How deep arrays and objects may be nested.
const MAX_DEPTH: usize = 128;

/// Reads a JSON text; what is none, or is nested deeper than 128, stays text.
pub(super) fn read(text: &str) -> Value {
    parse(text).unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Replaces a text at a place by the JSON object or list that it holds.
pub(super) fn open(value: &mut Value, path: &[&str]) {
    let place = path.iter().try_fold(value, |value, key| value.get_mut(key));
    if let Some(place) = place
        && let Value::String(text) = &*place
        && text.trim_start().starts_with(['{', '['])
    {
        *place = read(text);
    }
}

fn parse(text: &str) -> Option<Value> {
    let mut lexer = hifijson::SliceLexer::new(text.as_bytes());
    let tree = lexer
        .exactly_one(Lex::ws_peek, |next, lexer| value::parse_bounded(MAX_DEPTH, next, lexer))
        .ok()?;
    Some(convert(tree))
}

/// A header may be there twice, so a key that is has the list of its values.
fn convert<S: Into<String>>(tree: Tree<&str, S>) -> Value {
    match tree {
        Tree::Null => Value::Null,
        Tree::Bool(value) => Value::Bool(value),
        Tree::Number((text, _)) => number(text),
        Tree::String(text) => Value::String(text.into()),
        Tree::Array(items) => Value::Array(items.into_iter().map(convert).collect()),
        Tree::Object(fields) => {
            let mut lists: Map<String, Value> = Map::new();
            let mut object = Map::new();
            for (key, value) in fields {
                let key = key.into();
                let value = convert(value);
                if let Some(Value::Array(list)) = lists.get_mut(&key) {
                    list.push(value);
                } else if let Some(first) = object.remove(&key) {
                    lists.insert(key, Value::Array(vec![first, value]));
                } else {
                    object.insert(key, value);
                }
            }
            object.extend(lists);
            Value::Object(object)
        }
    }
}

/// Whole numbers beyond 64 bits become text: as floats, many of them would be
/// the same.
fn number(text: &str) -> Value {
    match text.parse::<Number>() {
        Ok(number) if !number.is_f64() || text.contains(['.', 'e', 'E']) => Value::Number(number),
        _ => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{open, read};

    #[test]
    fn json_is_read_as_it_is() {
        let text = r#"{"a":[1,-2,3.5,1e3,true,null,"\u00e9\n"],"b":{}}"#;
        assert_eq!(read(text), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn ids_of_any_size_stay_digit_for_digit() {
        let long = "12345678901234567890123";
        assert_eq!(read(&format!("[{long}]")), json!([long]));
        assert_ne!(read("[12345678901234567890123]"), read("[12345678901234567890124]"));
        assert_eq!(read("[18446744073709551615]"), json!([u64::MAX]));
        assert_eq!(read("[1e999]"), json!(["1e999"]));
    }

    #[test]
    fn a_key_that_is_there_twice_keeps_both_values() {
        assert_eq!(read(r#"{"a":1,"b":0,"a":[2],"a":3}"#), json!({"a": [1, [2], 3], "b": 0}));
    }

    #[test]
    fn what_is_no_json_stays_text() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for text in ["", "{", "a=b&c=d", "{} {}", r#"{"a":"\ud800"}"#, &deep] {
            assert_eq!(read(text), json!(text));
        }
    }

    #[test]
    fn only_objects_and_lists_are_opened() {
        let mut value = json!({"a": {"body": " {\"x\":1}", "b": "12", "c": "{", "d": 1}});
        for key in ["body", "b", "c", "d", "e"] {
            open(&mut value, &["a", key]);
        }
        open(&mut value, &["b", "body"]);
        assert_eq!(value, json!({"a": {"body": {"x": 1}, "b": "12", "c": "{", "d": 1}}));
    }
}
