//! The period of a report.

use eclusa_journal::unix_ms;
use time::Date;
use time::format_description::well_known::Iso8601;

use super::zone::Zone;
use crate::problem::{ApiProblem, Violation};

/// A day in milliseconds, as most of them are.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// From when to when, and where.
#[derive(Debug)]
pub(crate) struct Period {
    pub(super) zone: Zone,
    /// Unix milliseconds.
    pub(crate) from_ms: i64,
    /// Unix milliseconds; this one is not in it.
    pub(crate) to_ms: i64,
}

impl Period {
    /// Reads what was asked for: days of the zone or times. Today, where nothing is
    /// said.
    pub(crate) fn read(
        (from, to, tz): (Option<&str>, Option<&str>, Option<&str>),
        longest_days: i64,
        now_ms: i64,
    ) -> Result<Self, ApiProblem> {
        let refused =
            |pointer, hint: &str| Err(ApiProblem::violations(vec![Violation::new(pointer, hint)]));
        let Some(zone) = Zone::named(tz.unwrap_or("UTC")) else {
            return refused("/tz", "expected a time zone by its IANA name, e.g. America/Sao_Paulo");
        };
        let today = zone.local(now_ms).date();
        let hint = "expected a day such as 2026-03-01, or a time such as 2026-03-01T12:00:00Z";
        let Some(from_ms) = from.map_or(Some(zone.start_of(today)), |from| time(zone, from)) else {
            return refused("/from", hint);
        };
        let tomorrow = today.next_day().unwrap_or(today);
        let Some(to_ms) = to.map_or(Some(zone.start_of(tomorrow)), |to| time(zone, to)) else {
            return refused("/to", hint);
        };
        if to_ms <= from_ms {
            return refused("/to", "expected a time after `from`");
        }
        // A day on which clocks are changed is an hour longer.
        if to_ms.saturating_sub(from_ms) > longest_days * DAY_MS + DAY_MS / 2 {
            return refused("/to", &format!("expected at most {longest_days} days after `from`"));
        }
        Ok(Self { zone, from_ms, to_ms })
    }
}

/// A time, or the beginning of a day of the zone; in Unix milliseconds.
fn time(zone: Zone, text: &str) -> Option<i64> {
    // The parser of days takes times as well, and leaves out what is more.
    if text.len() == "2026-03-01".len() {
        return Date::parse(text, &Iso8601::DATE).ok().map(|day| zone.start_of(day));
    }
    unix_ms(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-23T01:30:00Z";

    fn read(from: Option<&str>, to: Option<&str>, tz: Option<&str>) -> Result<Period, ApiProblem> {
        Period::read((from, to, tz), 92, unix_ms(NOW).unwrap())
    }

    #[test]
    fn today_is_that_of_the_zone() {
        let today = read(None, None, Some("America/Sao_Paulo")).unwrap();
        assert_eq!(Some(today.from_ms), unix_ms("2026-11-22T03:00:00Z"));
        assert_eq!(Some(today.to_ms), unix_ms("2026-11-23T03:00:00Z"));
        let today = read(None, None, None).unwrap();
        assert_eq!(Some(today.from_ms), unix_ms("2026-11-23T00:00:00Z"));
    }

    #[test]
    fn days_and_times_are_told_apart() {
        let zone = Some("Europe/Lisbon");
        let period = read(Some("2026-07-01"), Some("2026-07-01T12:00:00Z"), zone).unwrap();
        assert_eq!(Some(period.from_ms), unix_ms("2026-06-30T23:00:00Z"));
        assert_eq!(Some(period.to_ms), unix_ms("2026-07-01T12:00:00Z"));
        // Days on which clocks are changed do not make a period too long.
        assert!(read(Some("2026-09-01"), Some("2026-12-02"), zone).is_ok());
        assert!(read(Some("2026-09-01"), Some("2026-12-03"), zone).is_err());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (from, to, tz) in [
            (Some("yesterday"), None, None),
            (None, Some("2026-13-01"), None),
            (Some("2026-11-24"), None, None),
            (Some("0000-01-01"), Some("9999-12-31"), Some("Pacific/Kiritimati")),
            (Some("9999-12-31"), Some("0000-01-01"), Some("Etc/GMT+12")),
            (Some("2026-11-23T01:30"), None, None),
            (None, None, Some("Nowhere")),
            (None, None, Some("../../etc/passwd")),
        ] {
            assert!(read(from, to, tz).is_err(), "{from:?} {to:?} {tz:?}");
        }
    }
}
