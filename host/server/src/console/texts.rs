//! The texts of the console, in all of its languages. They stand in `texts/`, a file
//! for each part of the console.

use std::borrow::Cow;
use std::fmt;

use askama::filters::HtmlSafe;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use super::language::Language;

/// All texts of the console.
pub(crate) struct Texts {
    english: FluentBundle<FluentResource>,
    portuguese: FluentBundle<FluentResource>,
}

const ENGLISH: &str = concat!(
    include_str!("texts/en/frame.ftl"),
    include_str!("texts/en/sign_in.ftl"),
    include_str!("texts/en/home.ftl"),
    include_str!("texts/en/problems.ftl"),
    include_str!("texts/en/channels.ftl"),
    include_str!("texts/en/channel_problems.ftl"),
    include_str!("texts/en/flows.ftl"),
    include_str!("texts/en/simulator.ftl"),
    include_str!("texts/en/documentation.ftl"),
    include_str!("texts/en/refusals.ftl"),
    include_str!("texts/en/message.ftl"),
    include_str!("texts/en/operations.ftl"),
    include_str!("texts/en/traces.ftl"),
    include_str!("texts/en/letters.ftl"),
    include_str!("texts/en/access.ftl"),
    include_str!("texts/en/dashboard.ftl"),
    include_str!("texts/en/reports.ftl"),
    include_str!("texts/en/inbox.ftl"),
    include_str!("texts/en/playground.ftl"),
    include_str!("texts/en/traffic.ftl"),
);
const PORTUGUESE: &str = concat!(
    include_str!("texts/pt-BR/frame.ftl"),
    include_str!("texts/pt-BR/sign_in.ftl"),
    include_str!("texts/pt-BR/home.ftl"),
    include_str!("texts/pt-BR/problems.ftl"),
    include_str!("texts/pt-BR/channels.ftl"),
    include_str!("texts/pt-BR/channel_problems.ftl"),
    include_str!("texts/pt-BR/flows.ftl"),
    include_str!("texts/pt-BR/simulator.ftl"),
    include_str!("texts/pt-BR/documentation.ftl"),
    include_str!("texts/pt-BR/refusals.ftl"),
    include_str!("texts/pt-BR/message.ftl"),
    include_str!("texts/pt-BR/operations.ftl"),
    include_str!("texts/pt-BR/traces.ftl"),
    include_str!("texts/pt-BR/letters.ftl"),
    include_str!("texts/pt-BR/access.ftl"),
    include_str!("texts/pt-BR/dashboard.ftl"),
    include_str!("texts/pt-BR/reports.ftl"),
    include_str!("texts/pt-BR/inbox.ftl"),
    include_str!("texts/pt-BR/playground.ftl"),
    include_str!("texts/pt-BR/traffic.ftl"),
);

impl Texts {
    /// Reads them.
    pub(crate) fn new() -> Self {
        Self {
            english: bundle(Language::English, ENGLISH),
            portuguese: bundle(Language::Portuguese, PORTUGUESE),
        }
    }

    /// A text by its key.
    pub(super) fn say<'a>(&'a self, language: Language, key: &'a str) -> Say<'a> {
        Say { texts: self, language, key, args: FluentArgs::new() }
    }

    fn bundle(&self, language: Language) -> &FluentBundle<FluentResource> {
        match language {
            Language::English => &self.english,
            Language::Portuguese => &self.portuguese,
        }
    }

    /// Whether there is a text of this key.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.english.has_message(key)
    }
}

fn bundle(language: Language, source: &str) -> FluentBundle<FluentResource> {
    // A test reads both files without an error.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(read, _)| read);
    let mut bundle = FluentBundle::new_concurrent(vec![language.id()]);
    // The marks around values are for mixed directions of writing; copied out of a
    // page they would break an id or a URL.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

/// A text that is about to be written, with the values that it names.
pub(super) struct Say<'a> {
    texts: &'a Texts,
    language: Language,
    key: &'a str,
    args: FluentArgs<'a>,
}

impl<'a> Say<'a> {
    /// Gives a value that the text names as `$name`.
    pub(super) fn arg(mut self, name: &'a str, value: impl fmt::Display) -> Self {
        self.args.set(name, value.to_string());
        self
    }

    /// Gives the number that the text names as `$count`; words follow it.
    pub(super) fn count(mut self, count: impl Into<FluentValue<'a>>) -> Self {
        self.args.set("count", count);
        self
    }

    /// The text with what stands `` `between these` `` as code.
    pub(super) fn rich(self) -> Rich {
        Rich(self.written().into_owned())
    }

    fn written(&self) -> Cow<'_, str> {
        let bundle = self.texts.bundle(self.language);
        let pattern = bundle.get_message(self.key).and_then(|message| message.value());
        // What is missing is missed by a test; here its key is better than nothing.
        let Some(pattern) = pattern else { return Cow::Borrowed(self.key) };
        bundle.format_pattern(pattern, Some(&self.args), &mut Vec::new())
    }
}

impl fmt::Display for Say<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written())
    }
}

/// A text as HTML: all of it is escaped, and parts of it are code.
pub(super) struct Rich(String);

impl Rich {
    /// A sentence that is no text of ours, e.g. an adapter's.
    pub(super) fn new(sentence: &str) -> Self {
        Self(sentence.to_owned())
    }
}

impl fmt::Display for Rich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use askama::filters::{Html, escape};
        for (index, part) in self.0.split('`').enumerate() {
            let part = escape(part, Html).map_err(|_| fmt::Error)?;
            match index % 2 {
                0 => write!(f, "{part}")?,
                _ => write!(f, "<code>{part}</code>")?,
            }
        }
        Ok(())
    }
}

impl HtmlSafe for Rich {}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test fails by panicking")]
#[path = "texts_test.rs"]
mod tests;
