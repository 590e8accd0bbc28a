//! The hours of a period, as the clocks of a time zone show them.

use eclusa_journal::QUARTER_MS;
use time::OffsetDateTime;

use super::zone::Zone;

/// The hours of a period. A day on which clocks are changed has more or fewer than
/// 24 of them.
#[derive(Debug)]
pub(super) struct Hours {
    /// When each begins: the first one perhaps with the period.
    pub(super) starts: Vec<OffsetDateTime>,
    first_ms: i64,
    /// Into which hour each quarter of an hour falls.
    of_quarter: Vec<usize>,
}

impl Hours {
    /// The hours from one time to another, in Unix milliseconds.
    pub(super) fn of(zone: Zone, from_ms: i64, to_ms: i64) -> Self {
        let first_ms = from_ms.div_euclid(QUARTER_MS) * QUARTER_MS;
        let (mut starts, mut of_quarter) = (Vec::<OffsetDateTime>::new(), Vec::new());
        let mut at = first_ms;
        while at < to_ms {
            let local = zone.local(at);
            // An hour that comes twice has another offset the second time.
            let same = |it: &OffsetDateTime| {
                (it.date(), it.hour(), it.offset()) == (local.date(), local.hour(), local.offset())
            };
            if !starts.last().is_some_and(same) {
                starts.push(local);
            }
            of_quarter.push(starts.len() - 1);
            at += QUARTER_MS;
        }
        Self { starts, first_ms, of_quarter }
    }

    /// The place of the hour into which a time falls.
    pub(super) fn place(&self, ms: i64) -> Option<usize> {
        let quarter = usize::try_from((ms - self.first_ms).div_euclid(QUARTER_MS)).ok()?;
        self.of_quarter.get(quarter).copied()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use time::{Date, Month};

    use super::*;

    fn day(zone: &str, year: i32, month: Month, day: u8) -> (Hours, i64) {
        let zone = Zone::named(zone).unwrap();
        let day = Date::from_calendar_date(year, month, day).unwrap();
        let (from, to) = (zone.start_of(day), zone.start_of(day.next_day().unwrap()));
        (Hours::of(zone, from, to), from)
    }

    #[test]
    fn days_have_the_hours_that_their_clocks_show() {
        let count = |zone, year, month, date| day(zone, year, month, date).0.starts.len();
        assert_eq!(count("UTC", 2026, Month::March, 29), 24);
        assert_eq!(count("Europe/Lisbon", 2026, Month::March, 29), 23);
        assert_eq!(count("Europe/Lisbon", 2026, Month::October, 25), 25);
        assert_eq!(count("Asia/Kathmandu", 2026, Month::March, 29), 24);
        // Half an hour forward, and half an hour back: half an hour more of 1 o'clock.
        assert_eq!(count("Australia/Lord_Howe", 2026, Month::October, 4), 24);
        assert_eq!(count("Australia/Lord_Howe", 2026, Month::April, 5), 25);
    }

    #[test]
    fn each_quarter_falls_into_the_hour_of_its_clock() {
        let (hours, from) = day("Europe/Lisbon", 2026, Month::October, 25);
        let hour = 4 * QUARTER_MS;
        assert_eq!(hours.place(from), Some(0));
        assert_eq!(hours.place(from + hour - 1), Some(0));
        // One o'clock comes twice.
        assert_eq!((hours.starts[1].hour(), hours.starts[2].hour()), (1, 1));
        assert_eq!(hours.place(from + 2 * hour), Some(2));
        assert_eq!(hours.place(from + 25 * hour - 1), Some(24));
        assert_eq!(hours.place(from + 25 * hour), None);
        assert_eq!(hours.place(from - 1), None);
        let (hours, from) = day("Asia/Kathmandu", 2026, Month::May, 1);
        assert_eq!(hours.place(from + 3 * QUARTER_MS), Some(0));
        assert_eq!(hours.place(from + 4 * QUARTER_MS), Some(1));
    }
}
