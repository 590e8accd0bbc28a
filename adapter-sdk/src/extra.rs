//! Building `extra` objects.

use eclusa_model::Extra;
use serde::Serialize;

use crate::Node;

/// Collects what the six types have no place for, in the order added.
#[derive(Debug, Default)]
pub struct ExtraBuilder {
    json: String,
}

impl ExtraBuilder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value. What cannot be written as JSON is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        if let Ok(json) = serde_json::to_string(&value) {
            self.push(name, &json);
        }
        self
    }

    /// Adds a value if there is one.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a part of the input as it was written, if there is one.
    #[must_use]
    pub fn with_node(mut self, name: &str, node: Option<Node<'_>>) -> Self {
        if let Some(node) = node {
            self.push(name, &node.to_json());
        }
        self
    }

    /// The object.
    pub fn build(self) -> Extra {
        Extra::from_json(format!("{{{}}}", self.json)).unwrap_or_default()
    }

    fn push(&mut self, name: &str, json: &str) {
        if !self.json.is_empty() {
            self.json.push(',');
        }
        self.json.push_str(&serde_json::Value::from(name).to_string());
        self.json.push(':');
        self.json.push_str(json);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::Json;

    #[test]
    fn values_stay_as_written() {
        let json = Json::parse(r#"{"big":123456789012345678901234567890}"#).unwrap();
        let extra = ExtraBuilder::new()
            .with("a\"b", 1)
            .with_some("none", None::<&str>)
            .with_node("big", json.root().get("big"))
            .build();
        assert_eq!(extra.as_json(), r#"{"a\"b":1,"big":123456789012345678901234567890}"#);
        assert!(ExtraBuilder::new().build().is_empty());
    }

    #[test]
    fn control_characters_do_not_cost_the_others() {
        let json = Json::parse(r#"{"a\u0000":"\u001f\t\"","b":[{},1]}"#).unwrap();
        let extra = ExtraBuilder::new().with("n", 1).with_node("in", Some(json.root())).build();
        assert_eq!(extra.as_json(), r#"{"n":1,"in":{"a\u0000":"\u001f\t\"","b":[{},1]}}"#);
    }
}
