//! What was said, as what it is, and in a few words.

use eclusa_model::{Content, Media};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::frame::Frame;

/// Longest preview in a list, in characters.
const PREVIEW: usize = 120;

/// What somebody said.
pub(super) enum Said {
    /// A message of one of the six types.
    Content(Box<Content>),
    /// A button was pressed: what stands on it.
    Pressed(String),
    /// It is of a kind that this version does not know.
    Unknown,
}

impl Said {
    /// Reads the canonical message or postback.
    pub(super) fn read(is_postback: bool, object: &RawValue) -> Self {
        if is_postback {
            return Self::Pressed(pressed(object));
        }
        match serde_json::from_str(object.get()) {
            Ok(content) => Self::Content(Box::new(content)),
            Err(_) => Self::Unknown,
        }
    }

    /// It in a few words.
    pub(super) fn preview(&self, at: &Frame) -> String {
        let named = |key: &'static str, name: Option<&String>| match name {
            Some(name) => format!("{}: {name}", at.say(key)),
            None => at.say(key).to_string(),
        };
        let file = |media: &Media| media.filename.clone().or_else(|| media.caption.clone());
        let content = match self {
            Self::Content(content) => content,
            Self::Pressed(title) => {
                return short(&at.say("inbox-pressed").arg("title", title).to_string());
            }
            Self::Unknown => return at.say("inbox-unknown").to_string(),
        };
        short(&match content.as_ref() {
            Content::Text(text) => text.body.clone(),
            Content::Document(media) => named("message-document", file(media).as_ref()),
            Content::Audio(media) if media.voice => at.say("message-voice").to_string(),
            Content::Audio(media) => named("message-audio", file(media).as_ref()),
            Content::Video(media) => named("message-video", file(media).as_ref()),
            Content::Location(it) => {
                named("message-location", it.name.as_ref().or(it.address.as_ref()))
            }
            Content::Contact(it) => named("message-contact", Some(&it.name)),
        })
    }
}

/// What the button that somebody pressed says.
fn pressed(object: &RawValue) -> String {
    #[derive(Deserialize)]
    struct Postback {
        payload: String,
        title: Option<String>,
    }
    let read: Option<Postback> = serde_json::from_str(object.get()).ok();
    read.map(|postback| postback.title.unwrap_or(postback.payload)).unwrap_or_default()
}

/// A text in a line that has an end.
pub(super) fn short(text: &str) -> String {
    let words = text.split_whitespace();
    // No more of a long text than can be shown.
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if let Some((end, _)) = line.char_indices().nth(PREVIEW) {
            line.truncate(end);
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_one_line_that_has_an_end() {
        assert_eq!(short(" a\n\tb "), "a b");
        assert_eq!(short(&"é ".repeat(1000)).chars().count(), PREVIEW + 1);
        assert_eq!(short(&"x".repeat(1 << 20)).len(), PREVIEW + '…'.len_utf8());
    }
}
