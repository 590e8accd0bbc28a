//! What a caller says of a channel, and the checks it must pass.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::HeaderName;
use eclusa_deploy::live::Routes;
use eclusa_deploy::requirements::{self, escape};
use eclusa_engine::Revision;
use eclusa_ingress::malformed_keys;
use eclusa_model::{
    Channel, ChannelDelivery, ChannelLimits, ChannelProfile, Color, FlowRunner, Secret,
    SecretValues, validate_channel_id,
};
use eclusa_relay::{Guard, check_header};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::problem::{ApiProblem, Violation};

/// A channel as it is created or replaced. Unknown keys are errors.
///
/// `headers` and `secrets` are write-only: what is not named stays as it is, and
/// `null` removes a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub(crate) struct ChannelInput {
    /// 1 to 64 characters of `a-z`, `0-9` and `-`. Made from the name where it is
    /// not given.
    pub(crate) id: Option<String>,
    /// Name to show, 1 to 120 characters.
    pub(crate) name: String,
    /// For colleagues.
    #[serde(default)]
    pub(crate) description: String,
    /// `#RRGGBB`.
    #[serde(default = "default_color")]
    pub(crate) color: Color,
    /// Name of the adapter.
    pub(crate) adapter: String,
    /// Where the chat listens, or another base than the adapter's own.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// Headers added to every request to the chat.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Option<Secret>>,
    /// Secrets by the names in the adapter's manifest; each one value, or several
    /// while it is being replaced, the newest first.
    #[serde(default)]
    pub(crate) secrets: BTreeMap<String, Option<SecretValues>>,
    /// Valid against the adapter's `settings_schema`.
    #[serde(default)]
    pub(crate) settings: Map<String, Value>,
    /// Name of the service flow.
    #[serde(default)]
    pub(crate) flow: Option<String>,
    /// Who runs it.
    #[serde(default)]
    pub(crate) flow_runner: FlowRunner,
    /// Limits of its own.
    #[serde(default)]
    pub(crate) limits: ChannelLimits,
    /// How messages are handed to the chat.
    #[serde(default)]
    pub(crate) delivery: ChannelDelivery,
}

fn default_color() -> Color {
    // A teal with enough contrast on white and on black.
    Color::from_rgb(0x2A, 0x7F, 0x86)
}

/// The least that a channel's largest body may be, in bytes.
const LEAST_BODY: usize = 1024;

impl ChannelInput {
    /// Checks the channel's own limits against the most that it may have.
    pub(crate) fn check_limits(&self, most_body: usize) -> Result<(), ApiProblem> {
        match self.limits.body_bytes {
            Some(bytes) if !(LEAST_BODY..=most_body).contains(&bytes) => {
                let expected = format!(
                    "expected {LEAST_BODY} to {most_body} bytes, which the operator allows by \
                     `limits.channel_body_bytes`"
                );
                Err(ApiProblem::violations(vec![Violation::new("/limits/body_bytes", expected)]))
            }
            _ => Ok(()),
        }
    }

    /// Checks everything, and makes the channel of it; `before` is what it was,
    /// `violations` what was found wrong before.
    pub(crate) fn into_channel(
        self,
        routes: &Routes,
        guard: &Guard,
        before: Option<&Channel>,
        new_key: impl FnOnce() -> Secret,
        now: String,
        mut violations: Vec<Violation>,
    ) -> Result<Channel, ApiProblem> {
        let id = self.id.clone().unwrap_or_else(|| slug(&self.name));
        let headers = merged(before.map(|channel| &channel.headers), self.headers.clone());
        let mut secrets = merged(before.map(|channel| &channel.secrets), self.secrets.clone());
        // Of another adapter's secrets only those stay that this one knows too.
        if before.is_some_and(|channel| channel.profile.adapter != self.adapter)
            && let Some(revision) = routes.active(&self.adapter)
        {
            let known = &revision.manifest().secrets;
            secrets.retain(|name, _| {
                self.secrets.contains_key(name) || known.iter().any(|secret| secret.name == *name)
            });
        }
        if let Err(error) = validate_channel_id(&id) {
            violations.push(Violation::new("/id", error.to_string()));
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 120 {
            violations.push(Violation::new("/name", "expected 1 to 120 characters"));
        }
        if self.description.chars().count() > 2000 {
            violations.push(Violation::new("/description", "expected at most 2000 characters"));
        }
        if let Some(url) = &self.url {
            check_url(url, guard, &mut violations);
        }
        check_headers(&headers, &mut violations);
        violations.extend(
            self.delivery
                .violations()
                .into_iter()
                .map(|(pointer, message)| Violation::new(format!("/delivery{pointer}"), message)),
        );
        let given: Vec<String> = self.secrets.keys().cloned().collect();
        let active = routes.active(&self.adapter);
        match &active {
            Some(_) => {}
            None => violations.push(Violation::new(
                "/adapter",
                format!(
                    "no adapter `{}` is loaded; there are: {}",
                    self.adapter,
                    routes.names().join(", ")
                ),
            )),
        }
        let channel = Channel {
            profile: ChannelProfile {
                id,
                name: self.name,
                description: self.description,
                color: self.color,
                adapter: self.adapter,
                url: self.url,
                settings: self.settings,
                flow: self.flow,
                flow_runner: self.flow_runner,
                limits: self.limits,
                delivery: self.delivery,
            },
            headers,
            secrets,
            ingress_key: before.map_or_else(new_key, |channel| channel.ingress_key.clone()),
            previous_ingress: before.and_then(|channel| channel.previous_ingress.clone()),
            documentation_key: before.and_then(|channel| channel.documentation_key.clone()),
            revision: before.map_or(0, |channel| channel.revision) + 1,
            created_at: before.map_or_else(|| now.clone(), |channel| channel.created_at.clone()),
            updated_at: now,
        };
        if let Some(active) = &active {
            let id = &channel.profile.id;
            let serving = routes.route(&channel.profile.adapter, id);
            let serving = serving.as_ref().map_or(active, |route| route.revision());
            let upcoming = routes.upcoming(&channel.profile.adapter);
            let known = [Some(active), Some(serving), upcoming.as_ref()];
            violations.extend(unknown_secrets(&given, &known));
            violations.extend(lacking(active, serving, &channel));
            // Of what is kept nothing was said, unless another recipe reads it now.
            let moved = before.is_some_and(|it| it.profile.adapter != channel.profile.adapter);
            let asked = |name: &String| moved || given.contains(name);
            violations.extend(malformed(active, serving, &channel, asked));
        }
        if violations.is_empty() { Ok(channel) } else { Err(ApiProblem::violations(violations)) }
    }
}

/// The secrets of a request that no revision knows: neither those that serve nor
/// one that may serve next, for which channels are made ready before.
fn unknown_secrets(given: &[String], known: &[Option<&Arc<Revision>>]) -> Vec<Violation> {
    let all: Vec<&str> = known
        .iter()
        .flatten()
        .flat_map(|revision| &revision.manifest().secrets)
        .map(|secret| secret.name.as_str())
        .collect();
    let mut names = all.clone();
    names.sort_unstable();
    names.dedup();
    given
        .iter()
        .filter(|name| !all.contains(&name.as_str()))
        .map(|name| {
            let known = names.join(", ");
            Violation::new(
                format!("/secrets/{}", escape(name)),
                format!("the adapter knows no such secret; it knows: {known}"),
            )
        })
        .collect()
}

/// What a channel lacks for its adapter. One that stays on an older revision,
/// `serving`, is right when it is right for that one or for the active one.
fn lacking(active: &Revision, serving: &Revision, channel: &Channel) -> Vec<Violation> {
    let adapter = &channel.profile.adapter;
    let lacks = |revision: &Revision| {
        requirements::missing(adapter, revision.manifest(), channel)
            .into_iter()
            .map(|(pointer, message)| Violation::new(pointer, message))
            .collect::<Vec<_>>()
    };
    let missing = lacks(active);
    if !missing.is_empty() && active.sha256() != serving.sha256() && lacks(serving).is_empty() {
        return Vec::new();
    }
    missing
}

/// The secrets that are no keys as the recipes of its revisions need them; one that
/// is right for the revision that serves the channel is right.
fn malformed(
    active: &Revision,
    serving: &Revision,
    channel: &Channel,
    asked: impl Fn(&String) -> bool,
) -> Vec<Violation> {
    let wrong = |revision: &Revision, name: &str, values: &SecretValues| {
        let recipe = revision.manifest().verification.as_ref();
        recipe.map(|recipe| malformed_keys(recipe, name, values)).unwrap_or_default()
    };
    let named = channel.secrets.iter().filter(|(name, _)| asked(name));
    named
        .flat_map(|(name, values)| {
            let mut found = wrong(serving, name, values);
            if !found.is_empty() && active.sha256() != serving.sha256() {
                found = wrong(active, name, values);
            }
            let several = values.iter().count() > 1;
            found.into_iter().map(move |(index, expected)| {
                let pointer = format!("/secrets/{}", escape(name));
                let pointer = if several { format!("{pointer}/{index}") } else { pointer };
                Violation::new(pointer, format!("{expected}, as the adapter verifies by it"))
            })
        })
        .collect()
}

fn merged<T: Clone>(
    before: Option<&BTreeMap<String, T>>,
    changes: BTreeMap<String, Option<T>>,
) -> BTreeMap<String, T> {
    let mut values = before.cloned().unwrap_or_default();
    for (name, value) in changes {
        match value {
            Some(value) => values.insert(name, value),
            None => values.remove(&name),
        };
    }
    values
}

fn check_url(url: &str, guard: &Guard, violations: &mut Vec<Violation>) {
    let parsed = url::Url::parse(url);
    let message = match &parsed {
        Ok(parsed) if !matches!(parsed.scheme(), "http" | "https") => {
            "expected http or https".to_owned()
        }
        Ok(parsed) if !parsed.username().is_empty() || parsed.password().is_some() => {
            "a URL is shown to everybody, so it may hold no password; use a header".to_owned()
        }
        Ok(parsed) if parsed.fragment().is_some() => "expected no fragment (#…)".to_owned(),
        // What a name stands for is checked whenever something is sent there.
        Ok(parsed) if parsed.has_host() => match guard.check_url(parsed) {
            Ok(()) => return,
            Err(refusal) => refusal.to_string(),
        },
        _ => "expected an absolute URL, e.g. https://chat.example.com/eclusa".to_owned(),
    };
    violations.push(Violation::new("/url", message));
}

fn check_headers(headers: &BTreeMap<String, Secret>, violations: &mut Vec<Violation>) {
    for (name, value) in headers {
        if let Err(error) = check_header(name, value.expose()) {
            violations
                .push(Violation::new(format!("/headers/{}", escape(name)), error.to_string()));
        }
        if HeaderName::try_from(name.as_str()).is_ok_and(|n| n == "content-type") {
            violations.push(Violation::new(
                format!("/headers/{}", escape(name)),
                "the adapter decides the content type",
            ));
        }
    }
}

/// An id from a name: its letters and digits, and `-` for what is between.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.to_lowercase().chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(64);
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn names_become_ids() {
        assert_eq!(slug("  Loja São João!"), "loja-s-o-jo-o");
        assert_eq!(slug("Telegram Vendas"), "telegram-vendas");
        assert_eq!(slug("***"), "");
    }
}
