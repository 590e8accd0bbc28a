//! How the host knows that a request comes from the chat, as a manifest says it.

mod check;
mod handshake;
mod jwt;
mod place;
mod secret;
mod signature;
mod signed_content;
mod timestamp;

use serde::{Deserialize, Serialize};

pub use handshake::{BodyHandshake, BodyReply, Handshake, QueryHandshake};
pub use jwt::{Audience, BodyHash, Jwks, Jwt, JwtKey};
pub use place::Place;
pub use secret::{BasicSecret, HeaderSecret, SharedSecret};
pub use signature::{Encoding, KeyFormat, Signature};
pub use signed_content::{ContentPart, InvalidSignedContent, SignedContent};
pub use timestamp::{TimeFormat, Timestamp, TimestampSource};

/// How the host verifies that a request comes from the chat. `docs/signatures.md`
/// has the recipe of each chat that is known.
///
/// Where the channel lacks the secret that a scheme names, requests are let in
/// unverified only if the manifest does not call that secret required.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "scheme", rename_all = "kebab-case")]
pub enum Verification {
    /// A header holds the secret itself.
    HeaderSecret(HeaderSecret),
    /// Any place of the request holds the secret itself.
    Secret(SharedSecret),
    /// The secret is the password of HTTP Basic authentication (RFC 7617).
    Basic(BasicSecret),
    /// A header holds an HMAC-SHA256 over the request (RFC 2104).
    HmacSha256(Signature),
    /// A header holds an HMAC-SHA1 over the request (RFC 2104).
    HmacSha1(Signature),
    /// A header holds an Ed25519 signature over the request (RFC 8032); the secret
    /// is the public key.
    Ed25519(Signature),
    /// A signed token comes with the request (RFC 7519).
    Jwt(Box<Jwt>),
}

impl Verification {
    /// Name of the secret which the scheme needs; none where the keys are public.
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::HeaderSecret(it) => Some(&it.secret),
            Self::Secret(it) => Some(&it.secret),
            Self::Basic(it) => Some(&it.secret),
            Self::HmacSha256(it) | Self::HmacSha1(it) | Self::Ed25519(it) => Some(&it.secret),
            Self::Jwt(it) => it.key.secret(),
        }
    }

    /// The name of the scheme, as in the manifest.
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::HeaderSecret(_) => "header-secret",
            Self::Secret(_) => "secret",
            Self::Basic(_) => "basic",
            Self::HmacSha256(_) => "hmac-sha256",
            Self::HmacSha1(_) => "hmac-sha1",
            Self::Ed25519(_) => "ed25519",
            Self::Jwt(_) => "jwt",
        }
    }

    /// The place that is looked at first.
    pub fn place(&self) -> Place {
        let header = |name: &str, prefix: &str| Place::Header {
            header: name.to_owned(),
            prefix: prefix.to_owned(),
        };
        match self {
            Self::HeaderSecret(it) => header(&it.header, &it.prefix),
            Self::Secret(it) => it.place.clone(),
            Self::Basic(_) => header("authorization", ""),
            Self::HmacSha256(it) | Self::HmacSha1(it) | Self::Ed25519(it) => {
                header(&it.header, &it.prefix)
            }
            Self::Jwt(it) => it.place.clone(),
        }
    }

    /// Whether requests by this method carry no signature.
    pub fn is_unsigned(&self, method: &str) -> bool {
        match self {
            Self::HmacSha256(it) | Self::HmacSha1(it) | Self::Ed25519(it) => {
                it.unsigned_methods.iter().any(|known| known.eq_ignore_ascii_case(method))
            }
            Self::HeaderSecret(_) | Self::Secret(_) | Self::Basic(_) | Self::Jwt(_) => false,
        }
    }

    /// The place that must never be stored or shown, since what stands there
    /// proves who sends a request. A token within the body stays: it may be the
    /// very message, and it holds for a short time only.
    pub fn secret_place(&self) -> Option<Place> {
        match self {
            Self::HmacSha256(_) | Self::HmacSha1(_) | Self::Ed25519(_) => None,
            Self::Jwt(it) if matches!(it.place, Place::Json { .. } | Place::Form { .. }) => None,
            Self::HeaderSecret(_) | Self::Secret(_) | Self::Basic(_) | Self::Jwt(_) => {
                Some(self.place())
            }
        }
    }
}
