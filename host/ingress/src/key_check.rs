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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Which of the values are no keys by a recipe with these parts.
    fn wrong(parts: &Value, values: &[&str]) -> Vec<usize> {
        let recipe: Verification = serde_json::from_value(parts.clone()).unwrap();
        let mut all = values.iter().map(|value| Secret::new(*value));
        let values = SecretValues::rotating(all.next().unwrap(), all).unwrap();
        assert_eq!(malformed_keys(&recipe, "another", &values), []);
        let found = malformed_keys(&recipe, "key", &values);
        found.into_iter().map(|(index, _)| index).collect()
    }

    fn hmac(key: &str) -> Value {
        json!({ "scheme": "hmac-sha256", "header": "x", "encoding": "hex", "key": key,
                "secret": "key", "signed_content": "{body}" })
    }

    #[test]
    fn values_must_be_written_as_the_recipe_reads_them() {
        assert_eq!(wrong(&hmac("text"), &["anything at all!"]), [0; 0]);
        assert_eq!(wrong(&hmac("hex"), &["00ff", "0", "zz", "c2VjcmV0"]), [1, 2, 3]);
        assert_eq!(wrong(&hmac("base64"), &["c2VjcmV0", "c2VjcmV0_w", "not base64!"]), [2]);
        assert_eq!(wrong(&hmac("whsec"), &["whsec_c2VjcmV0", "whsec_", "whsec_!"]), [1, 2]);
        let header = json!({ "scheme": "header-secret", "header": "x", "secret": "key" });
        assert_eq!(wrong(&header, &["anything at all!"]), [0; 0]);
    }

    #[test]
    fn an_ed25519_key_is_a_point_of_the_curve_and_not_a_weak_one() {
        let mut ed25519 = hmac("hex");
        ed25519["scheme"] = json!("ed25519");
        // RFC 8032, section 7.1; one byte too short; no point; the neutral element.
        let right = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let short = right.get(2..).unwrap();
        let no_point = "0200000000000000000000000000000000000000000000000000000000000000";
        let weak = "0100000000000000000000000000000000000000000000000000000000000000";
        assert_eq!(wrong(&ed25519, &[right, short, no_point, weak]), [1, 2, 3]);
        assert_eq!(wrong(&ed25519, &["a text"]), [0]);
    }

    #[test]
    fn keys_of_tokens_are_checked_too() {
        let hs256 = json!({ "scheme": "jwt", "in": { "header": "x" },
            "key": { "algorithm": "HS256", "secret": "key", "key": "base64" } });
        assert_eq!(wrong(&hs256, &["c2VjcmV0", "not base64!"]), [1]);
    }
}
