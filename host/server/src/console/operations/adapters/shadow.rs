//! What recorded traffic becomes in two revisions, as a table.

use eclusa_journal::registry::{Change, ChangeKind, Comparison, Latency, ShadowReport};

use super::super::words;
use crate::console::language::Language;

/// The comparisons of all channels that have any.
pub(super) struct Shadow {
    pub(super) compared_at: String,
    pub(super) parts: Vec<Part>,
    pub(super) identical: bool,
}

/// One channel, in one direction.
pub(super) struct Part {
    pub(super) channel: String,
    /// The text that names the direction.
    pub(super) what: &'static str,
    pub(super) comparison: Comparison,
    /// Guest times of what serves and of the candidate.
    pub(super) times: Option<(String, String)>,
}

impl Shadow {
    /// A report for a page.
    pub(super) fn new(language: Language, report: &ShadowReport) -> Self {
        let directions = report.channels.iter().flat_map(|it| {
            [
                (&it.channel, "shadow-receive", &it.receive),
                (&it.channel, "shadow-send", &it.send),
                (&it.channel, "shadow-settle", &it.settle),
            ]
        });
        let compared = directions.filter(|(.., comparison)| comparison.total > 0);
        Self {
            compared_at: report.compared_at.clone(),
            identical: report.is_identical(),
            parts: compared
                .map(|(channel, what, comparison)| Part {
                    channel: channel.clone(),
                    what,
                    times: times(language, comparison),
                    comparison: comparison.clone(),
                })
                .collect(),
        }
    }

    /// How many inputs were compared.
    pub(super) fn total(&self) -> u32 {
        self.parts.iter().map(|part| part.comparison.total).sum()
    }
}

impl Part {
    /// The text that names what happened at a place.
    pub(super) fn kind(&self, change: &Change) -> &'static str {
        match change.kind {
            ChangeKind::Added => "change-added",
            ChangeKind::Removed => "change-removed",
            ChangeKind::Replaced => "change-replaced",
            ChangeKind::Renamed(_) => "change-renamed",
        }
    }

    /// Where a value stands now, where it has moved.
    pub(super) fn moved_to(&self, change: &Change) -> Option<String> {
        match &change.kind {
            ChangeKind::Renamed(to) => Some(to.clone()),
            ChangeKind::Added | ChangeKind::Removed | ChangeKind::Replaced => None,
        }
    }

    /// An example's values, before and after.
    pub(super) fn example(&self, change: &Change) -> (String, String) {
        (words::pretty(&change.example.before), words::pretty(&change.example.after))
    }
}

fn times(language: Language, comparison: &Comparison) -> Option<(String, String)> {
    let (before, after) = (comparison.baseline_latency?, comparison.candidate_latency?);
    let text = |it: Latency| words::micros(language, it.p95_us);
    Some((text(before), text(after)))
}
