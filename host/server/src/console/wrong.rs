//! A problem in the words of who looks at a page.

use super::frame::Frame;
use crate::problem::{ApiProblem, Violation};

/// A problem as pages show it: what is wrong and what to do.
#[derive(Debug, Clone)]
pub(super) struct Wrong {
    /// What programs and colleagues tell it by.
    pub(super) code: String,
    /// What is wrong.
    pub(super) what: Phrase,
    /// What to do; empty where nothing is known.
    pub(super) action: Phrase,
    /// What is wrong in single fields.
    pub(super) violations: Vec<Violation>,
}

/// A sentence, and whether it stays English for want of a translation.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrase {
    /// The sentence.
    pub(super) text: String,
    /// It is English on a page in another language.
    pub(super) english: bool,
}

impl Phrase {
    /// A sentence of the API, which speaks English.
    pub(super) fn english(text: &str) -> Self {
        let mut text = text.to_owned();
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if text.ends_with(|last: char| last.is_alphanumeric()) {
            text.push('.');
        }
        Self { text, english: true }
    }

    /// A text of ours.
    pub(super) fn said(at: &Frame, key: &str) -> Self {
        Self { text: at.say(key).to_string(), english: false }
    }

    /// A name as its adapter writes it.
    pub(super) fn english_name(name: &str) -> Self {
        Self { text: name.to_owned(), english: true }
    }

    /// What the API says of a field. Its sentences are known by their words:
    /// `expected 1 to 1000` has the text `violation-expected-1-to-1000`.
    pub(super) fn violation(at: &Frame, message: &str) -> Self {
        let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
        let words: String = message.chars().map(word).collect();
        let words: Vec<&str> = words.split_whitespace().collect();
        let key = format!("violation-{}", words.join("-"));
        Self::known(at, &key).unwrap_or_else(|| Self::english(message))
    }

    fn known(at: &Frame, key: &str) -> Option<Self> {
        at.knows(key).then(|| Self { text: at.say(key).to_string(), english: false })
    }
}

impl Wrong {
    /// What is wrong in a field, by its pointer.
    pub(super) fn of_field(&self, at: &Frame, pointer: &str) -> Option<Phrase> {
        let found = self.violations.iter().find(|violation| violation.pointer == pointer);
        found.map(|violation| Phrase::violation(at, &violation.message))
    }

    /// A problem for who looks: by the texts of its code, where there are any.
    pub(super) fn new(at: &Frame, problem: &ApiProblem) -> Self {
        let key = format!("problem-{}", problem.code().replace('_', "-"));
        let what = Phrase::known(at, &key);
        let action = Phrase::known(at, &format!("{key}-action"));
        Self {
            code: problem.code().to_owned(),
            what: what.unwrap_or_else(|| Phrase::english(problem.detail())),
            action: action.unwrap_or_else(|| Phrase::english(problem.what_to_do())),
            violations: problem.wrong_fields().to_vec(),
        }
    }
}
