//! What a signature is made over.

use serde::{Deserialize, Serialize};

/// What is signed: a text in which placeholders stand for parts of the request.
/// Default `{body}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SignedContent {
    text: String,
    parts: Vec<ContentPart>,
}

/// A part of what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentPart {
    /// Itself.
    Text(String),
    /// `{body}`: the raw body.
    Body,
    /// `{form}`: the decoded fields of a form in the body, each name followed by
    /// its value, sorted, doubles once (Twilio).
    Form,
    /// `{method}`: the method in upper case.
    Method,
    /// `{url}`: the channel's public URL as the chat called it, with the query.
    Url,
    /// `{path}`: the path of that URL.
    Path,
    /// `{query}`: the query as it was sent, without `?`.
    Query,
    /// `{timestamp}`: the time as it is written in the request.
    Timestamp,
    /// `{header:NAME}`: a header's value.
    Header(String),
}

impl SignedContent {
    /// The parts, in order.
    pub fn parts(&self) -> &[ContentPart] {
        &self.parts
    }

    /// Whether this part is among them.
    pub fn has(&self, part: &ContentPart) -> bool {
        self.parts.contains(part)
    }
}

impl Default for SignedContent {
    fn default() -> Self {
        Self { text: "{body}".to_owned(), parts: vec![ContentPart::Body] }
    }
}

impl TryFrom<String> for SignedContent {
    type Error = InvalidSignedContent;

    /// A `{` that no lower-case letter follows is an ordinary character.
    fn try_from(text: String) -> Result<Self, InvalidSignedContent> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text.as_str();
        while let Some(start) = rest.find('{') {
            let (before, from) = rest.split_at(start);
            literal.push_str(before);
            if !from.get(1..).is_some_and(|it| it.starts_with(|c: char| c.is_ascii_lowercase())) {
                literal.push('{');
                rest = from.get(1..).unwrap_or_default();
                continue;
            }
            let end = from.find('}').map_or(from.len(), |end| end + 1);
            let (placeholder, after) = from.split_at(end);
            let part = part(placeholder)
                .ok_or_else(|| InvalidSignedContent { placeholder: placeholder.to_owned() })?;
            if !literal.is_empty() {
                parts.push(ContentPart::Text(std::mem::take(&mut literal)));
            }
            parts.push(part);
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(ContentPart::Text(literal));
        }
        Ok(Self { text, parts })
    }
}

fn part(placeholder: &str) -> Option<ContentPart> {
    Some(match placeholder {
        "{body}" => ContentPart::Body,
        "{form}" => ContentPart::Form,
        "{method}" => ContentPart::Method,
        "{url}" => ContentPart::Url,
        "{path}" => ContentPart::Path,
        "{query}" => ContentPart::Query,
        "{timestamp}" => ContentPart::Timestamp,
        _ => {
            let name = placeholder.strip_prefix("{header:")?.strip_suffix('}')?;
            if !super::check::is_header_name(name) {
                return None;
            }
            ContentPart::Header(name.to_owned())
        }
    })
}

impl From<SignedContent> for String {
    fn from(content: SignedContent) -> Self {
        content.text
    }
}

/// Something in braces that stands for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "signed_content: `{placeholder}` is none of {{body}}, {{form}}, {{method}}, {{url}}, {{path}}, \
     {{query}}, {{timestamp}} and {{header:NAME}}"
)]
pub struct InvalidSignedContent {
    /// As it is written.
    pub placeholder: String,
}
