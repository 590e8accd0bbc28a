//! What a message says, as a part of a page: all six types, escaped, and without a
//! request to anywhere until somebody follows a link.

use askama::Template;
use askama::filters::HtmlSafe;
use eclusa_model::{Content, Location, Media, MediaSource};

use super::format;
use super::frame::Frame;

/// A message's content. Pages write it with `{{ … }}`.
#[derive(Template)]
#[template(path = "message.html")]
pub(super) struct Shown<'a> {
    at: &'a Frame,
    content: &'a Content,
}

/// Its template escapes all that it writes.
impl HtmlSafe for Shown<'_> {}

/// So much of a text is shown, in bytes; more than any chat's own limit.
const SHOWN: usize = 16 * 1024;

/// So many phone numbers and addresses of a card are shown.
const LINES: usize = 20;

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    /// An address of http or https.
    Link(&'a str),
}

impl<'a> Shown<'a> {
    /// The content for who looks at the page.
    pub(super) fn new(at: &'a Frame, content: &'a Content) -> Self {
        Self { at, content }
    }

    /// As much of a text as is shown, and whether that is not all.
    fn begin(&self, text: &'a str) -> (&'a str, bool) {
        let shown = text.get(..text.floor_char_boundary(SHOWN)).unwrap_or_default();
        (shown, shown.len() < text.len())
    }

    /// The text that names what a file is.
    fn kind(&self) -> &'static str {
        match self.content {
            Content::Audio(media) if media.voice => "message-voice",
            Content::Audio(_) => "message-audio",
            Content::Video(_) => "message-video",
            _ => "message-document",
        }
    }

    /// Its name, where it has one.
    fn file_name(&self, media: &'a Media) -> Option<&'a str> {
        media.filename.as_deref().filter(|name| !name.trim().is_empty())
    }

    /// Its type, size and length, as far as the chat told them.
    fn file_facts(&self, media: &Media) -> String {
        let mut facts: Vec<String> = media.mime.iter().cloned().collect();
        facts.extend(media.size.map(|size| format::size(self.at.language, size)));
        facts.extend(media.duration.map(format::length));
        facts.join(" · ")
    }

    /// Where it is to be had, if a browser can go there.
    fn file_url(&self, media: &'a Media) -> Option<&'a str> {
        match &media.source {
            MediaSource::Url(url) => address(url),
            MediaSource::Handle(_) => None,
        }
    }

    /// The path of a file that this host serves itself, which a page may show and play.
    /// Of others nothing is loaded before somebody presses a link.
    fn own_file(&self, media: &'a Media) -> Option<&'a str> {
        own_file(&self.at.base, self.file_url(media)?)
    }

    /// Whether a browser can show it as a picture.
    fn is_picture(&self, media: &Media) -> bool {
        let mime = media.mime.as_deref().unwrap_or_default();
        ["image/png", "image/jpeg", "image/webp", "image/gif"].contains(&mime)
    }

    /// A map with the place marked.
    fn map(&self, place: &Location) -> String {
        let (latitude, longitude) = (place.latitude, place.longitude);
        format!(
            "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
        )
    }

    /// A phone number as a telephone dials it (RFC 3966).
    fn dialled(&self, number: &str) -> String {
        let plus = if number.trim_start().starts_with('+') { "+" } else { "" };
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        format!("{plus}{digits}")
    }
}

/// Where this host serves files of messages.
const OWN_FILES: [&str; 1] = ["/demo/files/"];

/// The path of a file of this host, whose address is `base`: a plain name below one of
/// its folders of files, and no page.
fn own_file<'a>(base: &str, url: &'a str) -> Option<&'a str> {
    let path = url.strip_prefix(base)?;
    let name = OWN_FILES.iter().find_map(|folder| path.strip_prefix(folder))?;
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-_.".contains(&it);
    (name.bytes().all(plain) && !name.starts_with('.')).then_some(path)
}

/// An address that a browser may be led to: http or https, with a host.
fn address(text: &str) -> Option<&str> {
    let url = url::Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(text)
}

/// Whether `mailto:` can lead there as it stands: of other characters, some would add
/// copies and texts to the letter.
fn is_mailbox(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@.+-_".contains(c);
    text.split('@').count() == 2 && text.chars().all(plain)
}

/// A text and the addresses in it.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut written, mut searched) = (0, 0);
    while let Some(found) = text.get(searched..).and_then(|rest| rest.find("http")) {
        let at = searched + found;
        let run = run(text.get(at..).unwrap_or_default());
        // Each part of a text is looked at once, however many of them begin so.
        searched = at + run.len();
        // What ends a sentence does not belong to it.
        let link =
            run.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '\'', '*', '_']);
        if address(link).is_some() {
            parts.extend(text.get(written..at).filter(|text| !text.is_empty()).map(Part::Text));
            parts.push(Part::Link(link));
            written = at + link.len();
        }
    }
    parts.extend(text.get(written..).filter(|text| !text.is_empty()).map(Part::Text));
    parts
}

/// What goes on without a break.
fn run(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"`".contains(c));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

#[cfg(test)]
#[path = "message_test.rs"]
mod tests;
