//! HMACs and Ed25519 signatures over parts of the request.

use std::borrow::Cow;

use eclusa_model::{Encoding, Place, Secret, Signature, TimeFormat, Timestamp, TimestampSource};
use ed25519_dalek::VerifyingKey;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::read::{self, Twice};
use super::{SignedRequest, VerifyError, content, secret};

/// So many signatures of one header are looked at: those of the keys that a chat
/// is changing.
const MOST: usize = 8;

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    HmacSha256,
    HmacSha1,
    Ed25519,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "an HMAC-SHA256",
            Self::HmacSha1 => "an HMAC-SHA1",
            Self::Ed25519 => "an Ed25519 signature",
        }
    }

    fn length(self) -> usize {
        match self {
            Self::HmacSha256 => 32,
            Self::HmacSha1 => 20,
            Self::Ed25519 => 64,
        }
    }

    /// Whether one of the signatures was made with the key over the pieces.
    fn signed(self, key: &[u8], pieces: &[Cow<'_, [u8]>], signatures: &[Vec<u8>]) -> Choice {
        match self {
            Self::HmacSha256 => mac::<Hmac<Sha256>>(key, pieces, signatures),
            Self::HmacSha1 => mac::<Hmac<Sha1>>(key, pieces, signatures),
            Self::Ed25519 => ed25519(key, &pieces.concat(), signatures),
        }
    }
}

/// Verifies the signature of a request.
pub(super) fn verify(
    algorithm: Algorithm,
    scheme: &Signature,
    values: &[&Secret],
    request: &SignedRequest<'_>,
) -> Result<(), VerifyError> {
    let place = Place::Header { header: scheme.header.clone(), prefix: String::new() };
    let written = read::at(&place, request)?;
    let entries = Entries { written: &written, separator: scheme.separator.as_deref() };
    let signatures = signatures(algorithm, scheme, entries, &place)?;
    let time = match &scheme.timestamp {
        Some(timestamp) => checked_time(timestamp, entries, &place, request)?,
        None => "",
    };
    let pieces = content::signed(&scheme.signed_content, request, time)?;
    let mut found = Choice::from(0);
    for key in secret::keys(&scheme.secret, values, scheme.key)? {
        found |= algorithm.signed(&key, &pieces, &signatures);
    }
    if found.into() { Ok(()) } else { Err(VerifyError::mismatch(&place)) }
}

/// What stands in the header of the signature.
#[derive(Clone, Copy)]
struct Entries<'a> {
    written: &'a str,
    separator: Option<&'a str>,
}

impl<'a> Entries<'a> {
    /// Those behind a prefix.
    fn behind(self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        // Nothing is cut where there is only one.
        let parts = self.written.split(self.separator.unwrap_or("\n"));
        parts.filter_map(move |part| {
            let part = if self.separator.is_some() { part.trim() } else { part };
            part.strip_prefix(prefix)
        })
    }
}

fn signatures(
    algorithm: Algorithm,
    scheme: &Signature,
    entries: Entries<'_>,
    place: &Place,
) -> Result<Vec<Vec<u8>>, VerifyError> {
    let prefix = &scheme.prefix;
    let written: Vec<_> = entries.behind(prefix).take(MOST + 1).collect();
    if written.is_empty() {
        return Err(VerifyError::malformed(place, format!("`{prefix}` and the signature")));
    }
    if written.len() > MOST {
        return Err(VerifyError::malformed(place, format!("at most {MOST} signatures")));
    }
    // One that cannot be read must not hide another one that can.
    let signatures: Vec<_> = written
        .iter()
        .filter_map(|it| secret::decode(it, scheme.encoding, algorithm.length()))
        .collect();
    if signatures.is_empty() {
        let (what, length) = (algorithm.name(), algorithm.length());
        let expected = match scheme.encoding {
            Encoding::Hex => format!("{what} in {} hexadecimal digits", 2 * length),
            Encoding::Base64 => format!("{what} in base64"),
            Encoding::Base64url => format!("{what} in base64url"),
        };
        return Err(VerifyError::malformed(place, expected));
    }
    Ok(signatures)
}

/// The time as it is written, checked.
fn checked_time<'a>(
    timestamp: &'a Timestamp,
    entries: Entries<'a>,
    signature: &Place,
    request: &SignedRequest<'a>,
) -> Result<&'a str, VerifyError> {
    let expected = match timestamp.format {
        TimeFormat::Seconds => "Unix seconds",
        TimeFormat::Milliseconds => "Unix milliseconds",
        TimeFormat::Rfc3339 => "RFC 3339",
    };
    let place = || match &timestamp.source {
        TimestampSource::Header(name) => {
            Place::Header { header: name.clone(), prefix: String::new() }.to_string()
        }
        TimestampSource::Entry(prefix) => format!("`{prefix}` of {signature}"),
    };
    let malformed = || VerifyError::TimestampMalformed { place: place(), expected };
    let missing = || VerifyError::TimestampMissing { place: place() };
    let written = match &timestamp.source {
        TimestampSource::Header(name) => {
            let value = read::header(request.headers, name).map_err(|Twice| malformed())?;
            value.ok_or_else(missing)?.to_str().map_err(|_| malformed())?
        }
        TimestampSource::Entry(prefix) => {
            let mut found = entries.behind(prefix);
            match (found.next(), found.next()) {
                (Some(time), None) => time,
                (None, _) => return Err(missing()),
                (Some(_), Some(_)) => return Err(malformed()),
            }
        }
    };
    let time_ms = match timestamp.format {
        TimeFormat::Seconds => written.parse::<i64>().ok().map(|it| it.saturating_mul(1000)),
        TimeFormat::Milliseconds => written.parse().ok(),
        TimeFormat::Rfc3339 => OffsetDateTime::parse(written, &Rfc3339)
            .ok()
            .and_then(|it| i64::try_from(it.unix_timestamp_nanos() / 1_000_000).ok()),
    };
    let away = request.now_ms.abs_diff(time_ms.ok_or_else(malformed)?) / 1000;
    let tolerance = timestamp.tolerance_seconds;
    if away > u64::from(tolerance) {
        return Err(VerifyError::TimestampStale { away, tolerance });
    }
    Ok(written)
}

fn mac<M: Mac + hmac::digest::KeyInit>(
    key: &[u8],
    pieces: &[Cow<'_, [u8]>],
    signatures: &[Vec<u8>],
) -> Choice {
    let mut found = Choice::from(0);
    // HMAC takes keys of any length: this cannot fail.
    let Ok(mut mac) = <M as Mac>::new_from_slice(key) else { return found };
    for piece in pieces {
        mac.update(piece);
    }
    let right = mac.finalize().into_bytes();
    for signature in signatures {
        found |= right.as_slice().ct_eq(signature);
    }
    found
}

/// Whether it is a key with which signatures can be verified.
pub(super) fn is_public_key(key: &[u8]) -> bool {
    let key = <[u8; 32]>::try_from(key).ok().and_then(|it| VerifyingKey::from_bytes(&it).ok());
    key.is_some_and(|key| !key.is_weak())
}

/// All of it is public here: nothing to be measured.
fn ed25519(key: &[u8], message: &[u8], signatures: &[Vec<u8>]) -> Choice {
    let key = <[u8; 32]>::try_from(key).ok().and_then(|it| VerifyingKey::from_bytes(&it).ok());
    let right = |signature: &Vec<u8>| {
        let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
        key.as_ref()?.verify_strict(message, &signature).ok()
    };
    Choice::from(u8::from(signatures.iter().any(|it| right(it).is_some())))
}
