//! Takes secrets out of text that came from outside.

use eclusa_model::{Channel, HttpResponse};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::fill::json_escaped;

/// Takes the values of a channel's secrets and headers out of text, in the
/// spellings in which they come back: as they stand, within JSON, percent-encoded,
/// and in small letters, as hosts are written.
///
/// Shorter values than [`Scrubber::SHORTEST`] are left alone: they would be found
/// by chance, e.g. within an id, which must stay digit for digit.
pub struct Scrubber {
    /// What is looked for, and what stands there afterwards; longest first.
    replacements: Vec<(String, String)>,
}

impl Scrubber {
    /// Length in bytes from which on a value is taken out.
    pub const SHORTEST: usize = 8;

    /// For one channel.
    pub fn new(channel: &Channel) -> Self {
        let secrets = channel
            .secrets
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (name, value)))
            .map(|(name, value)| (value.expose(), format!("[secret {name}]")));
        let headers = channel
            .headers
            .iter()
            .map(|(name, value)| (value.expose(), format!("[header {name}]")));
        let mut replacements = Vec::new();
        for (value, label) in secrets.chain(headers) {
            if value.len() < Self::SHORTEST {
                continue;
            }
            let json = json_escaped(value);
            let percent = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
            let form = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let lower = value.to_lowercase();
            for spelling in [value.to_owned(), json, percent, form, lower] {
                if !replacements.iter().any(|(known, _)| *known == spelling) {
                    replacements.push((spelling, label.clone()));
                }
            }
        }
        // A secret that is a part of another one must not take it apart.
        replacements.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.len()));
        Self { replacements }
    }

    /// The text without secrets.
    pub fn text(&self, mut text: String) -> String {
        for (spelling, label) in &self.replacements {
            if text.contains(spelling) {
                text = text.replace(spelling, label);
            }
        }
        text
    }

    /// The response without secrets in headers and body.
    pub fn response(&self, mut response: HttpResponse) -> HttpResponse {
        for (_, value) in &mut response.headers {
            *value = self.text(std::mem::take(value));
        }
        response.body = self.text(response.body);
        response
    }
}

impl std::fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scrubber(…)")
    }
}
