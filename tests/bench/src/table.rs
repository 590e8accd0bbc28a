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
    reached: Option<bool>,
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
            reached: Some(goal.reached(ratio)),
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
            reached: Some(goal.reached(measured)),
        });
    }

    /// A number of things that must not be, of so many that are.
    pub(crate) fn none(&mut self, what: &str, count: usize, of: usize) {
        self.rows.push(Row {
            what: what.to_owned(),
            measured: count.to_string(),
            reference: format!("of {of}"),
            ratio: "–".to_owned(),
            goal: "0".to_owned(),
            reached: Some(count == 0 && of > 0),
        });
    }

    /// Something to know, without a goal.
    pub(crate) fn note(&mut self, what: &str, measured: String) {
        let none = || "–".to_owned();
        let what = what.to_owned();
        let (reference, ratio, goal) = (none(), none(), none());
        self.rows.push(Row { what, measured, reference, ratio, goal, reached: None });
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
            let reached = match reached {
                Some(true) => "reached",
                Some(false) => "not reached",
                None => "",
            };
            writeln!(f, "| {what} | {measured} | {reference} | {ratio} | {goal} | {reached} |")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_reached_says_so() {
        let mut table = Table::default();
        table.ratio("slower", (3.0, 2.0), "ms", Goal::AtMost(1.4));
        table.figure("time", 400.0, "ms", Goal::AtMost(400.0));
        table.none("lost", 1, 9);
        table.none("lost of none", 0, 0);
        table.note("parts", "1 + 2".to_owned());
        let lines = table.to_string();
        let lines: Vec<_> = lines.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| slower | 3.00 ms | 2.00 ms | 1.50 | ≤ 1.4 | not reached |",
                "| time | 400.00 ms | – | – | ≤ 400 ms | reached |",
                "| lost | 1 | of 9 | – | 0 | not reached |",
                "| lost of none | 0 | of 0 | – | 0 | not reached |",
                "| parts | 1 + 2 | – | – | – |  |",
            ]
        );
    }
}
