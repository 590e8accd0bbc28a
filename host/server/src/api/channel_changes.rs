//! What has changed in a channel, by name: the audit tells which fields, never
//! their values.

use std::collections::BTreeSet;

use eclusa_model::Channel;

/// The fields that differ, e.g. `url, settings.greeting, secrets.bot-token`.
pub(super) fn changed(before: &Channel, after: &Channel) -> String {
    let (old, new) = (&before.profile, &after.profile);
    let mut fields: Vec<String> = [
        ("name", old.name != new.name),
        ("description", old.description != new.description),
        ("color", old.color != new.color),
        ("adapter", old.adapter != new.adapter),
        ("url", old.url != new.url),
        ("flow", old.flow != new.flow),
        ("flow_runner", old.flow_runner != new.flow_runner),
        ("limits", old.limits != new.limits),
        ("delivery", old.delivery != new.delivery),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(name, _)| name.to_owned())
    .collect();
    let keys = old.settings.keys().chain(new.settings.keys());
    let settings: BTreeSet<&str> =
        keys.filter(|key| old.settings.get(*key) != new.settings.get(*key)).map(|k| &**k).collect();
    fields.extend(settings.into_iter().map(|name| format!("settings.{name}")));
    let differing = |kind: &str, names: BTreeSet<&str>| -> Vec<String> {
        names.into_iter().map(|name| format!("{kind}.{name}")).collect()
    };
    let names = before.headers.keys().chain(after.headers.keys());
    let headers = names.filter(|name| before.headers.get(*name) != after.headers.get(*name));
    fields.extend(differing("headers", headers.map(String::as_str).collect()));
    let names = before.secrets.keys().chain(after.secrets.keys());
    let secrets = names.filter(|name| before.secrets.get(*name) != after.secrets.get(*name));
    fields.extend(differing("secrets", secrets.map(String::as_str).collect()));
    if fields.is_empty() { "nothing".to_owned() } else { fields.join(", ") }
}
