//! What came of all runs.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::ledger::Counts;
use crate::point::Point;
use crate::violation::{Kind, Violation};

/// What came of all runs.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    points: BTreeMap<Point, Row>,
    counts: Counts,
    violations: BTreeMap<Kind, u64>,
    swaps: u64,
    checks: u64,
    visits: u64,
    storage_checks: u64,
    starts: Vec<Duration>,
}

#[derive(Debug, Default)]
struct Row {
    cycles: u64,
    reached: u64,
    taken_again: u64,
}

impl Figures {
    /// The host was killed, there or, where the point was not reached in time,
    /// anywhere; so many messages were taken again after it.
    pub(crate) fn killed(&mut self, point: Point, reached: bool) {
        let row = self.points.entry(point).or_default();
        row.cycles += 1;
        row.reached += u64::from(reached);
    }

    /// So many messages were taken again after it was killed there.
    pub(crate) fn taken_again(&mut self, point: Point, count: u64) {
        self.points.entry(point).or_default().taken_again += count;
    }

    /// It was ready after so long.
    pub(crate) fn started(&mut self, took: Duration) {
        self.starts.push(took);
    }

    /// All was checked to the end, before it was killed.
    pub(crate) fn checked(&mut self) {
        self.checks += 1;
    }

    /// So many conversations with a flow went as the simulator says.
    pub(crate) fn visited(&mut self, count: u64) {
        self.visits += count;
    }

    /// The database was read as a kill had left it.
    pub(crate) fn storage_checked(&mut self) {
        self.storage_checks += 1;
    }

    /// A run is over, with all that was wrong in it.
    pub(crate) fn run(&mut self, counts: Counts, swaps: u64, violations: &[Violation]) {
        for violation in violations {
            eprintln!("{}: {}", violation.kind, violation.what);
            *self.violations.entry(violation.kind).or_default() += 1;
        }
        self.counts.acknowledged_in += counts.acknowledged_in;
        self.counts.acknowledged_out += counts.acknowledged_out;
        self.counts.acknowledged_again += counts.acknowledged_again;
        self.counts.taken_again += counts.taken_again;
        self.swaps += swaps;
    }

    /// How much was wrong in all runs.
    pub(crate) fn violations(&self) -> u64 {
        self.violations.values().sum()
    }

    /// How long a start takes, in the middle.
    pub(crate) fn usual_start(&self) -> Option<Duration> {
        let mut starts = self.starts.clone();
        starts.sort_unstable();
        starts.get(starts.len() / 2).copied()
    }

    /// Cycles until now.
    pub(crate) fn cycles(&self) -> u64 {
        self.points.values().map(|row| row.cycles).sum()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| killed at | cycles | reached | messages taken twice after it |")?;
        writeln!(f, "|---|---|---|---|")?;
        for (point, Row { cycles, reached, taken_again }) in &self.points {
            writeln!(f, "| `{}` | {cycles} | {reached} | {taken_again} |", point.name())?;
        }
        let Counts { acknowledged_in, acknowledged_out, acknowledged_again, taken_again } =
            self.counts;
        writeln!(f, "\n| what | |\n|---|---|")?;
        let longest = self.starts.iter().max().copied().unwrap_or_default();
        let rows = [
            ("cycles", self.cycles().to_string()),
            ("acknowledged, from chats", acknowledged_in.to_string()),
            ("acknowledged, to chats", acknowledged_out.to_string()),
            ("sent again by their callers though acknowledged", acknowledged_again.to_string()),
            ("swaps of a revision, acknowledged", self.swaps.to_string()),
            ("taken twice, at the crash edge, with the same id", taken_again.to_string()),
            ("checks that ended before the kill did", self.checks.to_string()),
            ("conversations with a flow, held against the simulator", self.visits.to_string()),
            ("data folders read as the kill had left them, and found whole", {
                self.storage_checks.to_string()
            }),
            ("start, median and longest", {
                let median = self.usual_start().unwrap_or_default();
                format!("{} and {} ms", median.as_millis(), longest.as_millis())
            }),
        ];
        rows.iter().try_for_each(|(what, count)| writeln!(f, "| {what} | {count} |"))?;
        Kind::ALL.iter().try_for_each(|kind| {
            let count = self.violations.get(kind).copied().unwrap_or_default();
            writeln!(f, "| **{kind}** | **{count}** |")
        })
    }
}
