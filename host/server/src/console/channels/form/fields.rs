//! All fields of the form of a channel.

use eclusa_deploy::requirements::escape;
use eclusa_journal::FlowSummary;
use eclusa_model::{Channel, ChannelProfile, FlowRunner, Manifest, SecretValues};
use serde_json::Value;

use super::super::super::field::{Choice, Field, Kind};
use super::super::super::frame::Frame;
use super::super::super::posted::Fields;
use super::super::super::wrong::{Phrase, Wrong};
use super::settings;

/// The colour of a channel that was given none: it is seen on both themes.
const COLOR: &str = "#2A7F86";

/// The form of a channel.
pub(in super::super) struct Form {
    pub(in super::super) groups: Vec<Group>,
    /// Headers that are set, by name.
    pub(in super::super) headers: Vec<Field>,
    /// New ones: their names, with what is wrong with them.
    pub(in super::super) new_headers: Vec<(String, Option<Phrase>)>,
    /// What is wrong with no field that it shows.
    pub(in super::super) others: Vec<Phrase>,
}

/// Fields that belong together.
pub(in super::super) struct Group {
    /// The key of the text over them.
    pub(in super::super) title: &'static str,
    pub(in super::super) fields: Vec<Field>,
    /// Closed at first, since few need it.
    pub(in super::super) folded: bool,
}

impl Form {
    /// An empty form, or one that is filled in with what a channel is.
    pub(in super::super) fn new(
        at: &Frame,
        adapter: &str,
        manifest: &Manifest,
        before: Option<&Channel>,
        flows: &[FlowSummary],
    ) -> Self {
        let profile = before.map(|before| &before.profile);
        let same = before.filter(|before| before.profile.adapter == adapter);
        let make = |pointer: &str, kind, (label, hint): (&str, &str), value: String| Field {
            pointer: pointer.to_owned(),
            kind,
            label: Phrase::said(at, label),
            hint: if hint.is_empty() { Phrase::default() } else { Phrase::said(at, hint) },
            value,
            required: matches!(pointer, "/name")
                || (pointer == "/url" && manifest.default_url.is_none()),
            wrong: None,
        };
        let text = |value: Option<&String>| value.cloned().unwrap_or_default();
        let name = text(profile.map(|it| &it.name));
        let description = text(profile.map(|it| &it.description));
        let color = profile.map_or(COLOR, |it| it.color.as_str()).to_owned();
        let mut about = vec![
            make("/name", Kind::Text, ("field-name", "field-name-hint"), name),
            make(
                "/description",
                Kind::Area,
                ("field-description", "field-description-hint"),
                description,
            ),
            make("/color", Kind::Color, ("field-color", "field-color-hint"), color),
            make("/logo", Kind::Picture, ("field-logo", "field-logo-hint"), String::new()),
        ];
        if before.is_none() {
            about.push(make("/id", Kind::Text, ("field-id", "field-id-hint"), String::new()));
        }
        let hint = match manifest.default_url.is_some() {
            true => "field-url-hint-default",
            false => "field-url-hint",
        };
        let url = text(profile.and_then(|it| it.url.as_ref()));
        let chat = vec![make("/url", Kind::Url, ("field-url", hint), url)];
        let secrets = manifest.secrets.iter().map(|secret| {
            let values = same.and_then(|before| before.secrets.get(&secret.name));
            let set = values.is_some_and(|values: &SecretValues| !values.is_empty());
            Field {
                pointer: format!("/secrets/{}", escape(&secret.name)),
                kind: Kind::Secret { set },
                label: Phrase::english_name(&secret.name),
                hint: Phrase::english(&secret.summary),
                value: String::new(),
                required: secret.required && !set,
                wrong: None,
            }
        });
        let kept = same.map(|before| before.profile.settings.clone()).unwrap_or_default();
        let groups = [
            ("group-about", about, false),
            ("group-chat", chat, false),
            ("group-secrets", secrets.collect(), false),
            ("group-settings", settings::fields(&manifest.settings_schema, &kept), false),
            ("group-flow", flow(at, profile, flows, make), false),
            ("group-delivery", delivery(at, before, make), true),
        ];
        let groups = groups.into_iter().filter(|(_, fields, _)| !fields.is_empty());
        let headers = before.map(|before| before.headers.keys().collect::<Vec<_>>());
        Self {
            groups: groups.map(|(title, fields, folded)| Group { title, fields, folded }).collect(),
            headers: headers
                .unwrap_or_default()
                .into_iter()
                .map(|name| Field {
                    pointer: format!("/headers/{}", escape(name)),
                    kind: Kind::Secret { set: true },
                    label: Phrase::english_name(name),
                    hint: Phrase::default(),
                    value: String::new(),
                    required: false,
                    wrong: None,
                })
                .collect(),
            new_headers: vec![(String::new(), None); super::read::NEW_HEADERS],
            others: Vec::new(),
        }
    }

    /// The same with what was typed, but for what is secret, and what is wrong with
    /// it beside each field.
    pub(in super::super) fn refused(mut self, at: &Frame, fields: &Fields, wrong: &Wrong) -> Self {
        for field in self.groups.iter_mut().flat_map(|group| &mut group.fields) {
            match &field.kind {
                Kind::Secret { .. } | Kind::Picture => {}
                Kind::Check => {
                    field.value = (fields.get(&field.pointer) == Some("true")).to_string()
                }
                _ => field.value = fields.get(&field.pointer).unwrap_or_default().to_owned(),
            }
        }
        for (index, (name, _)) in self.new_headers.iter_mut().enumerate() {
            *name = fields.get(&format!("new-header-name-{index}")).unwrap_or_default().to_owned();
        }
        for violation in &wrong.violations {
            let (pointer, phrase) = said(at, &violation.pointer, &violation.message);
            let shown = self.groups.iter_mut().flat_map(|group| &mut group.fields);
            let mut shown = shown.chain(&mut self.headers);
            if let Some(field) = shown.find(|field| field.is_about(&pointer)) {
                field.wrong.get_or_insert(phrase);
                continue;
            }
            let header = pointer.strip_prefix("/headers/");
            let mut new = self.new_headers.iter_mut();
            match new.find(|(name, _)| header.is_some_and(|header| header == escape(name.trim()))) {
                Some((_, wrong)) => *wrong = Some(phrase),
                None => self.others.push(Phrase {
                    text: format!("{} {}", pointer, phrase.text).trim().to_owned(),
                    ..phrase
                }),
            }
        }
        // What is wrong must be seen.
        for group in &mut self.groups {
            group.folded &= group.fields.iter().all(|field| field.wrong.is_none());
        }
        self
    }
}

/// Which field a problem is about, and what it says there. A schema names a setting
/// that is missing in its message, and points to all of them.
fn said(at: &Frame, pointer: &str, message: &str) -> (String, Phrase) {
    let missing = message.strip_suffix(" is a required property");
    let needed = || Phrase::said(at, "field-needed");
    match (pointer, missing) {
        ("/settings", Some(name)) => {
            (format!("{pointer}/{}", escape(name.trim_matches('"'))), needed())
        }
        _ if message.starts_with("this secret is needed") => (pointer.to_owned(), needed()),
        _ => (pointer.to_owned(), Phrase::violation(at, message)),
    }
}

/// The flow and who runs it. A flow of the platform is among the choices where the channel
/// has it.
fn flow(
    at: &Frame,
    profile: Option<&ChannelProfile>,
    flows: &[FlowSummary],
    make: impl Fn(&str, Kind, (&str, &str), String) -> Field,
) -> Vec<Field> {
    let choice = |value: &str, label: String| Choice { value: value.to_owned(), label };
    let given = profile.and_then(|it| it.flow.as_deref()).unwrap_or_default();
    let mut choices = vec![choice("", at.say("field-flow-none").to_string())];
    choices.extend(flows.iter().map(|it| choice(&it.id, format!("{} ({})", it.name, it.id))));
    if !given.is_empty() && !flows.iter().any(|it| it.id == given) {
        choices.push(choice(given, given.to_owned()));
    }
    let runners = [FlowRunner::Platform, FlowRunner::Eclusa].map(|runner| {
        let key = match runner {
            FlowRunner::Platform => "flow-runner-platform",
            FlowRunner::Eclusa => "flow-runner-eclusa",
        };
        choice(runner.as_str(), at.say(key).to_string())
    });
    let runner = profile.map(|it| it.flow_runner).unwrap_or_default().as_str().to_owned();
    let texts = ("field-flow-runner", "field-flow-runner-hint");
    vec![
        make("/flow", Kind::Select(choices), ("field-flow", "field-flow-hint"), given.to_owned()),
        make("/flow_runner", Kind::Select(runners.into()), texts, runner),
    ]
}

fn delivery(
    at: &Frame,
    before: Option<&Channel>,
    make: impl Fn(&str, Kind, (&str, &str), String) -> Field,
) -> Vec<Field> {
    let json = before.map(|before| serde_json::to_value(&before.profile).unwrap_or_default());
    let value = |pointer: &str| {
        let value = json.as_ref().and_then(|json| json.pointer(pointer));
        value.map(Value::to_string).unwrap_or_default()
    };
    let number = |pointer: &str, texts| make(pointer, Kind::Number, texts, value(pointer));
    let choice = |value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: at.say(label).to_string(),
    };
    let choices =
        vec![choice("continue", "exhaustion-continue"), choice("hold", "exhaustion-hold")];
    let exhaustion = value("/delivery/on_exhaustion").trim_matches('"').to_owned();
    vec![
        number("/delivery/pace/per_second", ("field-per-second", "field-per-second-hint")),
        number("/delivery/pace/burst", ("field-burst", "field-burst-hint")),
        number(
            "/delivery/pace/per_conversation_per_second",
            ("field-per-conversation", "field-per-conversation-hint"),
        ),
        number("/delivery/concurrent", ("field-concurrent", "field-concurrent-hint")),
        make(
            "/delivery/on_exhaustion",
            Kind::Select(choices),
            ("field-exhaustion", ""),
            exhaustion,
        ),
        number("/limits/body_bytes", ("field-body-bytes", "field-body-bytes-hint")),
    ]
}
