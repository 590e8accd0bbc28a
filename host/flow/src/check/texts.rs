//! What the contact is told.

use eclusa_model::{Content, ContentError, MediaSource};

use super::Findings;
use crate::limits::{LONGEST_TEXT, MOST_CONTENTS};

/// A list of contents, which may be empty.
pub(super) fn contents(pointer: &str, contents: &[Content], found: &mut Findings) {
    found.too_many(pointer, contents.len(), MOST_CONTENTS, "contents");
    for (place, content) in contents.iter().enumerate() {
        one(&format!("{pointer}/{place}"), content, found);
    }
}

/// A list of contents where one is needed.
pub(super) fn needed(pointer: &str, contents: &[Content], why: &str, found: &mut Findings) {
    if contents.is_empty() {
        found.error(pointer, "missing_text", why, "Write what is said.");
    }
    self::contents(pointer, contents, found);
}

/// A text of the flow's own.
pub(super) fn text(pointer: &str, text: &str, longest: usize, found: &mut Findings) {
    if text.trim().is_empty() {
        found.error(pointer, "empty_text", "nothing is said here", "Write the text.");
    }
    let length = text.chars().count();
    if length > longest {
        let message = format!("{length} characters, and {longest} are the most");
        found.error(pointer, "text_too_long", message, "Make it shorter.");
    }
}

fn one(pointer: &str, content: &Content, found: &mut Findings) {
    match content {
        Content::Text(it) => {
            text(&format!("{pointer}/text/body"), &it.body, LONGEST_TEXT, found);
        }
        Content::Document(media) | Content::Audio(media) | Content::Video(media) => {
            let name = content.content_type();
            if let Some(caption) = &media.caption
                && caption.chars().count() > LONGEST_TEXT
            {
                text(&format!("{pointer}/{name}/caption"), caption, LONGEST_TEXT, found);
            }
            if matches!(media.source, MediaSource::Handle(_)) {
                found.error(
                    format!("{pointer}/{name}/handle"),
                    "handle_in_flow",
                    "a handle is a file of one chat, and a flow serves several channels",
                    "Put the file where it has a public address, and give it as `url`.",
                );
            }
        }
        Content::Location(_) | Content::Contact(_) => {}
    }
    // An empty text was told of above.
    if let Err(ContentError::Violation { pointer: place, expected }) = content.validate()
        && place != "/text/body"
    {
        let message = format!("expected {expected}");
        found.error(format!("{pointer}{place}"), "invalid_content", message, "Correct the value.");
    }
}
