//! What is wrong with a draft, in the words of who looks.

use eclusa_flow::{Findings, Flow, FlowDocument};
use serde_json::Value;

use super::super::frame::Frame;
use super::super::wrong::Phrase;
use super::block::Block;
use super::draft::Draft;
use crate::api::read_json;

/// What was found in a draft.
pub(super) struct Checked {
    errors: Vec<Found>,
    warnings: Vec<Found>,
}

struct Found {
    pointer: String,
    phrase: Phrase,
}

/// A line of the list of all that is wrong.
pub(super) struct Line {
    pub(super) phrase: Phrase,
    /// Where in the page it is told, by its id.
    pub(super) place: Option<String>,
}

/// Whether a value is there that a form can only give as a text.
fn numbers(value: &Value, pointer: &str, errors: &mut Vec<(String, &'static str)>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let pointer = format!("{pointer}/{key}");
                let is_number =
                    matches!(key.as_str(), "retries" | "after_seconds" | "latitude" | "longitude");
                if is_number && value.is_string() {
                    errors.push((pointer, "finding-not-a-number"));
                } else {
                    numbers(value, &pointer, errors);
                }
            }
        }
        Value::Array(list) => {
            for (place, value) in list.iter().enumerate() {
                numbers(value, &format!("{pointer}/{place}"), errors);
            }
        }
        _ => {}
    }
}

/// Checks a draft.
pub(super) fn check(at: &Frame, draft: &Draft) -> Checked {
    let mut untyped = Vec::new();
    numbers(draft.json(), "", &mut untyped);
    if !untyped.is_empty() {
        let found =
            |(pointer, key): (String, &str)| Found { pointer, phrase: Phrase::said(at, key) };
        let errors = untyped.into_iter().map(found).collect();
        return Checked { errors, warnings: Vec::new() };
    }
    let document = match read_json::<FlowDocument>(&draft.json().to_string().into()) {
        Ok(document) => document,
        Err(problem) => {
            let mut errors: Vec<Found> = problem
                .wrong_fields()
                .iter()
                .map(|wrong| Found {
                    pointer: wrong.pointer.clone(),
                    phrase: Phrase::violation(at, &wrong.message),
                })
                .collect();
            if errors.is_empty() {
                let phrase = Phrase::english(problem.detail());
                errors.push(Found { pointer: String::new(), phrase });
            }
            return Checked { errors, warnings: Vec::new() };
        }
    };
    let Findings { errors, warnings } = eclusa_flow::check(&document);
    let say = |finding: eclusa_flow::Finding| Found {
        phrase: phrase(at, &finding),
        pointer: finding.pointer,
    };
    Checked {
        errors: errors.into_iter().map(say).collect(),
        warnings: warnings.into_iter().map(say).collect(),
    }
}

/// The flow that a draft is, whatever it is called: that can wait until it is saved.
pub(super) fn runnable(draft: &Draft) -> Option<Flow> {
    let mut named = draft.clone();
    for key in ["id", "name"] {
        named.put(key, "draft");
    }
    Flow::new(read_json(&named.json().to_string().into()).ok()?).ok()
}

/// What a finding says: by the text of its code, where there is one.
fn phrase(at: &Frame, finding: &eclusa_flow::Finding) -> Phrase {
    let key = format!("finding-{}", finding.code.replace('_', "-"));
    match at.knows(&key) {
        true => Phrase::said(at, &key),
        false => Phrase::english(&format!("{}. {}", finding.message, finding.action)),
    }
}

impl Checked {
    /// Tells each where it arises, and all that is wrong in a list.
    pub(super) fn tell(&self, cards: &mut [Block<'_>]) -> Vec<Line> {
        let mut place = |found: &Found, warns: bool| {
            // The first card is about the flow as a whole, so it is asked last.
            let mut cards = cards.iter_mut().rev();
            cards.find_map(|card| card.place(&found.pointer, &found.phrase, warns))
        };
        for warning in &self.warnings {
            place(warning, true);
        }
        let line =
            |found: &Found| Line { phrase: found.phrase.clone(), place: place(found, false) };
        self.errors.iter().map(line).collect()
    }
}
