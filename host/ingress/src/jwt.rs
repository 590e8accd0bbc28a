//! Signed tokens (RFC 7519), read as RFC 8725 advises.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use eclusa_model::{Audience, Channel, Encoding, Jwks, Jwt, JwtKey, Secret};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::jwks::{JwksCache, Unavailable};
use super::{SignedRequest, VerifyError, body, content, read, secret};

/// The parts of a token's header that count. What decides how it is verified
/// stands in the manifest.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    /// Extensions that must be understood; none is.
    #[serde(default)]
    crit: Option<Value>,
}

/// Verifies the token of a request.
pub(super) async fn verify(
    scheme: &Jwt,
    values: &[&Secret],
    channel: &Channel,
    request: &SignedRequest<'_>,
    published: &JwksCache,
) -> Result<(), VerifyError> {
    let place = &scheme.place;
    let malformed = |expected: &str| VerifyError::malformed(place, expected);
    let token = read::at(place, request)?;
    let (message, signature) =
        token.rsplit_once('.').ok_or_else(|| malformed("a JSON Web Token"))?;
    let (header, claims) = message.split_once('.').ok_or_else(|| malformed("a JSON Web Token"))?;
    let header: Header = part(header).ok_or_else(|| malformed("a JSON Web Token"))?;
    let (algorithm, name) = match &scheme.key {
        JwtKey::Hs256 { .. } => (Algorithm::HS256, "HS256"),
        JwtKey::Rs256 { .. } => (Algorithm::RS256, "RS256"),
        JwtKey::Es256 { .. } => (Algorithm::ES256, "ES256"),
    };
    if header.alg != name || header.crit.is_some() {
        return Err(malformed(&format!("a token signed with {name}, without extensions")));
    }
    let signed_by = |key: &DecodingKey| {
        crypto::verify(signature, message.as_bytes(), key, algorithm).unwrap_or(false)
    };
    let signed = match &scheme.key {
        JwtKey::Hs256 { secret: name, key } => {
            // All of them, so that their number cannot be measured.
            let keys = secret::keys(name, values, *key)?;
            keys.iter().filter(|key| signed_by(&DecodingKey::from_secret(key))).count() > 0
        }
        JwtKey::Rs256 { jwks } | JwtKey::Es256 { jwks } => {
            let (url, id) = (jwks_url(jwks, channel)?, header.kid.as_deref());
            let keys = published
                .keys(url, id, algorithm, request.now_ms)
                .await
                .map_err(|Unavailable| VerifyError::KeysUnavailable)?;
            keys.candidates(id, algorithm).any(|key| signed_by(&key.key))
        }
    };
    if !signed {
        return Err(VerifyError::mismatch(place));
    }
    let claims: Map<String, Value> =
        part(claims).ok_or_else(|| malformed("a JSON Web Token with claims"))?;
    check_times(scheme, &claims, request.now_ms)?;
    check_claims(scheme, &claims, channel, request)
}

fn part<T: serde::de::DeserializeOwned>(written: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(written).ok()?).ok()
}

fn setting<'c>(channel: &'c Channel, name: &str) -> Result<&'c str, VerifyError> {
    let value = channel.profile.settings.get(name).and_then(Value::as_str);
    value
        .filter(|value| !value.is_empty())
        .ok_or_else(|| VerifyError::SettingMissing { setting: name.to_owned() })
}

fn jwks_url<'a>(jwks: &'a Jwks, channel: &'a Channel) -> Result<&'a str, VerifyError> {
    match jwks {
        Jwks::Url(url) => Ok(url),
        Jwks::Setting(name) => setting(channel, name),
    }
}

/// Each token must have an end.
fn check_times(scheme: &Jwt, claims: &Map<String, Value>, now_ms: i64) -> Result<(), VerifyError> {
    let expired = |why| VerifyError::TokenExpired { place: scheme.place.to_string(), why };
    // Seconds, perhaps with a fraction (RFC 7519, section 2).
    let time = |name: &'static str, why: &'static str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| expired(why)),
    };
    #[allow(clippy::cast_precision_loss, reason = "exact for 285,000 years in milliseconds")]
    let now = now_ms as f64 / 1000.0;
    let leeway = f64::from(scheme.leeway_seconds);
    let end = time("exp", "has an `exp` that is no time")?;
    let begin = time("nbf", "has an `nbf` that is no time")?;
    if end.is_some_and(|end| end + leeway <= now) {
        return Err(expired("has expired"));
    }
    if begin.is_some_and(|begin| begin - leeway > now) {
        return Err(expired("is not valid yet"));
    }
    match scheme.max_age_seconds {
        Some(max_age) => {
            let issued = time("iat", "has an `iat` that is no time")?;
            let issued = issued.ok_or_else(|| expired("has no `iat`"))?;
            if issued - leeway > now {
                return Err(expired("is issued in the future"));
            }
            if issued + f64::from(max_age) + leeway <= now {
                return Err(expired("is too old"));
            }
        }
        None if end.is_none() => return Err(expired("has no `exp`")),
        None => {}
    }
    Ok(())
}

fn check_claims(
    scheme: &Jwt,
    claims: &Map<String, Value>,
    channel: &Channel,
    request: &SignedRequest<'_>,
) -> Result<(), VerifyError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let require = |holds: bool, claim: &str| {
        let place = || scheme.place.to_string();
        if holds {
            Ok(())
        } else {
            Err(VerifyError::TokenRejected { place: place(), claim: claim.to_owned() })
        }
    };
    let issuers = &scheme.issuers;
    let issuer = text("iss").is_some_and(|iss| issuers.iter().any(|it| it == iss));
    require(issuers.is_empty() || issuer, "iss")?;
    if let Some(audience) = &scheme.audience {
        let wanted = match audience {
            Audience::Text(text) => text.clone(),
            Audience::Setting(name) => setting(channel, name)?.to_owned(),
            Audience::Url => content::url(request),
        };
        let found = match claims.get("aud") {
            Some(Value::String(one)) => *one == wanted,
            Some(Value::Array(several)) => several.iter().any(|it| *it == *wanted),
            _ => false,
        };
        require(found, "aud")?;
    }
    for (name, value) in &scheme.claims {
        require(claims.get(name) == Some(value), name)?;
    }
    let body = std::str::from_utf8(request.body).unwrap_or_default();
    for (name, pointer) in &scheme.body_claims {
        let said = body::json_text(body, pointer).ok().flatten();
        require(said.is_some() && said.as_deref() == text(name), name)?;
    }
    if let Some(hash) = &scheme.body_hash {
        let right = Sha256::digest(request.body);
        let holds = match claims.get(&hash.claim) {
            None => request.body.is_empty(),
            Some(said) => said
                .as_str()
                .and_then(|said| decode_hash(said, hash.encoding))
                .is_some_and(|said| bool::from(right.as_slice().ct_eq(&said))),
        };
        require(holds, &hash.claim)?;
    }
    Ok(())
}

fn decode_hash(written: &str, encoding: Encoding) -> Option<Vec<u8>> {
    secret::decode(written, encoding, 32)
}
