//! What recorded traffic becomes in two revisions, for people.

use eclusa_journal::registry::{ChannelShadow, Comparison, FailureGroup, ShadowReport};

use super::counts;
use crate::cli::change::{self, Change};
use crate::cli::output::Style;
use crate::cli::words;

/// Examples have so many lines at most.
pub(super) const EXAMPLE: usize = 40;

/// Before a deployment so many channels are shown, and so many places of each.
const BRIEF_CHANNELS: usize = 8;
const BRIEF_PLACES: usize = 5;

/// All of it: each channel with its counts, each place with an example.
/// `candidate` is how `eclusa replay` finds the candidate, where it is kept.
pub(super) fn whole(report: &ShadowReport, style: Style, candidate: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    for shadow in &report.channels {
        lines.extend(counts::table(shadow, style));
        for (call, comparison) in calls(shadow) {
            let places = places(comparison, style, candidate);
            if !places.is_empty() {
                lines.push(format!("\n  {}", style.bold(&format!("in {call}"))));
                lines.extend(places);
            }
        }
        lines.push(String::new());
    }
    lines.push(verdict(report, style));
    lines
}

/// The channels where something differs, with their counts and the most frequent
/// places.
pub(super) fn brief(report: &ShadowReport, style: Style) -> Vec<String> {
    let differing = report.channels.iter().filter(|shadow| differs(shadow));
    let mut lines = Vec::new();
    for shadow in differing.clone().take(BRIEF_CHANNELS) {
        lines.extend(counts::table(shadow, style));
        let titles: Vec<String> =
            calls(shadow).into_iter().flat_map(|(_, it)| titles(it, style)).collect();
        lines.extend(titles.iter().take(BRIEF_PLACES).map(|title| format!("    {title}")));
        lines.extend(more(titles.len().saturating_sub(BRIEF_PLACES), "place", style));
    }
    let hidden = differing.count().saturating_sub(BRIEF_CHANNELS);
    lines.extend(more(hidden, "channel", style));
    lines
}

/// The report in one sentence.
pub(super) fn verdict(report: &ShadowReport, style: Style) -> String {
    let total = report.sum(|it| it.total);
    let inputs = words::count(total, "recorded input");
    if report.channels.is_empty() {
        return "nothing was compared: no channel follows this adapter".to_owned();
    }
    if total == 0 {
        return "nothing was compared: no traffic of these channels is recorded".to_owned();
    }
    if report.is_identical() {
        let same = if total == 1 { "becomes" } else { "become" };
        return style.green(&format!("nothing differs: {inputs} {same} the same in both"));
    }
    let (changed, failing, repaired) = (
        report.sum(|it| it.changed),
        report.sum(|it| it.new_failures),
        report.sum(|it| it.repaired_failures),
    );
    let failing_text = format!("{failing} newly failing");
    let failing_text = if failing > 0 { style.red(&failing_text) } else { failing_text };
    let both = match report.sum(|it| it.failing) {
        0 => String::new(),
        both => format!(", {both} failing in both"),
    };
    format!("of {inputs} {changed} changed, {failing_text}, {repaired} repaired{both}")
}

fn calls(shadow: &ChannelShadow) -> [(&'static str, &Comparison); 3] {
    [("receive", &shadow.receive), ("send", &shadow.send), ("settle", &shadow.settle)]
}

fn differs(shadow: &ChannelShadow) -> bool {
    calls(shadow)
        .iter()
        .any(|(_, it)| it.identical + it.failing < it.total || !it.changes.is_empty())
}

/// What has changed and what fails newly, a line each; failures first.
fn titles(comparison: &Comparison, style: Style) -> Vec<String> {
    let changes: Vec<Change<'_>> = comparison.changes.iter().map(Change::from).collect();
    let width = change::width(&changes);
    let counts = comparison.changes.iter().map(|it| it.count);
    let failures = comparison.failures.iter().map(|group| failure(group, style));
    let repaired = comparison.repaired.iter().map(|group| repair(group, style));
    let changed = changes
        .iter()
        .zip(counts)
        .map(|(change, count)| format!("{}  ×{count}", change.title(style, width)));
    failures.chain(changed).chain(repaired).collect()
}

/// The same with examples.
fn places(comparison: &Comparison, style: Style, candidate: Option<&str>) -> Vec<String> {
    let changes: Vec<Change<'_>> = comparison.changes.iter().map(Change::from).collect();
    let example = |id: &str| style.dim(&hint(id, candidate));
    let failures = comparison
        .failures
        .iter()
        .map(|it| vec![words::first_line(&it.message), example(&it.example)]);
    let changed = comparison.changes.iter().zip(&changes).map(|(it, change)| {
        let mut lines = change.values(style, EXAMPLE);
        lines.push(example(&it.example.id));
        lines
    });
    let repaired = comparison
        .repaired
        .iter()
        .map(|it| vec![format!("was: {}", words::first_line(&it.message)), example(&it.example)]);
    let mut lines = Vec::new();
    for (title, below) in
        titles(comparison, style).into_iter().zip(failures.chain(changed).chain(repaired))
    {
        lines.push(format!("    {title}"));
        lines.extend(below.into_iter().map(|line| format!("        {line}")));
    }
    let left_out = [
        (comparison.more_failures, "code of new failures", "codes of new failures"),
        (comparison.more_changes, "place", "places"),
        (comparison.more_repaired, "code of repaired failures", "codes of repaired failures"),
    ];
    lines.extend(left_out.into_iter().filter(|(count, ..)| *count > 0).map(
        |(count, one, many)| {
            let things = if count == 1 { one } else { many };
            format!("    {}", style.dim(&format!("… and {count} more {things}")))
        },
    ));
    lines
}

fn failure(group: &FailureGroup, style: Style) -> String {
    let code = words::tame(&group.code);
    format!("{}  newly failing  ×{}", style.red(&format!("! {code}")), group.count)
}

fn repair(group: &FailureGroup, style: Style) -> String {
    let code = words::tame(&group.code);
    format!("{}  repaired  ×{}", style.green(&format!("✓ {code}")), group.count)
}

fn hint(id: &str, candidate: Option<&str>) -> String {
    match candidate {
        Some(revision) => format!("eclusa replay {id} --revision {}", words::revision(revision)),
        None => format!("e.g. {id}"),
    }
}

fn more(count: usize, thing: &str, style: Style) -> Option<String> {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let things = words::count(count, &format!("more {thing}"));
    (count > 0).then(|| style.dim(&format!("    … and {things}")))
}

#[cfg(test)]
#[path = "report_test.rs"]
mod tests;
