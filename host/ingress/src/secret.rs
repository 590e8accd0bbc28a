//! Secrets as they are compared and used.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use eclusa_model::{Encoding, KeyFormat, Secret};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::VerifyError;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Whether `candidate` is one of the values. Digests are compared, so that not
/// even a secret's length can be measured; and all values, so that their number
/// cannot either.
pub(super) fn matches_any<'s>(values: impl Iterator<Item = &'s str>, candidate: &[u8]) -> bool {
    let candidate = Sha256::digest(candidate);
    let mut found = Choice::from(0);
    for value in values {
        found |= Sha256::digest(value).ct_eq(&candidate);
    }
    found.into()
}

/// The keys that a secret's values stand for.
pub(super) fn keys(
    name: &str,
    values: &[&Secret],
    format: KeyFormat,
) -> Result<Vec<Vec<u8>>, VerifyError> {
    let keys: Vec<_> = values
        .iter()
        .filter_map(|value| key(value.expose(), format))
        .filter(|key| !key.is_empty())
        .collect();
    if keys.is_empty() {
        let expected = expected(format);
        return Err(VerifyError::SecretMalformed { secret: name.to_owned(), expected });
    }
    Ok(keys)
}

/// How a secret is to be written.
pub(super) fn expected(format: KeyFormat) -> &'static str {
    match format {
        KeyFormat::Text => "expected a text",
        KeyFormat::Hex => "expected hexadecimal digits",
        KeyFormat::Base64 => "expected Base64",
        KeyFormat::Whsec => "expected `whsec_` and Base64",
    }
}

/// The key that a secret's value stands for.
pub(super) fn key(value: &str, format: KeyFormat) -> Option<Vec<u8>> {
    match format {
        KeyFormat::Text => Some(value.as_bytes().to_vec()),
        KeyFormat::Hex => hex::decode(value).ok(),
        KeyFormat::Base64 => base64(value),
        KeyFormat::Whsec => base64(value.strip_prefix("whsec_").unwrap_or(value)),
    }
}

fn base64(value: &str) -> Option<Vec<u8>> {
    let engine = if value.contains(['-', '_']) { &BASE64_URL } else { &BASE64 };
    engine.decode(value).ok()
}

/// A signature or a hash of `length` bytes from how it is written.
pub(super) fn decode(written: &str, encoding: Encoding, length: usize) -> Option<Vec<u8>> {
    let bytes = match encoding {
        Encoding::Hex => hex::decode(written).ok()?,
        Encoding::Base64 => base64::engine::general_purpose::STANDARD.decode(written).ok()?,
        Encoding::Base64url => BASE64_URL.decode(written).ok()?,
    };
    (bytes.len() == length).then_some(bytes)
}
