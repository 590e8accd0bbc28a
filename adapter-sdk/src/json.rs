//! JSON as chats send it, read with errors that say where.

mod pointer;
mod text;

use std::borrow::Cow;

use eclusa_model::Problem;
use hifijson::token::Lex;
use hifijson::value::{self, Value as Tree};

use pointer::{escape, locate};
use text::write;

type Value<'a> = Tree<&'a str, Cow<'a, str>>;

/// How deep arrays and objects may be nested.
const MAX_DEPTH: usize = 64;

/// A parsed JSON text.
///
/// Numbers are kept as they were written, so ids of any size stay digit for
/// digit. Text without escapes is borrowed from the input.
#[derive(Debug)]
pub struct Json<'a> {
    root: Value<'a>,
}

impl<'a> Json<'a> {
    /// Parses a text.
    ///
    /// # Errors
    /// A problem of kind `invalid` and code `malformed_json` that names line and
    /// column.
    pub fn parse(text: &'a str) -> Result<Self, Problem> {
        let mut lexer = hifijson::SliceLexer::new(text.as_bytes());
        lexer
            .exactly_one(Lex::ws_peek, |next, lexer| value::parse_bounded(MAX_DEPTH, next, lexer))
            .map(|root| Self { root })
            .map_err(|error| {
                let offset = text.len().saturating_sub(lexer.as_slice().len());
                let before = text.get(..offset).unwrap_or(text);
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                let what = if offset == text.len() && error != hifijson::Error::Depth {
                    "the text ends too early".to_owned()
                } else {
                    error.to_string()
                };
                Problem::invalid(
                    "malformed_json",
                    format!("the body is not valid JSON: line {line}, column {column}: {what}"),
                )
                .action("Send one complete JSON value, UTF-8, nested at most 64 deep.")
            })
    }

    /// The outermost value.
    pub fn root(&self) -> Node<'_> {
        Node { root: &self.root, value: &self.root }
    }
}

/// A place in a parsed JSON text.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    root: &'a Value<'a>,
    value: &'a Value<'a>,
}

impl<'a> Node<'a> {
    /// A field that must be there and not be null.
    ///
    /// # Errors
    /// `wrong_type` where this is no object, `missing_field` where the field is
    /// absent or null.
    pub fn field(self, name: &str) -> Result<Node<'a>, Problem> {
        if !self.is_object() {
            return Err(self.expected("an object"));
        }
        self.get(name).ok_or_else(|| {
            Problem::invalid("missing_field", format!("the field `{name}` is missing")).at(format!(
                "{}/{}",
                self.pointer(),
                escape(name)
            ))
        })
    }

    /// A field, if this is an object that has it and it is not null. Of equal
    /// names the last one counts.
    pub fn get(self, name: &str) -> Option<Node<'a>> {
        let Tree::Object(fields) = self.value else { return None };
        let (_, value) = fields.iter().rev().find(|(key, _)| key == name)?;
        (!matches!(value, Tree::Null)).then_some(Node { root: self.root, value })
    }

    /// A field at the end of several steps, if each of them is there.
    pub fn find(self, path: &[&str]) -> Option<Node<'a>> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// Reads a field that may be absent or null.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn opt<T>(
        self,
        name: &str,
        read: impl FnOnce(Node<'a>) -> Result<T, Problem>,
    ) -> Result<Option<T>, Problem> {
        self.get(name).map(read).transpose()
    }

    /// A text.
    ///
    /// # Errors
    /// `wrong_type` where it is something else.
    pub fn text(self) -> Result<&'a str, Problem> {
        match self.value {
            Tree::String(text) => Ok(text),
            _ => Err(self.expected("a string")),
        }
    }

    /// A text as an owned string; for [`Node::opt`].
    ///
    /// # Errors
    /// Those of [`Node::text`].
    pub fn string(self) -> Result<String, Problem> {
        self.text().map(str::to_owned)
    }

    /// An id: a text, or a number, digit for digit.
    ///
    /// # Errors
    /// `wrong_type` where it is something else or an empty text.
    pub fn id(self) -> Result<String, Problem> {
        match self.value {
            Tree::String(text) if !text.is_empty() => Ok(text.to_string()),
            Tree::Number((digits, _)) => Ok((*digits).to_owned()),
            _ => Err(self.expected("an id: a string that is not empty, or a number")),
        }
    }

    /// A number, or a text that holds one.
    ///
    /// # Errors
    /// `wrong_type` where it is something else or not finite.
    pub fn number(self) -> Result<f64, Problem> {
        self.digits()
            .and_then(|digits| digits.parse::<f64>().ok())
            .filter(|number| number.is_finite())
            .ok_or_else(|| self.expected("a number"))
    }

    /// A whole number, or a text that holds one.
    ///
    /// # Errors
    /// `wrong_type` where it is something else or beyond 64 bits.
    pub fn integer(self) -> Result<i64, Problem> {
        self.digits()
            .and_then(|digits| digits.parse::<i64>().ok())
            .ok_or_else(|| self.expected("a whole number"))
    }

    /// A size: a whole number, 0 or more, or a text that holds one.
    ///
    /// # Errors
    /// `wrong_type` where it is something else or beyond 64 bits.
    pub fn size(self) -> Result<u64, Problem> {
        self.digits()
            .and_then(|digits| digits.parse::<u64>().ok())
            .ok_or_else(|| self.expected("a whole number, 0 or more"))
    }

    /// True or false.
    ///
    /// # Errors
    /// `wrong_type` where it is something else.
    pub fn boolean(self) -> Result<bool, Problem> {
        match self.value {
            Tree::Bool(value) => Ok(*value),
            _ => Err(self.expected("true or false")),
        }
    }

    /// Whether it is `true`.
    pub fn is_true(self) -> bool {
        matches!(self.value, Tree::Bool(true))
    }

    /// A time in any of the shapes that [`crate::time::parse`] reads.
    ///
    /// # Errors
    /// `wrong_type` where it is none of them.
    pub fn time(self) -> Result<String, Problem> {
        let text = match self.value {
            Tree::String(text) => text,
            Tree::Number((digits, _)) => *digits,
            _ => "",
        };
        crate::time::parse(text)
            .ok_or_else(|| self.expected("a time: Unix seconds or milliseconds, or ISO 8601"))
    }

    /// The items of an array.
    ///
    /// # Errors
    /// `wrong_type` where it is something else.
    pub fn items(self) -> Result<impl ExactSizeIterator<Item = Node<'a>> + use<'a>, Problem> {
        match self.value {
            Tree::Array(items) => {
                let root = self.root;
                Ok(items.iter().map(move |value| Node { root, value }))
            }
            _ => Err(self.expected("an array")),
        }
    }

    /// The items of an array field; none where the field is absent or null.
    ///
    /// # Errors
    /// `wrong_type` where it is something else.
    pub fn list(self, name: &str) -> Result<Vec<Node<'a>>, Problem> {
        self.get(name).map_or_else(|| Ok(Vec::new()), |node| Ok(node.items()?.collect()))
    }

    /// The fields of an object in the order written; none where it is no object.
    pub fn fields(self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        let fields = match self.value {
            Tree::Object(fields) => fields.as_slice(),
            _ => &[],
        };
        let root = self.root;
        fields.iter().map(move |(name, value)| (name.as_ref(), Node { root, value }))
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        matches!(self.value, Tree::Object(_))
    }

    /// Whether it is an array.
    pub fn is_array(self) -> bool {
        matches!(self.value, Tree::Array(_))
    }

    /// Whether it is a text.
    pub fn is_text(self) -> bool {
        matches!(self.value, Tree::String(_))
    }

    /// The value as compact JSON text, numbers as they were written.
    pub fn to_json(self) -> String {
        let mut json = String::new();
        write(self.value, &mut json);
        json
    }

    /// Where this is, as a JSON pointer (RFC 6901); empty for the outermost value.
    pub fn pointer(self) -> String {
        let mut pointer = String::new();
        locate(self.root, self.value, &mut pointer);
        pointer
    }

    /// A problem of kind `invalid` and code `wrong_type`: something else was
    /// expected here.
    pub fn expected(self, what: &str) -> Problem {
        let pointer = self.pointer();
        let place = if pointer.is_empty() { "the body" } else { pointer.as_str() };
        Problem::invalid("wrong_type", format!("{place} is {}, expected {what}", self.kind()))
            .at(pointer)
    }

    fn digits(self) -> Option<&'a str> {
        match self.value {
            Tree::Number((digits, _)) => Some(digits),
            Tree::String(text) => Some(text),
            _ => None,
        }
    }

    fn kind(self) -> &'static str {
        match self.value {
            Tree::Null => "null",
            Tree::Bool(_) => "a boolean",
            Tree::Number(_) => "a number",
            Tree::String(_) => "a string",
            Tree::Array(_) => "an array",
            Tree::Object(_) => "an object",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn ids_stay_digit_for_digit() {
        let json =
            Json::parse(r#"{"a":123456789012345678901234567890,"b":"007","c":-1001}"#).unwrap();
        let id = |name| json.root().field(name).unwrap().id().unwrap();
        assert_eq!(id("a"), "123456789012345678901234567890");
        assert_eq!(id("b"), "007");
        assert_eq!(id("c"), "-1001");
    }

    #[test]
    fn errors_name_the_place_and_what_was_expected() {
        let json = Json::parse(r#"{"a/b":[{"x":1},{"x":[]}],"n":null}"#).unwrap();
        let item = json.root().field("a/b").unwrap().items().unwrap().nth(1).unwrap();
        let problem = item.field("x").unwrap().text().unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/a~1b/1/x"));
        assert_eq!(problem.message, "/a~1b/1/x is an array, expected a string");
        let problem = item.field("y").unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/a~1b/1/y"));
        assert_eq!(problem.code, "missing_field");
        assert_eq!(json.root().field("n").unwrap_err().code, "missing_field");
    }

    #[test]
    fn malformed_json_names_line_and_column() {
        let problem = Json::parse("{\n  \"a\": x}").unwrap_err();
        assert!(problem.message.contains("line 2, column 9"), "{}", problem.message);
        let problem = Json::parse("{\"a\": \"cut").unwrap_err();
        assert!(problem.message.contains("ends too early"), "{}", problem.message);
        assert!(Json::parse(&"[".repeat(100_000)).is_err());
        assert!(Json::parse("{} {}").is_err());
        assert!(Json::parse("").is_err());
    }

    #[test]
    fn numbers_are_read_from_texts_too() {
        let json = Json::parse(r#"{"a":"12","b":12.5,"c":"x","d":1e400}"#).unwrap();
        let field = |name| json.root().field(name).unwrap();
        assert_eq!(field("a").size().unwrap(), 12);
        assert_eq!(field("b").number().unwrap(), 12.5);
        assert!(field("b").size().is_err());
        assert!(field("c").number().is_err());
        assert!(field("d").number().is_err());
    }
}
