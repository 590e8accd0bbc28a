//! A difference between two JSON documents, for people.

use eclusa_deploy::shadow::Difference;
use eclusa_journal::registry::{self, ChangeKind, ManifestChange};
use serde_json::Value;

use super::json;
use super::output::Style;
use super::words::tame;

/// A value up to so many characters stands on one line.
const ONE_LINE: usize = 90;

/// Places are aligned up to this width.
const WIDEST: usize = 72;

/// One difference.
#[derive(Debug, Clone)]
pub(super) struct Change<'a> {
    /// JSON pointer.
    pub(super) pointer: &'a str,
    /// What happened there.
    pub(super) kind: Kind<'a>,
    /// What it was.
    pub(super) before: &'a Value,
    /// What it is.
    pub(super) after: &'a Value,
}

/// What happened.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    Added,
    Removed,
    Replaced,
    Renamed(&'a str),
}

impl<'a> From<&'a ChangeKind> for Kind<'a> {
    fn from(kind: &'a ChangeKind) -> Self {
        match kind {
            ChangeKind::Added => Self::Added,
            ChangeKind::Removed => Self::Removed,
            ChangeKind::Replaced => Self::Replaced,
            ChangeKind::Renamed(to) => Self::Renamed(to),
        }
    }
}

/// An example of a place at which answers differ.
impl<'a> From<&'a registry::Change> for Change<'a> {
    fn from(change: &'a registry::Change) -> Self {
        let example = &change.example;
        Self {
            pointer: &change.pointer,
            kind: (&change.kind).into(),
            before: &example.before,
            after: &example.after,
        }
    }
}

impl<'a> From<&'a ManifestChange> for Change<'a> {
    fn from(change: &'a ManifestChange) -> Self {
        Self::of_values(&change.pointer, &change.before, &change.after)
    }
}

impl<'a> From<&'a Difference> for Change<'a> {
    fn from(it: &'a Difference) -> Self {
        let kind = (&it.kind).into();
        Self { pointer: &it.pointer, kind, before: &it.before, after: &it.after }
    }
}

impl<'a> Change<'a> {
    /// A change whose kind follows from its values: what was not there is `null`.
    fn of_values(pointer: &'a str, before: &'a Value, after: &'a Value) -> Self {
        let kind = match (before, after) {
            (Value::Null, _) => Kind::Added,
            (_, Value::Null) => Kind::Removed,
            _ => Kind::Replaced,
        };
        Self { pointer, kind, before, after }
    }

    /// Where, and what happened there, on one line. Several below one another are
    /// aligned where each gets the same `width`.
    pub(super) fn title(&self, style: Style, width: usize) -> String {
        let place = format!("{:<width$}", self.place());
        match self.kind {
            Kind::Added => format!("{}  added", style.green(&format!("+ {place}"))),
            Kind::Removed => format!("{}  removed", style.red(&format!("- {place}"))),
            Kind::Replaced => format!("{}  replaced", style.yellow(&format!("~ {place}"))),
            Kind::Renamed(_) => format!("{}  renamed", style.yellow(&format!("~ {place}"))),
        }
    }

    /// What it was and what it is, each on so many lines at most.
    pub(super) fn values(&self, style: Style, most: usize) -> Vec<String> {
        let red = |line: String| style.red(&format!("- {line}"));
        let green = |line: String| style.green(&format!("+ {line}"));
        let before = || value_lines(self.before, most).into_iter();
        let after = || value_lines(self.after, most).into_iter();
        match self.kind {
            Kind::Added => after().map(green).collect(),
            Kind::Removed => before().map(red).collect(),
            Kind::Replaced => before().map(red).chain(after().map(green)).collect(),
            Kind::Renamed(_) => before().map(|line| format!("  {line}")).collect(),
        }
    }

    fn place(&self) -> String {
        match self.kind {
            Kind::Renamed(to) => format!("{} → {}", pointer(self.pointer), pointer(to)),
            _ => pointer(self.pointer),
        }
    }
}

/// The width at which the titles of these are aligned.
pub(super) fn width<'a>(changes: impl IntoIterator<Item = &'a Change<'a>>) -> usize {
    let widths = changes.into_iter().map(|it| it.place().chars().count());
    widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
}

/// The whole document has an empty pointer.
fn pointer(pointer: &str) -> String {
    if pointer.is_empty() { "(all of it)".to_owned() } else { tame(pointer) }
}

/// A value on one line where it is short, else laid out.
fn value_lines(value: &Value, most: usize) -> Vec<String> {
    let text = tame(&value.to_string());
    if text.chars().count() <= ONE_LINE {
        return vec![json::compact(&text)];
    }
    let mut lines: Vec<String> = json::pretty(&text).lines().map(str::to_owned).collect();
    if lines.len() > most {
        let hidden = lines.len() - most;
        lines.truncate(most);
        lines.push(format!("… and {hidden} more lines"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Change, Kind, width};
    use crate::cli::output::Style;

    const PLAIN: fn() -> Style = || Style::fixed(false);

    #[test]
    fn each_kind_has_its_sign() {
        let (old, new, none) = (json!("A-9"), json!({"a": [1]}), Value::Null);
        let renamed =
            Change { pointer: "/a", kind: Kind::Renamed("/b"), before: &old, after: &old };
        assert_eq!(renamed.title(PLAIN(), 0), "~ /a → /b  renamed");
        assert_eq!(renamed.values(PLAIN(), 9), ["  \"A-9\""]);
        for (change, title, values) in [
            (Change::of_values("/a", &none, &new), "+ /a  added", vec!["+ {\"a\":[1]}"]),
            (Change::of_values("/a", &old, &none), "- /a  removed", vec!["- \"A-9\""]),
            (
                Change::of_values("", &old, &new),
                "~ (all of it)  replaced",
                vec!["- \"A-9\"", "+ {\"a\":[1]}"],
            ),
        ] {
            assert_eq!(change.title(PLAIN(), 0), title);
            assert_eq!(change.values(PLAIN(), 9), values);
        }
    }

    #[test]
    fn before_is_red_and_after_is_green() {
        let (old, new) = (json!(1), json!(2));
        let values = Change::of_values("/a", &old, &new).values(Style::fixed(true), 9);
        assert_eq!(values, ["\u{1b}[1;31m- 1\u{1b}[0m", "\u{1b}[32m+ 2\u{1b}[0m"]);
    }

    #[test]
    fn long_values_have_a_line_for_each_entry() {
        let long = json!({"a": "x".repeat(60), "b": "y".repeat(60)});
        let values = Change::of_values("/a", &Value::Null, &long).values(PLAIN(), 9);
        assert_eq!(values.len(), 4);
        assert!(values.iter().all(|line| line.starts_with("+ ")), "{values:?}");
        let values = Change::of_values("/a", &Value::Null, &long).values(PLAIN(), 2);
        assert_eq!(values.len(), 3);
        assert_eq!(values.last().map(String::as_str), Some("+ … and 2 more lines"));
    }

    #[test]
    fn titles_are_aligned_unless_one_is_very_long() {
        let value = json!(1);
        let long = format!("/{}", "x".repeat(100));
        let changes = ["/a", "/abc", long.as_str()]
            .map(|pointer| Change::of_values(pointer, &Value::Null, &value));
        let width = width(&changes);
        let titles = changes.map(|change| change.title(PLAIN(), width));
        assert_eq!(titles[0], "+ /a    added");
        assert_eq!(titles[1], "+ /abc  added");
    }
}
