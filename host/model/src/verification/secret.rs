//! Schemes by which the secret itself travels with the request.

use serde::{Deserialize, Serialize};

use super::Place;

/// A header holds the secret itself (Telegram, Sunshine Conversations).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderSecret {
    /// The header's name.
    pub header: String,
    /// What stands before the secret in the header, e.g. `Bearer `.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// Name of the secret.
    pub secret: String,
}

/// A place of the request holds the secret itself (Bitrix24: a field of the form).
/// It is taken out before the request is stored or shown to the adapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedSecret {
    /// Where it stands.
    #[serde(rename = "in")]
    pub place: Place,
    /// Name of the secret.
    pub secret: String,
}

/// The secret is the password of HTTP Basic authentication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasicSecret {
    /// Who the chat says it is. Default: none, and the secret is `USER:PASSWORD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Name of the secret.
    pub secret: String,
}
