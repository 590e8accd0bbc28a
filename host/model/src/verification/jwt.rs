//! Signed tokens that come with a request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Encoding, KeyFormat, Place};

/// A JSON Web Token (RFC 7519) says who sends the request. Its algorithm is fixed
/// here and never by the token; it must have an end (`exp`, or `iat` with
/// [`Jwt::max_age_seconds`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwt {
    /// Where the token stands.
    #[serde(rename = "in")]
    pub place: Place,
    /// What it is signed with.
    pub key: JwtKey,
    /// The issuers (`iss`) that are believed. Default: any that has the key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issuers: Vec<String>,
    /// Whom the token must be meant for (`aud`). Default: anyone, which only a
    /// key of the channel's own allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// Claims that must have exactly these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<String, Value>,
    /// Claims that must equal a text in the body, by its JSON pointer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub body_claims: BTreeMap<String, String>,
    /// The claim that holds a hash of the body. Default: the token says nothing
    /// of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_hash: Option<BodyHash>,
    /// How long after `iat` a token is believed, in seconds; then `exp` may be
    /// missing. Default: until `exp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
    /// How far the clocks may be apart, in seconds. Default 60.
    #[serde(default = "leeway")]
    pub leeway_seconds: u32,
}

fn leeway() -> u32 {
    60
}

/// What a token is signed with: the algorithm decides which kind of key it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "algorithm", deny_unknown_fields)]
pub enum JwtKey {
    /// HMAC-SHA256 with a secret of the channel.
    #[serde(rename = "HS256")]
    Hs256 {
        /// Name of the secret.
        secret: String,
        /// How the secret is written.
        #[serde(default, skip_serializing_if = "KeyFormat::is_text")]
        key: KeyFormat,
    },
    /// RSA (PKCS #1 1.5) with SHA-256.
    #[serde(rename = "RS256")]
    Rs256 {
        /// Where the chat publishes its keys.
        jwks: Jwks,
    },
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256 {
        /// Where the chat publishes its keys.
        jwks: Jwks,
    },
}

impl JwtKey {
    /// Name of the secret, where it is one.
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::Hs256 { secret, .. } => Some(secret),
            Self::Rs256 { .. } | Self::Es256 { .. } => None,
        }
    }

    /// Where the keys are published, where they are public.
    pub fn jwks(&self) -> Option<&Jwks> {
        match self {
            Self::Hs256 { .. } => None,
            Self::Rs256 { jwks } | Self::Es256 { jwks } => Some(jwks),
        }
    }
}

/// Where a chat publishes its keys: a JSON Web Key Set (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Jwks {
    /// At this https URL.
    Url(String),
    /// At the URL in this setting of the channel.
    Setting(String),
}

/// Whom a token must be meant for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// This text.
    Text(String),
    /// The text in this setting of the channel.
    Setting(String),
    /// The channel's ingress URL.
    Url,
}

/// The claim that holds the SHA-256 of the body. It may be missing only where the
/// body is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyHash {
    /// The claim's name.
    pub claim: String,
    /// How it is written. Default `hex`.
    #[serde(default)]
    pub encoding: Encoding,
}
