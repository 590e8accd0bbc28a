//! Are a channel's secrets the keys that its adapter's recipe makes of them? Asked
//! when a channel is saved: nobody should learn it from the chat's first request.

use eclusa_model::{JwtKey, KeyFormat, Secret, SecretValues, Verification};

use crate::{secret, signature};

/// Which values of a secret are no keys by this recipe, counted from 0, and what is
/// expected of them. Nothing of a value is told. None where the recipe has no use
/// for this secret, or takes any text.
pub fn malformed_keys(
    recipe: &Verification,
    name: &str,
    values: &SecretValues,
) -> Vec<(usize, &'static str)> {
    if recipe.secret() != Some(name) {
        return Vec::new();
    }
    let expected = |value: &Secret| match recipe {
        Verification::HmacSha256(it) | Verification::HmacSha1(it) => missing(value, it.key),
        Verification::Ed25519(it) => {
            missing(value, it.key).or_else(|| match secret::key(value.expose(), it.key) {
                Some(key) if signature::is_public_key(&key) => None,
                _ => Some("expected an Ed25519 public key of 32 bytes"),
            })
        }
        Verification::Jwt(it) => match &it.key {
            JwtKey::Hs256 { key, .. } => missing(value, *key),
            JwtKey::Rs256 { .. } | JwtKey::Es256 { .. } => None,
        },
        Verification::HeaderSecret(_) | Verification::Secret(_) | Verification::Basic(_) => None,
    };
    let values = values.iter().enumerate();
    values.filter_map(|(index, value)| Some((index, expected(value)?))).collect()
}

fn missing(value: &Secret, format: KeyFormat) -> Option<&'static str> {
    match secret::key(value.expose(), format) {
        Some(key) if !key.is_empty() => None,
        _ => Some(secret::expected(format)),
    }
}
