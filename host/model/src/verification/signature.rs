//! Schemes by which a header holds a signature over the request.

use serde::{Deserialize, Serialize};

use super::{SignedContent, Timestamp};

/// A header holds one signature over parts of the request, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The header's name.
    pub header: String,
    /// What stands before the signature in the header, e.g. `sha256=`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// What stands between several entries of the header, e.g. `,`: those that
    /// begin with the prefix are signatures, of which any may be right. Default:
    /// the header is one signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<String>,
    /// Name of the secret; for Ed25519 it is the chat's public key.
    pub secret: String,
    /// How the secret is written.
    #[serde(default, skip_serializing_if = "KeyFormat::is_text")]
    pub key: KeyFormat,
    /// How the signature is written.
    #[serde(default)]
    pub encoding: Encoding,
    /// What is signed.
    #[serde(default)]
    pub signed_content: SignedContent,
    /// Where the time of the request stands. Default: the time is not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// Methods whose requests carry no signature. From such a request no event is
    /// accepted, only a reply. A handshake is better declared as one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsigned_methods: Vec<String>,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Hexadecimal, either case.
    #[default]
    Hex,
    /// Base64 of RFC 4648 section 4, padded.
    Base64,
    /// Base64 of RFC 4648 section 5 (`-` and `_`), padded or not.
    Base64url,
}

/// How a secret that is a key is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyFormat {
    /// Its bytes are the key.
    #[default]
    Text,
    /// Hexadecimal, either case.
    Hex,
    /// Base64, either alphabet, padded or not.
    Base64,
    /// `whsec_` and Base64, as Standard Webhooks hands it out; `whsec_` may be
    /// left out.
    Whsec,
}

impl KeyFormat {
    pub(super) fn is_text(&self) -> bool {
        *self == Self::Text
    }
}
