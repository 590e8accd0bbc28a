//! How values are written for operators.

use serde::Serialize;

use super::super::language::Language;

/// A revision by its first digits, which tell it from others.
pub(super) fn revision(sha256: &str) -> String {
    sha256.get(..12).unwrap_or(sha256).to_owned()
}

/// A number with one digit after the mark of the language.
fn decimal(language: Language, value: f64) -> String {
    let text = format!("{value:.1}");
    match language {
        Language::English => text,
        Language::Portuguese => text.replace('.', ","),
    }
}

/// A number of bytes: `820 B`, `217 KiB`, `12.3 MiB`.
pub(super) fn bytes(language: Language, count: u64) -> String {
    match count {
        0..1024 => format!("{count} B"),
        1024..1_048_576 => format!("{} KiB", count.div_ceil(1 << 10)),
        _ => format!("{} MiB", decimal(language, count as f64 / 1_048_576.0)),
    }
}

/// A time in microseconds: `31 µs`, `1.2 ms`, `2.3 s`.
pub(super) fn micros(language: Language, us: f64) -> String {
    if us < 999.5 {
        format!("{us:.0} µs")
    } else if us < 999_500.0 {
        format!("{} ms", decimal(language, us / 1e3))
    } else {
        format!("{} s", decimal(language, us / 1e6))
    }
}

/// A value as JSON on several lines.
pub(super) fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The name of a value as JSON has it: `rolled_back`.
pub(super) fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_their_units_and_the_mark_of_the_language() {
        let (en, pt) = (Language::English, Language::Portuguese);
        assert_eq!([bytes(en, 9), bytes(en, 222_208)], ["9 B", "217 KiB"]);
        assert_eq!([bytes(en, 12_900_000), bytes(pt, 12_900_000)], ["12.3 MiB", "12,3 MiB"]);
        assert_eq!([micros(en, 999.4), micros(en, 999.6)], ["999 µs", "1.0 ms"]);
        assert_eq!([micros(pt, 1_234.0), micros(pt, 2_340_000.0)], ["1,2 ms", "2,3 s"]);
        assert_eq!(revision("0123456789abcdef"), "0123456789ab");
    }
}
