//! How a chat checks that an ingress URL is right, before it sends anything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A question by which the chat checks the ingress URL. The host answers it
/// without the adapter, and nothing is recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "scheme", rename_all = "kebab-case")]
pub enum Handshake {
    /// A `GET` with a challenge among its query parameters (Meta).
    Query(QueryHandshake),
    /// A `POST`, verified like any other, with a challenge in its JSON (Slack).
    Body(BodyHandshake),
}

/// A `GET` with a challenge among its query parameters; it is given back as
/// `text/plain` to whoever knows the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryHandshake {
    /// Parameters and their values by which such a request is known, e.g.
    /// `hub.mode` and `subscribe`.
    pub when: BTreeMap<String, String>,
    /// The parameter that holds the secret.
    pub token: String,
    /// Name of the secret.
    pub secret: String,
    /// The parameter that holds the challenge.
    pub challenge: String,
}

/// A `POST` with a challenge in its JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyHandshake {
    /// JSON pointers and their values by which such a request is known, e.g.
    /// `/type` and `url_verification`.
    pub when: BTreeMap<String, Value>,
    /// What is answered.
    pub reply: BodyReply,
}

/// What is answered to a [`BodyHandshake`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyReply {
    /// The text at this JSON pointer, as `text/plain`.
    Text(String),
    /// A JSON object: each key with the text at its JSON pointer.
    Echo(BTreeMap<String, String>),
    /// This JSON.
    Json(Value),
}
