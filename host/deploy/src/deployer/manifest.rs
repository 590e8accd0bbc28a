//! What a manifest says otherwise than the one before.

use eclusa_engine::Revision;
use eclusa_journal::registry::ManifestChange;
use serde_json::{Map, Value, json};

use crate::shadow::difference;

/// What an operator should know of before a revision goes live: secrets,
/// settings, verification, types and limits, rate, interface version.
pub(super) fn changes(before: &Revision, after: &Revision) -> Vec<ManifestChange> {
    difference(&contract(before), &contract(after))
        .into_iter()
        .map(|it| ManifestChange { pointer: it.pointer, before: it.before, after: it.after })
        .collect()
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
        "on_invalid": manifest.on_invalid,
        "rate": manifest.rate,
    })
}
