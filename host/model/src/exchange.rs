//! What goes over the wire to and from a chat, and what adapters make of it.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::{Event, Problem, Warning};

/// What an adapter sees of the channel it works for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelView {
    /// Eclusa's id of the channel.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// Where the chat listens, without a `/` at its end.
    pub url: Option<String>,
    /// JSON object, valid against the manifest's `settings_schema`.
    pub settings: String,
}

/// An HTTP request from the chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// In upper case.
    pub method: String,
    /// What follows the channel's ingress key; empty or starting with `/`.
    pub path: String,
    /// Decoded query parameters in order.
    pub query: Vec<(String, String)>,
    /// Headers with lower-case names, in order, without those that carry a secret.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: String,
    /// When the host received it, RFC 3339.
    pub received_at: String,
}

impl Request {
    /// The first value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The first value of a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// An HTTP request to the chat, which the host is to make.
///
/// `{secret:NAME}` in URL, header values and body is replaced by that secret of
/// the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpRequest {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Headers; in JSON an object, in the order given.
    #[serde(default, with = "pairs")]
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl HttpRequest {
    /// A `GET` without headers.
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: "GET".to_owned(), url: url.into(), headers: Vec::new(), body: None }
    }

    /// A `POST` of a JSON body, its keys in the order in which they are written.
    pub fn post_json(url: impl Into<String>, body: &impl Serialize) -> Self {
        Self {
            method: "POST".to_owned(),
            url: url.into(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            // Nothing that is serialized here has keys which are no strings.
            body: serde_json::to_string(body).ok(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// An HTTP response: from the chat, or to it as the reply of `receive`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpResponse {
    /// 200 to 599.
    pub status: u16,
    /// Headers; in JSON an object, in the order given.
    #[serde(default, with = "pairs")]
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(default)]
    pub body: String,
}

impl HttpResponse {
    /// A response in plain text.
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())],
            body: body.into(),
        }
    }

    /// Whether the status says success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

/// What a request from the chat means.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Received {
    /// In the order in which they happened.
    pub events: Vec<Event>,
    /// The answer to the chat where it must be a certain one.
    pub reply: Option<HttpResponse>,
    /// What was left out, and why.
    pub warnings: Vec<Warning>,
}

impl Received {
    /// Events and nothing else.
    pub fn events(events: Vec<Event>) -> Self {
        Self { events, ..Self::default() }
    }

    /// The answer to a handshake.
    pub fn reply(reply: HttpResponse) -> Self {
        Self { reply: Some(reply), ..Self::default() }
    }

    /// Nothing for the platform, and why.
    pub fn nothing(warning: Warning) -> Self {
        Self { warnings: vec![warning], ..Self::default() }
    }
}

/// How an outbound message is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Prepared {
    /// The request to make.
    pub request: HttpRequest,
    /// What the chat will not show as the platform wrote it.
    pub warnings: Vec<Warning>,
}

impl From<HttpRequest> for Prepared {
    fn from(request: HttpRequest) -> Self {
        Self { request, warnings: Vec::new() }
    }
}

/// A further request, and what the next call is to remember.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextRequest {
    /// The request to make.
    pub request: HttpRequest,
    /// Comes back with the response.
    pub state: String,
}

/// The chat took the message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The chat's id of the message, if it gave one.
    pub external_id: Option<String>,
    /// What the chat will not show as the platform wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// The chat wants to be asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Postponement {
    /// Seconds to wait at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_seconds: Option<u32>,
    /// Why.
    pub problem: Problem,
}

/// What the chat's response to an outbound message means.
///
/// In JSON an object with one key: `sent`, `next`, `retry` or `refused`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was taken.
    Sent(Receipt),
    /// Another request is needed first.
    Next(NextRequest),
    /// Not now.
    Retry(Postponement),
    /// Not at all.
    Refused(Problem),
}

impl Outcome {
    /// It was taken; the chat's id of the message where it gave one.
    pub fn sent(external_id: Option<String>) -> Self {
        Self::Sent(Receipt { external_id, warnings: Vec::new() })
    }

    /// Not now.
    pub fn retry(after_seconds: Option<u32>, problem: Problem) -> Self {
        Self::Retry(Postponement { after_seconds, problem: problem.retryable() })
    }
}

/// A response on the way to a file, and what was remembered for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaResponse {
    /// The chat's response.
    pub response: HttpResponse,
    /// The `state` of the request that it answers.
    pub state: String,
}

/// The next step towards the bytes of a file.
///
/// In JSON an object with one key: `file` or `ask`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaStep {
    /// The response to this request is the file.
    File(HttpRequest),
    /// The response to this request tells more.
    Ask(NextRequest),
}

/// Pairs as a JSON object in their own order.
mod pairs {
    use super::{SerializeMap, Serializer};
    use serde::Deserializer;
    use serde::de::{MapAccess, Visitor};

    pub(super) fn serialize<S: Serializer>(
        pairs: &[(String, String)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(pairs.len()))?;
        for (name, value) in pairs {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(String, String)>, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Vec<(String, String)>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
