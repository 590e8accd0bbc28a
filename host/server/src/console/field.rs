//! One field of a form.

use super::wrong::Phrase;

/// One field of a form.
pub(super) struct Field {
    /// The JSON pointer of what it sets: its name, and what problems call it.
    pub(super) pointer: String,
    pub(super) kind: Kind,
    pub(super) label: Phrase,
    /// What it is for; empty where the label says all.
    pub(super) hint: Phrase,
    pub(super) value: String,
    pub(super) required: bool,
    /// What is wrong with it.
    pub(super) wrong: Option<Phrase>,
}

/// How a field is filled in.
pub(super) enum Kind {
    /// One line.
    Text,
    /// An address.
    Url,
    /// A number, whole or with a fraction.
    Number,
    /// Several lines.
    Area,
    /// JSON.
    Json,
    /// Yes or no.
    Check,
    /// One of several.
    Select(Vec<Choice>),
    /// A colour.
    Color,
    /// Never shown: empty keeps what is set.
    Secret {
        /// There is one.
        set: bool,
    },
    /// A file.
    Picture,
}

/// One of several values.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
}

impl Field {
    /// The field's id in the page: its pointer, with what a page can refer to.
    pub(super) fn id(&self) -> String {
        let allowed = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!("f{}", self.pointer.chars().map(allowed).collect::<String>())
    }

    /// Whether a problem with this pointer is about it.
    pub(super) fn is_about(&self, pointer: &str) -> bool {
        let below = pointer.strip_prefix(self.pointer.as_str());
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Which texts describe it.
    pub(super) fn described_by(&self) -> String {
        let id = self.id();
        let hint = (!self.hint.text.is_empty()).then(|| format!("{id}-hint"));
        let wrong = self.wrong.is_some().then(|| format!("{id}-wrong"));
        [wrong, hint].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Whether it is on.
    pub(super) fn is_on(&self) -> bool {
        self.value == "true"
    }
}
