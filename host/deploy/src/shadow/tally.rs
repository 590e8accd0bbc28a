//! Counts what two revisions make of the same input.

use std::time::Duration;

use eclusa_journal::registry::Comparison;
use serde_json::{Value, json};

use super::answer::{Answer, comparable};
use super::failure::Failure;
use super::groups::{Changes, Failures};
use super::latency::latency;
use super::rehearse::Timed;

/// Counts what two revisions make of the same input.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: Comparison,
    changes: Changes,
    failures: Failures,
    repaired: Failures,
    before: Vec<Duration>,
    after: Vec<Duration>,
}

impl Tally {
    /// Takes in what both make of one input.
    pub(super) fn add(&mut self, id: &str, before: &Timed, after: &Timed) {
        self.before.push(before.duration);
        self.after.push(after.duration);
        let counts = &mut self.counts;
        counts.total += 1;
        match (before.answer.failure(), after.answer.failure()) {
            (None, None) => {
                if self.differs(id, &before.answer, &after.answer) {
                    self.counts.changed += 1;
                } else {
                    self.counts.identical += 1;
                }
            }
            (None, Some(failure)) => {
                counts.new_failures += 1;
                self.failures.add(id, failure);
            }
            (Some(failure), None) => {
                counts.repaired_failures += 1;
                self.repaired.add(id, failure);
            }
            (Some(before), Some(after)) => {
                counts.failing += 1;
                self.changes.add(id, &code_of(&before), &code_of(&after));
            }
        }
    }

    fn differs(&mut self, id: &str, before: &Answer, after: &Answer) -> bool {
        let (before, after) = (before.text(), after.text());
        before != after && self.changes.add(id, &comparable(&before), &comparable(&after))
    }

    /// The comparison.
    pub(super) fn finish(self) -> Comparison {
        let (changes, more_changes) = self.changes.finish();
        let (failures, more_failures) = self.failures.finish();
        let (repaired, more_repaired) = self.repaired.finish();
        Comparison {
            changes,
            more_changes,
            failures,
            more_failures,
            repaired,
            more_repaired,
            baseline_latency: latency(&self.before),
            candidate_latency: latency(&self.after),
            ..self.counts
        }
    }
}

/// What is compared where both fail.
fn code_of(failure: &Failure) -> Value {
    let key = if failure.is_problem { "problem" } else { "error" };
    json!({ key: { "code": failure.code } })
}

#[cfg(test)]
mod tests;
