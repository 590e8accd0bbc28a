//! One entry of the chat's JSON, read with problems that say where.

use serde_json::Value;

use super::problem;
use crate::exchange::{Problem, ProblemKind};

/// An object somewhere in the chat's JSON.
pub struct Entry<'a> {
    value: &'a Value,
    /// Where it is, as a JSON pointer.
    pointer: String,
}

impl<'a> Entry<'a> {
    /// The entries of a body.
    pub(super) fn all(body: &'a Value) -> Vec<Self> {
        match body {
            Value::Array(values) => values
                .iter()
                .enumerate()
                .map(|(index, value)| Self { value, pointer: format!("/{index}") })
                .collect(),
            value => vec![Self { value, pointer: String::new() }],
        }
    }

    /// Where a field of it is.
    pub fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.pointer)
    }

    /// A value as it is, if there is one.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.value.get(name).filter(|value| !value.is_null())
    }

    /// An object in it.
    pub fn object(&self, name: &str) -> Result<Entry<'a>, Problem> {
        let value = self.get(name).filter(|value| value.is_object());
        let value = value.ok_or_else(|| self.expected(name, "an object"))?;
        Ok(Entry { value, pointer: self.at(name) })
    }

    /// A text that must be there.
    pub fn text(&self, name: &str) -> Result<String, Problem> {
        self.opt(name).ok_or_else(|| self.expected(name, "a text that is not empty"))
    }

    /// A text, if there is one.
    pub fn opt(&self, name: &str) -> Option<String> {
        let text = self.get(name)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A number that must be there.
    pub fn number(&self, name: &str) -> Result<f64, Problem> {
        self.get(name).and_then(Value::as_f64).ok_or_else(|| self.expected(name, "a number"))
    }

    /// The problem of a field that is something else.
    pub fn expected(&self, name: &str, what: &str) -> Problem {
        let pointer = self.at(name);
        let message = format!("`{name}` is not {what}");
        problem(ProblemKind::Invalid, "wrong_field", message, Some(pointer))
    }
}
