//! Samples: tests that travel with an adapter, and the examples of its
//! documentation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ChannelView, HttpResponse, OutboundMessage, Problem, Request, Warning, WarningKind};

/// All samples of an adapter.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Samples {
    /// Requests from the chat, with what they must become.
    #[serde(default)]
    pub receive: Vec<ReceiveSample>,
    /// Messages to the chat, with the requests they must become.
    #[serde(default)]
    pub send: Vec<SendSample>,
}

/// A request from the chat, and what it must become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiveSample {
    /// Short, unique among the adapter's samples, e.g. `text`.
    pub name: String,
    /// What it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The channel it is run for.
    #[serde(default)]
    pub channel: SampleChannel,
    /// The request.
    pub request: SampleRequest,
    /// The events it must become, exactly.
    #[serde(default)]
    pub events: Vec<serde_json::Value>,
    /// The reply it must get, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<HttpResponse>,
    /// Kinds and codes of the warnings it must give, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ExpectedWarning>,
    /// The problem it must end in instead; only kind, code and pointer are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<ExpectedProblem>,
}

/// A message to the chat, and the request it must become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendSample {
    /// Short, unique among the adapter's samples.
    pub name: String,
    /// What it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The channel it is run for.
    #[serde(default)]
    pub channel: SampleChannel,
    /// The message.
    pub message: OutboundMessage,
    /// The request it must become. A JSON body is compared as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<ExpectedRequest>,
    /// Kinds and codes of the warnings it must give, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ExpectedWarning>,
    /// The problem it must end in instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<ExpectedProblem>,
    /// Responses of the chat, and what each must mean.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responses: Vec<SettleSample>,
}

/// A response of the chat to a message, and what it must mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleSample {
    /// The response.
    pub response: SampleResponse,
    /// The `state` of the request that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What it must mean, in part: every value given here must be there.
    pub outcome: serde_json::Value,
}

/// A body: text as it stands, or JSON to be written compactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// Byte for byte.
    Text(String),
    /// Written compactly, keys in the order of the alphabet.
    Json(serde_json::Value),
}

impl Body {
    /// The body as it goes over the wire.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Json(value) => value.to_string(),
        }
    }
}

/// The channel a sample is run for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleChannel {
    /// The channel's URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The channel's settings.
    #[serde(default = "empty_object")]
    pub settings: serde_json::Value,
    /// Secrets for `secret-matches`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
}

fn empty_object() -> serde_json::Value {
    serde_json::Value::Object(serde_json::Map::new())
}

impl Default for SampleChannel {
    fn default() -> Self {
        Self { url: None, settings: empty_object(), secrets: BTreeMap::new() }
    }
}

impl SampleChannel {
    /// What the adapter sees of it.
    pub fn view(&self) -> ChannelView {
        ChannelView {
            id: "sample".to_owned(),
            name: "Sample".to_owned(),
            url: self.url.as_deref().map(|url| url.trim_end_matches('/').to_owned()),
            settings: self.settings.to_string(),
        }
    }
}

/// A request from the chat in a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRequest {
    /// `POST` where it is not said.
    #[serde(default = "post", skip_serializing_if = "is_post")]
    pub method: String,
    /// What follows the ingress key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Query parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    /// Headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

fn post() -> String {
    "POST".to_owned()
}

fn is_post(method: &str) -> bool {
    method == "POST"
}

impl SampleRequest {
    /// The time at which every sample is received.
    pub const RECEIVED_AT: &str = "2026-01-02T03:04:05Z";

    /// The request as the adapter gets it.
    pub fn to_request(&self) -> Request {
        Request {
            method: self.method.to_ascii_uppercase(),
            path: self.path.clone(),
            query: self.query.clone().into_iter().collect(),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
                .collect(),
            body: self.body.as_ref().map(Body::to_text).unwrap_or_default(),
            received_at: Self::RECEIVED_AT.to_owned(),
        }
    }
}

/// A response of the chat in a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleResponse {
    /// Its status.
    pub status: u16,
    /// Its headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Its body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

impl SampleResponse {
    /// The response as the adapter gets it.
    pub fn to_response(&self) -> HttpResponse {
        HttpResponse {
            status: self.status,
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
                .collect(),
            body: self.body.as_ref().map(Body::to_text).unwrap_or_default(),
        }
    }
}

/// The request which a message must become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedRequest {
    /// Its method.
    pub method: String,
    /// Its URL, with secrets as placeholders.
    pub url: String,
    /// Its headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Its body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

/// A warning which a sample must give.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedWarning {
    /// Its kind.
    pub kind: WarningKind,
    /// Its code.
    pub code: String,
}

impl ExpectedWarning {
    /// Whether the adapter's warning is the expected one.
    pub(crate) fn matches(&self, warning: &Warning) -> bool {
        self.kind == warning.kind && self.code == warning.code
    }
}

/// A problem which a sample must end in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedProblem {
    /// Its kind.
    pub kind: crate::ProblemKind,
    /// Its code.
    pub code: String,
    /// Its pointer, if it is to be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

impl ExpectedProblem {
    pub(crate) fn matches(&self, problem: &Problem) -> bool {
        self.kind == problem.kind
            && self.code == problem.code
            && (self.pointer.is_none() || self.pointer == problem.pointer)
    }
}
