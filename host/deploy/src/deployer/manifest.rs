//! What a manifest says otherwise than the one before.

use eclusa_engine::Revision;
use eclusa_journal::registry::{ChangeKind, ManifestChange};
use serde_json::{Map, Value, json};

use crate::shadow::{Difference, difference};

/// What an operator should know of before a revision goes live: secrets,
/// settings, verification, types and limits, rate, interface version.
pub(super) fn changes(before: &Revision, after: &Revision) -> Vec<ManifestChange> {
    difference(&contract(before), &contract(after)).into_iter().flat_map(changed).collect()
}

/// What has another name now is gone for those who know the old one.
fn changed(it: Difference) -> Vec<ManifestChange> {
    let Difference { pointer, kind, before, after } = it;
    match kind {
        ChangeKind::Renamed(to) => vec![
            ManifestChange { pointer, before, after: Value::Null },
            ManifestChange { pointer: to, before: Value::Null, after },
        ],
        _ => vec![ManifestChange { pointer, before, after }],
    }
}

/// The part of a manifest that others depend on.
fn contract(revision: &Revision) -> Value {
    let manifest = revision.manifest();
    // By name, so that another order is no change.
    let secrets: Map<String, Value> = manifest
        .secrets
        .iter()
        .map(|secret| (secret.name.clone(), json!({ "required": secret.required })))
        .collect();
    let limits = |types| serde_json::to_value(types).unwrap_or_default();
    json!({
        "interface": revision.interface_version(),
        "default_url": manifest.default_url,
        "inbound": limits(&manifest.inbound),
        "outbound": limits(&manifest.outbound),
        "settings_schema": manifest.settings_schema,
        "secrets": secrets,
        "verification": manifest.verification,
        "handshake": manifest.handshake,
        "on_invalid": manifest.on_invalid,
        "rate": manifest.rate,
    })
}

#[cfg(test)]
mod tests {
    use eclusa_journal::registry::ManifestChange;
    use serde_json::{Value, json};

    use super::changed;
    use crate::shadow::difference;

    #[test]
    fn a_secret_with_another_name_is_one_less_and_one_more() {
        let before = json!({ "secrets": { "token": { "required": true } } });
        let after = json!({ "secrets": { "key": { "required": true } } });
        let changes: Vec<_> = difference(&before, &after).into_iter().flat_map(changed).collect();
        let (value, none) = (json!({ "required": true }), Value::Null);
        let pointer = |name: &str| format!("/secrets/{name}");
        assert_eq!(
            changes,
            [
                ManifestChange { pointer: pointer("token"), before: value.clone(), after: none },
                ManifestChange { pointer: pointer("key"), before: Value::Null, after: value },
            ]
        );
    }
}
