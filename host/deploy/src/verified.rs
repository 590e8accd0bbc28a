//! By which scheme requests to a channel are verified, as one text to compare.

use eclusa_model::{Channel, Manifest, Problem, Secret, SecretValues};
use sha2::{Digest, Sha256};

/// What is said of requests that nothing verifies.
const NONE: &str = "none";

/// The code of requests that are not mapped by themselves any more.
pub const VERIFIED_OTHERWISE: &str = "verified_otherwise";

/// By which scheme a revision with this manifest has requests to a channel verified:
/// the scheme's name and a digest of its recipe, the same for the same recipe. `none`
/// where nothing is verified, as the manifest names no scheme, or one with a secret
/// that the channel lacks and need not have.
pub fn verified_by(manifest: &Manifest, channel: &Channel) -> String {
    let Some(scheme) = &manifest.verification else { return NONE.to_owned() };
    if let Some(name) = scheme.secret() {
        let values = channel.secrets.get(name).into_iter().flat_map(SecretValues::iter);
        let is_set = values.map(Secret::expose).any(|value| !value.is_empty());
        let is_required = manifest.required_secrets().any(|secret| secret.name == name);
        if !is_set && !is_required {
            return NONE.to_owned();
        }
    }
    // Its fields are written in the order in which they are declared.
    let recipe = serde_json::to_vec(scheme).unwrap_or_default();
    let digest = Sha256::digest(recipe);
    format!("{} {}", scheme.scheme(), hex::encode(digest.get(..8).unwrap_or_default()))
}

/// Why a request is not mapped by itself: it was let in by another scheme than that
/// of the revision which would map it now.
pub(crate) fn otherwise(before: Option<&str>, now: &str) -> Problem {
    let before = before.unwrap_or("not known, it was recorded by an older version");
    Problem::configuration(
        VERIFIED_OTHERWISE,
        format!("it was let in by another scheme (`{before}`) than requests are now (`{now}`)"),
    )
    .action("See that it comes from the chat, and redrive it by its id.")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn manifest(verification: &Value, required: bool) -> Manifest {
        let mut manifest = json!({
            "name": "shop", "version": "1.0.0", "summary": "A shop.", "inbound": {}, "outbound": {},
            "secrets": [{ "name": "key", "summary": "A key.", "required": required }],
        });
        if !verification.is_null() {
            manifest["verification"] = verification.clone();
        }
        serde_json::from_value(manifest).unwrap()
    }

    fn channel(secret: Option<&str>) -> Channel {
        let profile = json!({ "id": "shop", "name": "Shop", "color": "#000000", "adapter": "x" });
        let secret = secret.map(|value| ("key".to_owned(), Secret::new(value).into()));
        Channel {
            profile: serde_json::from_value(profile).unwrap(),
            headers: [].into(),
            secrets: secret.into_iter().collect(),
            ingress_key: Secret::new("key"),
            previous_ingress: None,
            documentation_key: None,
            revision: 1,
            created_at: String::new(),
            updated_at: String::new(),
        }
    }

    #[test]
    fn a_scheme_is_told_by_its_recipe() {
        let hmac = json!({ "scheme": "hmac-sha256", "header": "x-signature", "secret": "key" });
        let mut other = hmac.clone();
        other["header"] = json!("x-other");
        let set = channel(Some("k"));
        let by = |scheme: &Value, channel: &Channel| verified_by(&manifest(scheme, false), channel);
        let one = by(&hmac, &set);
        assert!(one.starts_with("hmac-sha256 ") && one.len() == "hmac-sha256 ".len() + 16, "{one}");
        assert_eq!(one, by(&hmac, &channel(Some("rotated"))));
        assert_ne!(one, by(&other, &set));
        assert_eq!(by(&Value::Null, &set), "none");
        for unset in [channel(None), channel(Some(""))] {
            assert_eq!(by(&hmac, &unset), "none");
            // Then nothing is let in at all.
            assert_eq!(verified_by(&manifest(&hmac, true), &unset), one);
        }
    }
}
