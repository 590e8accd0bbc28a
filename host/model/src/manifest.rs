//! What an adapter says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ContentType, Handshake, Samples, Verification};

/// The document that an adapter's `describe` returns, as `wit/manifest.schema.json`
/// specifies it. Unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Short name in kebab case, e.g. `whatsapp-cloud`.
    pub name: String,
    /// The adapter's own version, e.g. `1.4.0`.
    pub version: String,
    /// One sentence: which chat, through which of its interfaces.
    pub summary: String,
    /// Address of a page that says more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<String>,
    /// The chat's base URL where the channel names none. Without it a channel
    /// must have a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_url: Option<String>,
    /// What of each type comes from the chat. A type that is not listed does not.
    pub inbound: BTreeMap<ContentType, Support>,
    /// What of each type the chat takes. A type that is not listed is refused.
    pub outbound: BTreeMap<ContentType, Support>,
    /// JSON Schema of a channel's settings. The default allows none.
    #[serde(default = "no_settings")]
    pub settings_schema: serde_json::Value,
    /// The secrets which a channel holds for this adapter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretSpec>,
    /// How the host verifies requests before the adapter sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// How the chat checks the ingress URL; the host answers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handshake: Option<Handshake>,
    /// What the chat is told about a request that makes no sense.
    #[serde(default)]
    pub on_invalid: OnInvalid,
    /// How fast the chat may be spoken to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Tests that travel with the adapter, and the examples of its documentation.
    #[serde(default)]
    pub samples: Samples,
}

fn no_settings() -> serde_json::Value {
    serde_json::json!({ "type": "object", "additionalProperties": false })
}

impl Manifest {
    /// What becomes of an outbound message of this type.
    pub fn outbound_level(&self, kind: ContentType) -> SupportLevel {
        self.outbound.get(&kind).map_or(SupportLevel::Refused, |support| support.level)
    }

    /// The secrets without which a channel cannot work.
    pub fn required_secrets(&self) -> impl Iterator<Item = &SecretSpec> {
        self.secrets.iter().filter(|secret| secret.required)
    }
}

/// How well one message type is supported in one direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// How well.
    pub level: SupportLevel,
    /// What is lost, or how it looks in the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Longest text or caption, in characters as the chat counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Largest file in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// MIME types which the chat takes, `image/*` for a family; empty for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mime_types: Vec<String>,
}

/// How well one message type is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SupportLevel {
    /// As what it is, with nothing lost.
    Full,
    /// As what it is, with something lost; the note says what.
    Partial,
    /// As a text that says the same.
    FallbackText,
    /// Not at all.
    Refused,
}

/// A secret which a channel holds for an adapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSpec {
    /// Name in kebab case, as in `{secret:NAME}`.
    pub name: String,
    /// What it is and where it is to be had.
    pub summary: String,
    /// A channel cannot be saved without it.
    #[serde(default)]
    pub required: bool,
}

/// What the chat is told about a request that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnInvalid {
    /// 400 with a problem document, for a chat whose developer reads it.
    #[default]
    Reject,
    /// 200, and the request is kept and listed, for a chat that would only send
    /// the same again or switch the webhook off.
    Keep,
}

/// How fast the chat may be spoken to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Messages per second over the whole channel.
    pub per_second: f64,
    /// How many may go out at once after a pause.
    pub burst: u32,
    /// Messages per second within one conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_conversation_per_second: Option<f64>,
}
