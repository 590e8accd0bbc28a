//! Takes secrets out of text that came from outside.

use eclusa_model::{Channel, HttpResponse};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

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
    /// The same for hosts that a secret is, or has as the URL that it is.
    hosts: Vec<(String, String)>,
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
        let secrets = channel.secrets.iter();
        let hosts = secrets.flat_map(|(name, values)| {
            let hosts = values.iter().filter_map(|value| host(value.expose()));
            hosts.map(move |host| (host, format!("[secret {name}]")))
        });
        let mut hosts: Vec<_> = hosts.filter(|(host, _)| host.len() >= Self::SHORTEST).collect();
        // A secret that is a part of another one must not take it apart.
        for list in [&mut replacements, &mut hosts] {
            list.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.len()));
        }
        Self { replacements, hosts }
    }

    /// The text without secrets.
    pub fn text(&self, text: String) -> String {
        replace(text, &self.replacements)
    }

    /// What the host itself says of a request, without secrets. It may name where the
    /// request went, and an adapter may put a secret there: as a part of the host's name,
    /// or as the whole URL, of which the host's name is the part that is seen.
    pub(crate) fn naming_host(&self, text: String) -> String {
        self.text(replace(text, &self.hosts))
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

fn replace(mut text: String, replacements: &[(String, String)]) -> String {
    for (spelling, label) in replacements {
        if text.contains(spelling) {
            text = text.replace(spelling, label);
        }
    }
    text
}

/// The host's name that a secret makes, as a URL or as a part of one, in its normal
/// form.
fn host(secret: &str) -> Option<String> {
    match Url::parse(secret) {
        Ok(url) if url.has_host() => url.host_str().map(str::to_owned),
        _ => Host::parse(secret).ok().map(|host| host.to_string()),
    }
}

impl std::fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scrubber(…)")
    }
}
