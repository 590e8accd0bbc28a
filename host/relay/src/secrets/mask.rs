//! Replaces the characters from which a placeholder could be made.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// Replaces, in text that the host does not trust, each character that a
/// placeholder needs, and puts it back afterwards:
/// - every `{`,
/// - the `&` of an HTML character reference to `{`, the `%` of `%7B`: an adapter
///   that reads such text would make a `{` of them,
/// - the `s` of `secret:`, which could come to stand behind an adapter's own `{`.
///
/// Each gets a character from Unicode's private use area that occurs nowhere in
/// the call's input: as long as the original in every way of counting characters,
/// and untouched by all escaping that adapters do, but for the ways which
/// [`Mask::restore`] knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mask {
    pairs: [(char, char); 4],
}

const BRACE: char = '{';
const AMPERSAND: char = '&';
const PERCENT: char = '%';
const LETTER: char = 's';
const WORD: &str = "secret:";

impl Mask {
    /// A mask for a call with these texts as its input. `None` if they use up
    /// the whole private use area.
    pub(super) fn new(texts: &[Cow<'_, str>]) -> Option<Self> {
        let mut unused = ('\u{e000}'..='\u{f8ff}')
            .filter(|marker| !texts.iter().any(|text| text.contains(*marker)));
        let mut pair = |original| Some((original, unused.next()?));
        Some(Self { pairs: [pair(BRACE)?, pair(AMPERSAND)?, pair(PERCENT)?, pair(LETTER)?] })
    }

    fn marker(&self, original: char) -> char {
        self.pairs
            .iter()
            .find_map(|(known, marker)| (*known == original).then_some(*marker))
            .unwrap_or(original)
    }

    /// Masks text.
    pub(super) fn text(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find([BRACE, AMPERSAND, PERCENT, LETTER]) {
            let (before, from) = rest.split_at(start);
            masked.push_str(before);
            let mut chars = from.chars();
            if let Some(character) = chars.next() {
                masked.push(if is_opening(from) { self.marker(character) } else { character });
            }
            rest = chars.as_str();
        }
        masked.push_str(rest);
        masked
    }

    /// Masks the strings within JSON, and nothing else of it; text that is not
    /// JSON as a whole.
    pub(super) fn json(&self, text: &str) -> String {
        if serde_json::from_str::<&RawValue>(text).is_err() {
            return self.text(text);
        }
        let mut masked = String::with_capacity(text.len());
        for token in tokens(text) {
            match token {
                Token::String(written) => match serde_json::from_str::<String>(written) {
                    Ok(string) if has_opening(&string) => {
                        masked.push_str(&serde_json::Value::from(self.text(&string)).to_string())
                    }
                    _ => masked.push_str(written),
                },
                Token::Other(text) => masked.push_str(text),
            }
        }
        masked
    }

    /// Takes the mask off: where a marker stands as it is, percent-encoded, or as
    /// an escape within a JSON string.
    pub(super) fn restore(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (original, marker) in self.pairs {
            if text.contains(marker) {
                text = text.replace(marker, original.encode_utf8(&mut [0; 4]));
            }
            let mut bytes = [0; 4];
            let bytes = marker.encode_utf8(&mut bytes).as_bytes();
            let percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
            let restored = match original {
                LETTER => LETTER.to_string(),
                other => format!("%{:02X}", u32::from(other)),
            };
            text = replace_ignoring_case(text, &percent, &restored);
            let escape = format!("\\u{:04X}", u32::from(marker));
            text = replace_ignoring_case(text, &escape, original.encode_utf8(&mut [0; 4]));
        }
        text
    }
}

/// Whether the text begins with something from which a placeholder's beginning
/// could be made.
fn is_opening(text: &str) -> bool {
    let starts = |prefix: &str| {
        text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    text.starts_with(BRACE)
        || text.starts_with(WORD)
        || starts("%7b")
        || starts("&lbrace")
        || starts("&lcub")
        || is_numeric_reference(text)
}

/// `&#123;`, `&#x7B;`, with any number of zeros before the digits.
fn is_numeric_reference(text: &str) -> bool {
    let Some(digits) = text.strip_prefix("&#") else { return false };
    match digits.strip_prefix(['x', 'X']) {
        Some(hex) => {
            let hex = hex.trim_start_matches('0');
            hex.starts_with("7b") || hex.starts_with("7B")
        }
        None => digits.trim_start_matches('0').starts_with("123"),
    }
}

/// Whether a placeholder's beginning could be made from the text.
pub(super) fn has_opening(text: &str) -> bool {
    text.char_indices()
        .filter(|(_, character)| matches!(*character, BRACE | AMPERSAND | PERCENT | LETTER))
        .any(|(at, _)| text.get(at..).is_some_and(is_opening))
}

/// The strings within JSON, decoded; text that is not JSON as a whole.
pub(super) fn strings(text: &str) -> Vec<Cow<'_, str>> {
    if serde_json::from_str::<&RawValue>(text).is_err() {
        return vec![Cow::Borrowed(text)];
    }
    tokens(text)
        .into_iter()
        .filter_map(|token| match token {
            Token::String(written) => serde_json::from_str::<String>(written).ok(),
            Token::Other(_) => None,
        })
        .map(Cow::Owned)
        .collect()
}

enum Token<'a> {
    /// A string with its quotes, as it is written.
    String(&'a str),
    Other(&'a str),
}

/// Takes valid JSON apart. Numbers stay as they are written.
fn tokens(json: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = json;
    while let Some(start) = rest.find('"') {
        let (other, from) = rest.split_at(start);
        let mut escaped = true; // the opening quote ends nothing
        let end = from.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let (string, after) = from.split_at(end.map_or(from.len(), |end| end + 1));
        tokens.push(Token::Other(other));
        tokens.push(Token::String(string));
        rest = after;
    }
    tokens.push(Token::Other(rest));
    tokens
}

/// Replaces an ASCII text wherever it stands in upper or lower case.
fn replace_ignoring_case(text: String, from: &str, to: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let from = from.to_ascii_lowercase();
    if !lower.contains(&from) {
        return text;
    }
    let mut replaced = String::with_capacity(text.len());
    let mut copied = 0;
    for (at, found) in lower.match_indices(&from) {
        replaced.push_str(text.get(copied..at).unwrap_or_default());
        replaced.push_str(to);
        copied = at + found.len();
    }
    replaced.push_str(text.get(copied..).unwrap_or_default());
    replaced
}
