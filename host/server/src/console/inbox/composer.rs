//! The form that answers: what the channel's chat takes, and no more.

use eclusa_model::{ContentType, Support, SupportLevel};

use super::super::format;
use super::super::frame::Frame;
use super::super::posted::Fields;
use super::super::wrong::{Phrase, Wrong};
use super::thread::Quote;
use crate::app::App;
use crate::auth::random_hex;
use crate::problem::ApiProblem;

/// The form.
pub(super) struct Composer {
    /// Sent along, so that a form sent twice sends one message.
    pub(super) key: String,
    pub(super) kinds: Vec<Kind>,
    /// The type that is written.
    pub(super) chosen: ContentType,
    /// The message that is answered.
    pub(super) reply: Option<(String, Option<Quote>)>,
    /// Why the last one was refused.
    pub(super) wrong: Option<Wrong>,
    /// Whether that stands beside a field.
    pub(super) beside: bool,
}

/// A type of message, and what the chat makes of it.
pub(super) struct Kind {
    pub(super) name: ContentType,
    pub(super) label: &'static str,
    /// How the chat shows it instead.
    pub(super) degraded: Option<&'static str>,
    /// What the adapter says of it, in English.
    pub(super) note: Option<String>,
    /// Longest text, in characters.
    pub(super) longest: Option<u64>,
    /// What a file may be.
    pub(super) limits: String,
    pub(super) fields: Vec<Field>,
}

/// A field of the form.
pub(super) struct Field {
    /// The JSON pointer of what it sets.
    pub(super) pointer: String,
    pub(super) label: &'static str,
    pub(super) input: Input,
    pub(super) value: String,
    pub(super) wrong: Option<Phrase>,
}

/// How a field is filled in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Input {
    Line,
    Area,
    Url,
    Decimal,
    Phone,
    Email,
}

impl Field {
    /// Its id in the page.
    pub(super) fn id(&self) -> String {
        format!("f{}", self.pointer.replace('/', "-"))
    }

    /// Whether it is filled in in several lines.
    pub(super) fn is_area(&self) -> bool {
        self.input == Input::Area
    }

    /// The rest of its tag: what a phone offers as its keyboard.
    pub(super) fn keyboard(&self) -> &'static str {
        match self.input {
            Input::Line | Input::Area => "text",
            Input::Url => "url",
            Input::Decimal => "decimal",
            Input::Phone => "tel",
            Input::Email => "email",
        }
    }
}

/// What a form says about the type of its message.
pub(super) fn chosen(fields: &Fields) -> ContentType {
    let name = fields.get("type").unwrap_or_default();
    ContentType::ALL.into_iter().find(|it| it.as_str() == name).unwrap_or(ContentType::Text)
}

/// The fields of a type.
pub(in super::super) fn fields_of(
    kind: ContentType,
) -> &'static [(&'static str, &'static str, Input)] {
    match kind {
        ContentType::Text => &[("body", "inbox-field-text", Input::Area)],
        ContentType::Document => &[
            ("url", "inbox-field-url", Input::Url),
            ("filename", "inbox-field-filename", Input::Line),
            ("caption", "inbox-field-caption", Input::Line),
        ],
        ContentType::Audio | ContentType::Video => &[
            ("url", "inbox-field-url", Input::Url),
            ("caption", "inbox-field-caption", Input::Line),
        ],
        ContentType::Location => &[
            ("latitude", "inbox-field-latitude", Input::Decimal),
            ("longitude", "inbox-field-longitude", Input::Decimal),
            ("name", "inbox-field-place", Input::Line),
            ("address", "inbox-field-address", Input::Line),
        ],
        ContentType::Contact => &[
            ("name", "inbox-field-name", Input::Line),
            ("phones/0/number", "inbox-field-phone", Input::Phone),
            ("emails/0", "inbox-field-email", Input::Email),
            ("organization", "inbox-field-organization", Input::Line),
        ],
    }
}

/// The text that names a type.
pub(in super::super) fn type_label(kind: ContentType) -> &'static str {
    match kind {
        ContentType::Text => "inbox-type-text",
        ContentType::Document => "message-document",
        ContentType::Audio => "message-audio",
        ContentType::Video => "message-video",
        ContentType::Location => "message-location",
        ContentType::Contact => "message-contact",
    }
}

impl Composer {
    /// An empty form, or one that was refused with what was typed.
    pub(super) fn new(
        app: &App,
        at: &Frame,
        channel: &str,
        refused: Option<(&Fields, &ApiProblem)>,
        reply: Option<(String, Option<Quote>)>,
    ) -> Self {
        let active = app.channels.by_id(channel);
        let route = active.and_then(|active| app.route(&active.channel));
        let manifest = route.as_ref().map(|route| route.revision().manifest());
        let wrong = refused.map(|(_, problem)| Wrong::new(at, problem));
        let value = |pointer: &str| {
            let typed = refused.and_then(|(fields, _)| fields.get(pointer));
            typed.unwrap_or_default().to_owned()
        };
        let kinds: Vec<Kind> = ContentType::ALL
            .into_iter()
            .filter_map(|name| {
                // Without an adapter nothing is known of the chat: the message waits for
                // one.
                let support = manifest.map(|manifest| manifest.outbound.get(&name));
                let support = match support {
                    None => None,
                    Some(Some(support)) if support.level != SupportLevel::Refused => Some(support),
                    Some(_) => return None,
                };
                let field = |(pointer, label, input): &(&str, &'static str, Input)| {
                    let pointer = format!("/{name}/{pointer}");
                    let said = wrong
                        .as_ref()
                        .and_then(|wrong| wrong.violations.iter().find(|it| it.pointer == pointer));
                    Field {
                        value: value(&pointer),
                        label,
                        input: *input,
                        wrong: said.map(|said| Phrase::violation(at, &said.message)),
                        pointer,
                    }
                };
                let fields = fields_of(name).iter().map(field).collect();
                Some(Kind::new(at, name, support, fields))
            })
            .collect();
        let beside = kinds.iter().flat_map(|kind| &kind.fields).any(|field| field.wrong.is_some());
        let first = kinds.first().map_or(ContentType::Text, |kind| kind.name);
        let chosen = refused.map_or(first, |(fields, _)| chosen(fields));
        Self { key: random_hex::<16>(), kinds, chosen, reply, wrong, beside }
    }
}

impl Kind {
    /// The longest text, as the language writes it.
    pub(super) fn longest_text(&self, at: &Frame) -> String {
        self.longest.map(|longest| at.number(longest)).unwrap_or_default()
    }

    fn new(at: &Frame, name: ContentType, support: Option<&Support>, fields: Vec<Field>) -> Self {
        let degraded = match support.map(|support| support.level) {
            Some(SupportLevel::Partial) => Some("inbox-degraded-partial"),
            Some(SupportLevel::FallbackText) => Some("inbox-degraded-text"),
            _ => None,
        };
        let limits = support.into_iter().flat_map(|support| {
            let size = support.max_bytes.map(|bytes| {
                at.say("inbox-limit-size").arg("size", format::size(at.language, bytes)).to_string()
            });
            let kinds = Some(support.mime_types.join(", ")).filter(|it| !it.is_empty());
            [size, kinds].into_iter().flatten()
        });
        Self {
            label: type_label(name),
            degraded,
            note: support.and_then(|support| support.note.clone()),
            longest: support.and_then(|support| support.max_length).map(u64::from),
            limits: limits.collect::<Vec<_>>().join(" · "),
            fields,
            name,
        }
    }
}
