//! How values are written for people.

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// So many digits of a revision tell it from others.
pub(super) const DIGITS: usize = 12;

/// A revision by its first digits.
pub(super) fn revision(sha256: &str) -> &str {
    sha256.get(..DIGITS).unwrap_or(sha256)
}

/// A time (RFC 3339) to the second: `2026-03-01 12:00:00Z`.
pub(super) fn time(rfc3339: &str) -> String {
    let seconds = rfc3339.split_once('.').map_or(rfc3339, |(seconds, _)| seconds);
    let zone = if seconds.ends_with('Z') { "" } else { "Z" };
    format!("{}{zone}", seconds.replacen('T', " ", 1))
}

/// The same of Unix milliseconds.
pub(super) fn time_of_ms(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000))
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .map_or_else(|| "an unknown time".to_owned(), |at| time(&at))
}

/// The name of a value as JSON has it: `rolled_back`.
pub(super) fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "-".to_owned(),
    }
}

/// A number of bytes: `217 KiB`.
pub(super) fn bytes(count: u64) -> String {
    match count {
        0..10_240 => format!("{count} bytes"),
        10_240..10_485_760 => format!("{} KiB", count.div_ceil(1 << 10)),
        _ => format!("{} MiB", count.div_ceil(1 << 20)),
    }
}

/// A time in microseconds: `31 µs`, `1.2 ms`, `2.3 s`.
pub(super) fn micros(us: f64) -> String {
    if us < 999.5 {
        format!("{us:.0} µs")
    } else if us < 999_500.0 {
        format!("{:.1} ms", us / 1e3)
    } else {
        format!("{:.1} s", us / 1e6)
    }
}

/// A time in seconds: `45 s`, `10 min`, `1 h 30 min`.
pub(super) fn seconds(count: u32) -> String {
    let (hours, minutes, seconds) = (count / 3600, count / 60 % 60, count % 60);
    let parts = [(hours, "h"), (minutes, "min"), (seconds, "s")];
    let some: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if some.is_empty() { "0 s".to_owned() } else { some.join(" ") }
}

/// A number of things: `1 channel`, `2 channels`.
pub(super) fn count(count: impl Into<u64>, thing: &str) -> String {
    match count.into() {
        1 => format!("1 {thing}"),
        many => format!("{many} {thing}s"),
    }
}

/// The first line of a text, without what a terminal would obey.
pub(super) fn first_line(text: &str) -> String {
    tame(text.lines().next().unwrap_or_default().trim_end_matches([':', ' ']))
}

/// A text without what a terminal would obey: it may come from a chat or from a
/// guest.
pub(super) fn tame(text: &str) -> String {
    let mut tame = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' | '\t' => tame.push(char),
            _ if char.is_control() => tame.extend(char.escape_default()),
            _ => tame.push(char),
        }
    }
    tame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_to_the_second() {
        assert_eq!(time("2026-03-01T12:00:00.123Z"), "2026-03-01 12:00:00Z");
        assert_eq!(time("2026-03-01T12:00:00Z"), "2026-03-01 12:00:00Z");
        assert_eq!(time_of_ms(1_772_366_400_999), "2026-03-01 12:00:00Z");
        assert_eq!(time_of_ms(i64::MAX), "an unknown time");
    }

    #[test]
    fn amounts_have_their_units() {
        assert_eq!([bytes(9), bytes(222_208), bytes(12 << 20)], ["9 bytes", "217 KiB", "12 MiB"]);
        assert_eq!([micros(0.4), micros(999.4), micros(999.6)], ["0 µs", "999 µs", "1.0 ms"]);
        assert_eq!([micros(1_234.0), micros(2_340_000.0)], ["1.2 ms", "2.3 s"]);
        assert_eq!(
            [seconds(0), seconds(600), seconds(5_445)],
            ["0 s", "10 min", "1 h 30 min 45 s"]
        );
        assert_eq!([count(1_u32, "call"), count(0_u32, "call")], ["1 call", "0 calls"]);
    }

    #[test]
    fn a_terminal_obeys_nobody_else() {
        assert_eq!(tame("a\u{1b}[2Jb\u{9b}c\td\r"), "a\\u{1b}[2Jb\\u{9b}c\td\\r");
        assert_eq!(first_line("panicked at x:\nno"), "panicked at x");
    }

    #[test]
    fn states_have_the_names_of_the_api() {
        use eclusa_journal::registry::DeploymentState;
        assert_eq!(name(&DeploymentState::RolledBack), "rolled_back");
        assert_eq!(revision("0123456789abcdef"), "0123456789ab");
    }
}
