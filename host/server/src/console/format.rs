//! Numbers, sizes, times and days as people of a language write them.

use time::{Date, OffsetDateTime};

use super::language::Language;

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// A whole number, its digits in groups of three: `1,234` or `1.234`.
pub(super) fn number(language: Language, number: u64) -> String {
    let digits = number.to_string();
    let mark = match language {
        Language::English => ',',
        Language::Portuguese => '.',
    };
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(mark);
        }
        grouped.push(digit);
    }
    grouped
}

/// A size in bytes: `820 B`, `1.4 MB` or `1,4 MB`, in powers of 1000.
pub(super) fn size(language: Language, bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    // What would be rounded to 1000 has the next unit.
    while value >= 999.5
        && let Some(next) = units.next()
    {
        value /= 1000.0;
        unit = next;
    }
    if unit == "B" || value >= 10.0 {
        return format!("{value:.0} {unit}");
    }
    let text = format!("{value:.1} {unit}");
    match language {
        Language::English => text,
        Language::Portuguese => text.replace('.', ","),
    }
}

/// How long something took, in the two units that matter: `40 s`, `3 min 20 s`,
/// `1 h 5 min`, `2 d 3 h`. Both languages use these.
pub(super) fn duration(ms: u64) -> String {
    let two = |of: u64, unit, part: u64, smaller| match ms % of / part {
        0 => format!("{} {unit}", ms / of),
        rest => format!("{} {unit} {rest} {smaller}", ms / of),
    };
    match ms {
        1..1000 => "< 1 s".to_owned(),
        0..MINUTE_MS => format!("{} s", ms / 1000),
        MINUTE_MS..HOUR_MS => two(MINUTE_MS, "min", 1000, "s"),
        HOUR_MS..DAY_MS => two(HOUR_MS, "h", MINUTE_MS, "min"),
        _ => two(DAY_MS, "d", HOUR_MS, "h"),
    }
}

/// How long a sound or a film is: `0:13`, `1:02:05`.
pub(super) fn length(seconds: f64) -> String {
    let seconds = seconds.clamp(0.0, 1e9).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        return format!("{hours}:{minutes:02}:{seconds:02}");
    }
    format!("{minutes}:{seconds:02}")
}

/// A day: `23 Nov 2026` or `23/11/2026`.
pub(super) fn day(language: Language, day: Date) -> String {
    match language {
        Language::English => format!("{} {}", short_day(language, day), day.year()),
        Language::Portuguese => format!("{}/{:04}", short_day(language, day), day.year()),
    }
}

/// A day of a year that is known: `23 Nov` or `23/11`.
pub(super) fn short_day(language: Language, day: Date) -> String {
    match language {
        Language::English => {
            let month = day.month().to_string();
            format!("{} {}", day.day(), month.get(..3).unwrap_or(&month))
        }
        Language::Portuguese => format!("{:02}/{:02}", day.day(), u8::from(day.month())),
    }
}

/// A time, to the minute: `23 Nov 2026, 19:45` or `23/11/2026 19:45`.
pub(super) fn date_time(language: Language, time: OffsetDateTime) -> String {
    let between = match language {
        Language::English => ", ",
        Language::Portuguese => " ",
    };
    let day = day(language, time.date());
    format!("{day}{between}{:02}:{:02}", time.hour(), time.minute())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use time::Month;

    use super::Language::{English, Portuguese};
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three() {
        for (value, english, portuguese) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1000, "1,000", "1.000"),
            (12_345, "12,345", "12.345"),
            (u64::MAX, "18,446,744,073,709,551,615", "18.446.744.073.709.551.615"),
        ] {
            assert_eq!(number(English, value), english);
            assert_eq!(number(Portuguese, value), portuguese);
        }
    }

    #[test]
    fn sizes_have_two_digits_that_matter() {
        for (bytes, text) in [
            (0, "0 B"),
            (820, "820 B"),
            (1_400, "1,4 kB"),
            (999_600, "1,0 MB"),
            (48_200_000, "48 MB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(size(Portuguese, bytes), text);
        }
        assert_eq!(size(English, 1_400), "1.4 kB");
    }

    #[test]
    fn durations_say_what_matters() {
        for (ms, text) in [
            (0, "0 s"),
            (1, "< 1 s"),
            (999, "< 1 s"),
            (40_000, "40 s"),
            (59_999, "59 s"),
            (60_000, "1 min"),
            (200_000, "3 min 20 s"),
            (HOUR_MS + 5 * MINUTE_MS, "1 h 5 min"),
            (2 * DAY_MS + 3 * HOUR_MS, "2 d 3 h"),
        ] {
            assert_eq!(duration(ms), text);
        }
        assert_eq!(length(13.4), "0:13");
        assert_eq!(length(3725.0), "1:02:05");
        for odd in [-1.0, f64::NAN, f64::INFINITY] {
            length(odd);
        }
    }

    #[test]
    fn days_and_times_are_written_as_people_do() {
        let date = Date::from_calendar_date(2026, Month::March, 1).unwrap();
        assert_eq!(
            (day(English, date), day(Portuguese, date)),
            ("1 Mar 2026".into(), "01/03/2026".into())
        );
        let time = date.with_hms(7, 5, 59).unwrap().assume_utc();
        assert_eq!(date_time(English, time), "1 Mar 2026, 07:05");
        assert_eq!(date_time(Portuguese, time), "01/03/2026 07:05");
    }
}
