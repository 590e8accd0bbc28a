//! Changes and failures, gathered from many answers.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use eclusa_journal::registry::{Change, ChangeKind, Example, FailureGroup};
use serde_json::Value;

use super::difference::find;
use super::failure::Failure;
use super::mask;
use super::path::Path;

/// How many groups a comparison shows.
const SHOWN: usize = 50;

/// How many places are told apart: a guest may think of a new one for every
/// answer.
const COUNTED: usize = 5_000;

/// What has changed, by place and kind.
#[derive(Debug, Default)]
pub(super) struct Changes {
    groups: BTreeMap<(String, ChangeKind), Group>,
    answers: u32,
}

#[derive(Debug)]
struct Group {
    count: u32,
    /// The answer that was counted last.
    last: u32,
    example: Example,
}

impl Changes {
    /// Takes in where two answers to the same input differ. Says whether they do.
    pub(super) fn add(&mut self, id: &str, before: &Value, after: &Value) -> bool {
        self.answers += 1;
        let mut differs = false;
        find(before, after, &mut |found| {
            differs = true;
            let full = self.groups.len() >= COUNTED;
            let key = (found.path.general(), found.kind(Path::general));
            if let Some(group) = self.groups.get_mut(&key) {
                if group.last != self.answers {
                    group.last = self.answers;
                    group.count += 1;
                }
            } else if !full {
                let name = found.path.name();
                let shown = |value: Option<&Value>| {
                    value.map(|value| mask::value(name, value)).unwrap_or_default()
                };
                let (before, after) = found.values();
                let (before, after) = (shown(before), shown(after));
                let example = Example { id: id.to_owned(), before, after };
                self.groups.insert(key, Group { count: 1, last: self.answers, example });
            }
        });
        differs
    }

    /// The most frequent ones, and how many more there are.
    pub(super) fn finish(self) -> (Vec<Change>, u32) {
        let mut changes: Vec<Change> = self
            .groups
            .into_iter()
            .map(|((pointer, kind), group)| Change {
                pointer,
                kind,
                count: group.count,
                example: group.example,
            })
            .collect();
        changes.sort_by_key(|change| Reverse(change.count));
        let more = cut(&mut changes);
        (changes, more)
    }
}

/// Failures by their code.
#[derive(Debug, Default)]
pub(super) struct Failures(BTreeMap<(String, bool), FailureGroup>);

impl Failures {
    /// Takes in one failure.
    pub(super) fn add(&mut self, id: &str, failure: Failure) {
        let Failure { code, is_problem, message } = failure;
        self.0
            .entry((code.clone(), is_problem))
            .or_insert_with(|| FailureGroup { code, count: 0, message, example: id.to_owned() })
            .count += 1;
    }

    /// The most frequent ones, and how many more there are.
    pub(super) fn finish(self) -> (Vec<FailureGroup>, u32) {
        let mut groups: Vec<FailureGroup> = self.0.into_values().collect();
        groups.sort_by_key(|group| Reverse(group.count));
        let more = cut(&mut groups);
        (groups, more)
    }
}

fn cut<T>(groups: &mut Vec<T>) -> u32 {
    let more = groups.len().saturating_sub(SHOWN);
    groups.truncate(SHOWN);
    u32::try_from(more).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
