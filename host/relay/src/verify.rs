//! Does a request really come from the chat? Decided by the manifest's scheme,
//! before any time is spent in the sandbox.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use eclusa_engine::Secrets;
use eclusa_model::{Encoding, Manifest, Secret, Timestamp, Verification};
use hmac::{Hmac, Mac};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// A request from a chat, as it came over the wire.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// In upper case.
    pub method: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The body before anything was decoded.
    pub body: &'a [u8],
    /// When it came in, in Unix seconds.
    pub now: i64,
}

/// How far a request is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// It comes from the chat.
    Verified,
    /// The scheme exempts its method (a handshake): a reply may be given, but no
    /// event may be accepted from it.
    Unsigned,
    /// Nothing was to be verified: the manifest names no scheme, or a secret
    /// which the channel lacks and need not have.
    NotRequired,
}

/// Why a request is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The header with the signature or the secret is not there.
    #[error("the header `{header}` is missing")]
    SignatureMissing {
        /// The header's name.
        header: String,
    },
    /// The header with the signature is not written as the scheme says.
    #[error("the header `{header}` is not {expected}")]
    SignatureMalformed {
        /// The header's name.
        header: String,
        /// What it should be.
        expected: String,
    },
    /// The signature or the secret is wrong.
    #[error("the header `{header}` does not match this request and the channel's secret")]
    SignatureMismatch {
        /// The header's name.
        header: String,
    },
    /// The header with the time is not there.
    #[error("the header `{header}`, which holds the time of the request, is missing")]
    TimestampMissing {
        /// The header's name.
        header: String,
    },
    /// The header with the time is not one number.
    #[error("the header `{header}` is not a time in Unix seconds")]
    TimestampMalformed {
        /// The header's name.
        header: String,
    },
    /// The request is too old, or from the future.
    #[error(
        "the request's time is {away} s away from this host's clock; {tolerance} s are allowed"
    )]
    TimestampStale {
        /// How far it is away.
        away: u64,
        /// How far it may be.
        tolerance: u32,
    },
    /// The channel lacks a secret without which it cannot verify.
    #[error("the channel has no secret `{secret}`, which its adapter needs to verify requests")]
    SecretNotConfigured {
        /// Name of the secret.
        secret: String,
    },
}

impl VerifyError {
    /// Stable, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignatureMissing { .. } => "signature_missing",
            Self::SignatureMalformed { .. } => "signature_malformed",
            Self::SignatureMismatch { .. } => "signature_mismatch",
            Self::TimestampMissing { .. } => "timestamp_missing",
            Self::TimestampMalformed { .. } => "timestamp_malformed",
            Self::TimestampStale { .. } => "timestamp_stale",
            Self::SecretNotConfigured { .. } => "secret_not_configured",
        }
    }

    /// What to do.
    pub fn action(&self) -> &'static str {
        match self {
            Self::SignatureMissing { .. } | Self::SignatureMalformed { .. } => {
                "Send the header as the channel's documentation shows it."
            }
            Self::SignatureMismatch { .. } => {
                "Use the channel's secret, and sign the body byte for byte as it is sent."
            }
            Self::TimestampMissing { .. } | Self::TimestampMalformed { .. } => {
                "Send the time of the request in Unix seconds in that header."
            }
            Self::TimestampStale { .. } => "Set the sender's clock, and send requests at once.",
            Self::SecretNotConfigured { .. } => "Set this secret of the channel.",
        }
    }
}

/// Verifies a request by the scheme of the adapter's manifest.
///
/// A secret with several values counts as matched by any of them.
///
/// # Errors
/// Why the request is not believed.
pub fn verify(
    manifest: &Manifest,
    secrets: &dyn Secrets,
    request: &SignedRequest<'_>,
) -> Result<Verified, VerifyError> {
    let Some(scheme) = &manifest.verification else { return Ok(Verified::NotRequired) };
    if let Verification::HmacSha256 { unsigned_methods, .. } = scheme
        && unsigned_methods.iter().any(|method| method.eq_ignore_ascii_case(request.method))
    {
        return Ok(Verified::Unsigned);
    }
    let name = scheme.secret();
    let mut values = secrets.values(name);
    // An empty secret would be matched by anyone.
    values.retain(|value| !value.expose().is_empty());
    if values.is_empty() {
        return if manifest.required_secrets().any(|secret| secret.name == name) {
            Err(VerifyError::SecretNotConfigured { secret: name.to_owned() })
        } else {
            Ok(Verified::NotRequired)
        };
    }
    match scheme {
        Verification::HeaderSecret { header, prefix, .. } => {
            let candidate = signature(request.headers, header, prefix)?;
            if matches_any(&values, candidate.as_bytes()) {
                Ok(Verified::Verified)
            } else {
                Err(VerifyError::SignatureMismatch { header: header.clone() })
            }
        }
        Verification::HmacSha256 {
            header, prefix, encoding, signed_content, timestamp, ..
        } => {
            let written = signature(request.headers, header, prefix)?;
            let signature =
                decode(written, *encoding).ok_or_else(|| malformed(header, encoding))?;
            if let Some(timestamp) = timestamp {
                check_time(request, timestamp)?;
            }
            let parts = signed_parts(signed_content, request)?;
            if signed_by_any(&values, &parts, &signature) {
                Ok(Verified::Verified)
            } else {
                Err(VerifyError::SignatureMismatch { header: header.clone() })
            }
        }
    }
}

/// The header's value behind the prefix.
fn signature<'a>(
    headers: &'a HeaderMap,
    header: &str,
    prefix: &str,
) -> Result<&'a str, VerifyError> {
    let malformed =
        |expected: String| VerifyError::SignatureMalformed { header: header.to_owned(), expected };
    let value = single(headers, header)
        .map_err(|TwoValues| malformed("sent just once".to_owned()))?
        .ok_or_else(|| VerifyError::SignatureMissing { header: header.to_owned() })?;
    let value =
        value.to_str().map_err(|_| malformed("text of visible ASCII characters".to_owned()))?;
    value
        .strip_prefix(prefix)
        .ok_or_else(|| malformed(format!("`{prefix}` followed by the signature")))
}

struct TwoValues;

/// The only value of a header. Of two values it is not known which one the
/// chat's own server would have looked at.
fn single<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<&'a http::HeaderValue>, TwoValues> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(TwoValues),
    }
}

fn malformed(header: &str, encoding: &Encoding) -> VerifyError {
    let expected = match encoding {
        Encoding::Hex => "an HMAC-SHA256 in 64 hexadecimal digits",
        Encoding::Base64 => "an HMAC-SHA256 in base64",
    };
    VerifyError::SignatureMalformed { header: header.to_owned(), expected: expected.to_owned() }
}

fn decode(written: &str, encoding: Encoding) -> Option<[u8; 32]> {
    let bytes = match encoding {
        Encoding::Hex => hex::decode(written).ok()?,
        Encoding::Base64 => STANDARD.decode(written).ok()?,
    };
    bytes.try_into().ok()
}

fn check_time(request: &SignedRequest<'_>, timestamp: &Timestamp) -> Result<(), VerifyError> {
    let header = || timestamp.header.clone();
    let value = single(request.headers, &timestamp.header)
        .map_err(|TwoValues| VerifyError::TimestampMalformed { header: header() })?
        .ok_or_else(|| VerifyError::TimestampMissing { header: header() })?;
    let time: i64 = value
        .to_str()
        .ok()
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| VerifyError::TimestampMalformed { header: header() })?;
    let away = request.now.abs_diff(time);
    if away > u64::from(timestamp.tolerance_seconds) {
        return Err(VerifyError::TimestampStale { away, tolerance: timestamp.tolerance_seconds });
    }
    Ok(())
}

/// What was signed, in pieces: `{body}` and `{header:NAME}` stand for parts of
/// the request, anything else for itself.
fn signed_parts<'a>(
    template: &'a str,
    request: &SignedRequest<'a>,
) -> Result<Vec<&'a [u8]>, VerifyError> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        parts.push(before.as_bytes());
        let end = from.find('}').map_or(from.len(), |end| end + 1);
        let (token, after) = from.split_at(end);
        if token == "{body}" {
            parts.push(request.body);
        } else if let Some(name) =
            token.strip_prefix("{header:").and_then(|name| name.strip_suffix('}'))
        {
            let missing = || VerifyError::SignatureMissing { header: name.to_owned() };
            let value = single(request.headers, name)
                .map_err(|TwoValues| VerifyError::SignatureMalformed {
                    header: name.to_owned(),
                    expected: "sent just once".to_owned(),
                })?
                .ok_or_else(missing)?;
            parts.push(value.as_bytes());
        } else {
            parts.push(token.as_bytes());
        }
        rest = after;
    }
    parts.push(rest.as_bytes());
    Ok(parts)
}

/// Compares digests, so that not even a secret's length can be measured; and all
/// values, so that their number cannot either.
fn matches_any(values: &[&Secret], candidate: &[u8]) -> bool {
    let candidate = Sha256::digest(candidate);
    let mut found = Choice::from(0);
    for value in values {
        found |= Sha256::digest(value.expose()).ct_eq(&candidate);
    }
    found.into()
}

fn signed_by_any(values: &[&Secret], parts: &[&[u8]], signature: &[u8; 32]) -> bool {
    let mut found = Choice::from(0);
    for value in values {
        // HMAC takes keys of any length: this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(value.expose().as_bytes()) else {
            continue;
        };
        for part in parts {
            mac.update(part);
        }
        found |= mac.finalize().into_bytes().ct_eq(signature);
    }
    found.into()
}
