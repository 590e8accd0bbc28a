//! Puts the values of secrets where an adapter wrote placeholders.

use eclusa_model::{Channel, HttpRequest, Problem};
use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::mask::Mask;
use super::template::{Segment, segments};
use crate::http::{InvalidHeader, OutgoingRequest, check_header};

/// What is encoded in a secret within a URL: everything that could end a path
/// segment or a query parameter. `:` and `@` may stand in both, and Telegram
/// wants its token with `:`.
const URL_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'*')
    .remove(b',');

/// Fills the placeholders of a request that does not hold any text of a message,
/// and adds the channel's headers, which win over the adapter's.
///
/// How a value is written depends on its place: percent-encoded in the URL (but
/// as it stands where the URL begins with the placeholder: then the secret is a
/// URL itself), as it stands in headers; in the body by the content type:
/// escaped as in a JSON string, form-encoded, escaped as XML, else as it stands.
///
/// # Errors
/// A missing secret, or a request that cannot be sent.
pub fn fill(request: &HttpRequest, channel: &Channel) -> Result<OutgoingRequest, Problem> {
    fill_with(request, channel, None)
}

/// As [`fill`]; outside of the placeholders, `mask` is taken off.
pub(super) fn fill_with(
    request: &HttpRequest,
    channel: &Channel,
    mask: Option<&Mask>,
) -> Result<OutgoingRequest, Problem> {
    let filler = Filler { channel, mask };
    let url = filler.fill(&request.url, Writing::Url)?;
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let value = filler.fill(value, Writing::Plain)?;
        let (name, mut value) = check_header(name, &value).map_err(adapter_header)?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    for (name, value) in &channel.headers {
        let (name, mut value) = check_header(name, value.expose())
            .map_err(|error| channel_header(&error, &channel.profile.id))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let body = match &request.body {
        Some(body) => Some(filler.fill(body, Writing::of_body(&headers, body))?),
        None => None,
    };
    OutgoingRequest::new(&request.method, &url, headers, body).map_err(|error| error.problem())
}

/// How a value is written at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    Plain,
    Url,
    Json,
    Form,
    Xml,
}

impl Writing {
    fn of_body(headers: &HeaderMap, body: &str) -> Self {
        let declared = headers
            .get(http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .map(|mime| mime.trim().to_ascii_lowercase());
        match declared.as_deref() {
            Some("application/x-www-form-urlencoded") => Self::Form,
            Some(mime) if mime.ends_with("/json") || mime.ends_with("+json") => Self::Json,
            Some(mime) if mime.ends_with("/xml") || mime.ends_with("+xml") => Self::Xml,
            Some(_) => Self::Plain,
            // Most likely what it looks like.
            None if body.trim_start().starts_with(['{', '[']) => Self::Json,
            None => Self::Plain,
        }
    }

    fn write(self, value: &str) -> String {
        match self {
            Self::Plain => value.to_owned(),
            Self::Url => utf8_percent_encode(value, URL_VALUE).to_string(),
            Self::Form => url::form_urlencoded::byte_serialize(value.as_bytes()).collect(),
            Self::Json => json_escaped(value),
            Self::Xml => value
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
                .replace('\'', "&#39;"),
        }
    }
}

/// As within a JSON string, without the quotes around it.
pub(super) fn json_escaped(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

struct Filler<'a> {
    channel: &'a Channel,
    mask: Option<&'a Mask>,
}

impl Filler<'_> {
    fn fill(&self, text: &str, writing: Writing) -> Result<String, Problem> {
        let mut filled = String::with_capacity(text.len() + 64);
        for segment in segments(text) {
            match segment {
                Segment::Literal(literal) => match self.mask {
                    Some(mask) => filled.push_str(&mask.restore(literal)),
                    None => filled.push_str(literal),
                },
                Segment::Secret(name) => {
                    let value = self.secret(name)?;
                    if writing == Writing::Url && filled.is_empty() {
                        filled.push_str(value);
                    } else {
                        filled.push_str(&writing.write(value));
                    }
                }
            }
        }
        Ok(filled)
    }

    fn secret(&self, name: &str) -> Result<&str, Problem> {
        self.channel.secrets.get(name).map(|values| values.newest().expose()).ok_or_else(|| {
            let channel = &self.channel.profile.id;
            Problem::configuration(
                "secret_missing",
                format!("channel `{channel}` has no secret `{name}`, which its adapter needs"),
            )
            .action(format!("Set the secret `{name}` of channel `{channel}`."))
        })
    }
}

fn adapter_header(error: InvalidHeader) -> Problem {
    Problem::configuration("invalid_header", format!("the adapter's request: {error}"))
        .action("Correct the adapter, or the secret that it puts into this header.")
}

fn channel_header(error: &InvalidHeader, channel: &str) -> Problem {
    Problem::configuration("invalid_header", format!("headers of channel `{channel}`: {error}"))
        .action("Correct the channel's headers.")
}
