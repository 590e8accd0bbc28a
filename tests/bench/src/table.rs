//! The table of results.

use std::fmt;

/// Rows of results.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    what: String,
    measured: String,
    reference: String,
    ratio: String,
    goal: String,
    reached: bool,
}

impl Table {
    /// A figure beside its reference.
    pub(crate) fn ratio(
        &mut self,
        what: &str,
        (measured, reference): (f64, f64),
        unit: &str,
        goal: Goal,
    ) {
        let ratio = measured / reference;
        self.rows.push(Row {
            what: what.to_owned(),
            measured: figure(measured, unit),
            reference: figure(reference, unit),
            ratio: format!("{ratio:.2}"),
            goal: goal.to_string(),
            reached: goal.reached(ratio),
        });
    }

    /// A figure with a goal of its own.
    pub(crate) fn figure(&mut self, what: &str, measured: f64, unit: &str, goal: Goal) {
        self.rows.push(Row {
            what: what.to_owned(),
            measured: figure(measured, unit),
            reference: "–".to_owned(),
            ratio: "–".to_owned(),
            goal: format!("{goal} {unit}"),
            reached: goal.reached(measured),
        });
    }
}

/// What a figure or a ratio should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// At least.
    AtLeast(f64),
    /// At most.
    AtMost(f64),
}

impl Goal {
    fn reached(self, value: f64) -> bool {
        match self {
            Self::AtLeast(goal) => value >= goal,
            Self::AtMost(goal) => value <= goal,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(goal) => write!(f, "≥ {goal}"),
            Self::AtMost(goal) => write!(f, "≤ {goal}"),
        }
    }
}

fn figure(value: f64, unit: &str) -> String {
    if value >= 1000.0 { format!("{value:.0} {unit}") } else { format!("{value:.2} {unit}") }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | measured | reference | ratio | goal | |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for row in &self.rows {
            let Row { what, measured, reference, ratio, goal, reached } = row;
            let reached = if *reached { "reached" } else { "not reached" };
            writeln!(f, "| {what} | {measured} | {reference} | {ratio} | {goal} | {reached} |")?;
        }
        Ok(())
    }
}

/// The middle one of some values; of an even number the upper one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
