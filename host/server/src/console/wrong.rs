//! A problem in the words of who looks at a page.

use super::frame::Frame;
use crate::problem::ApiProblem;

/// A problem as pages show it: what is wrong and what to do.
#[derive(Debug, Clone)]
pub(super) struct Wrong {
    /// What programs and colleagues tell it by.
    pub(super) code: String,
    /// What is wrong.
    pub(super) what: Phrase,
    /// What to do; empty where nothing is known.
    pub(super) action: Phrase,
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

    fn known(at: &Frame, key: &str) -> Option<Self> {
        at.knows(key).then(|| Self { text: at.say(key).to_string(), english: false })
    }
}

impl Wrong {
    /// A problem for who looks: by the texts of its code, where there are any.
    pub(super) fn new(at: &Frame, problem: &ApiProblem) -> Self {
        let key = format!("problem-{}", problem.code().replace('_', "-"));
        let what = Phrase::known(at, &key);
        let action = Phrase::known(at, &format!("{key}-action"));
        Self {
            code: problem.code().to_owned(),
            what: what.unwrap_or_else(|| Phrase::english(problem.detail())),
            action: action.unwrap_or_else(|| Phrase::english(problem.what_to_do())),
        }
    }
}
