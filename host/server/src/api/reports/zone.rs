//! Time zones: which hour it was somewhere.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use eclusa_journal::QUARTER_MS;
use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcOffset};

/// A day is nowhere earlier or later than in UTC by more than this, in quarters of
/// an hour.
const FARTHEST: i64 = 15 * 4;

/// A time zone by its IANA name, with its daylight saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Zone(Tz);

impl Zone {
    /// Coordinated universal time.
    pub(crate) const UTC: Self = Self(Tz::UTC);

    /// The zone with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// The names of all zones that people live in, in their order.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        let places = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        places.filter(|name| *name == "UTC" || (name.contains('/') && !name.starts_with("Etc/")))
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        self.0.name()
    }

    /// A time there, given in Unix milliseconds.
    pub(crate) fn local(self, ms: i64) -> OffsetDateTime {
        let seconds = ms.div_euclid(1000);
        let utc = DateTime::from_timestamp(seconds, 0).unwrap_or_default().naive_utc();
        let ahead = self.0.offset_from_utc_datetime(&utc).fix().local_minus_utc();
        let offset = UtcOffset::from_whole_seconds(ahead).unwrap_or(UtcOffset::UTC);
        let time = OffsetDateTime::from_unix_timestamp(seconds);
        let time = time.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        // At the ends of the calendar there is no other offset.
        time.checked_to_offset(offset).unwrap_or(time)
    }

    /// When the clocks there show this, in Unix milliseconds: the first time where they
    /// show it twice, and what they showed an hour before where they skip it.
    pub(crate) fn instant(self, clocks: PrimitiveDateTime) -> i64 {
        let naive = clocks.assume_utc().unix_timestamp();
        let shown = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        let found = self.0.from_local_datetime(&shown(naive).naive_utc()).earliest();
        let before = || self.0.from_local_datetime(&shown(naive - 3600).naive_utc()).earliest();
        found.or_else(before).map_or(naive, |found| found.timestamp()) * 1000
    }

    /// When a day begins there, in Unix milliseconds. Where the clocks skip midnight,
    /// that is the first time after it.
    pub(crate) fn start_of(self, day: Date) -> i64 {
        let midnight = day.midnight().assume_utc().unix_timestamp() * 1000;
        let quarters = (-FARTHEST..=FARTHEST).map(|quarter| midnight + quarter * QUARTER_MS);
        let mut of_day = quarters.filter(|ms| self.local(*ms).date() >= day);
        of_day.next().unwrap_or(midnight)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use time::Month;
    use time::format_description::well_known::Rfc3339;

    use super::*;

    fn starts(zone: &str, (year, month, day): (i32, Month, u8)) -> String {
        let zone = Zone::named(zone).unwrap();
        let day = Date::from_calendar_date(year, month, day).unwrap();
        zone.local(zone.start_of(day)).format(&Rfc3339).unwrap()
    }

    #[test]
    fn a_day_begins_where_its_zone_says() {
        let november = (2026, Month::November, 23);
        for (zone, start) in [
            ("UTC", "2026-11-23T00:00:00Z"),
            ("America/Sao_Paulo", "2026-11-23T00:00:00-03:00"),
            ("Asia/Kathmandu", "2026-11-23T00:00:00+05:45"),
            ("Pacific/Kiritimati", "2026-11-23T00:00:00+14:00"),
            ("Etc/GMT+12", "2026-11-23T00:00:00-12:00"),
        ] {
            assert_eq!(starts(zone, november), start, "{zone}");
        }
        // Where midnight was skipped, the day began an hour later.
        for edge in [Date::MIN, Date::MAX] {
            let zone = Zone::named("Pacific/Kiritimati").unwrap();
            zone.local(zone.start_of(edge));
        }
        let skipped = starts("America/Sao_Paulo", (2018, Month::November, 4));
        assert_eq!(skipped, "2018-11-04T01:00:00-02:00");
        assert_eq!(Zone::named("America/Nowhere"), None);
    }

    #[test]
    fn what_clocks_show_is_a_time() {
        let zone = Zone::named("America/New_York").unwrap();
        let said = |day: u8, month, hour| {
            let date = Date::from_calendar_date(2026, month, day).unwrap();
            let clocks = date.with_hms(hour, 30, 0).unwrap();
            zone.local(zone.instant(clocks)).format(&Rfc3339).unwrap()
        };
        assert_eq!(said(2, Month::July, 9), "2026-07-02T09:30:00-04:00");
        assert_eq!(said(8, Month::March, 2), "2026-03-08T01:30:00-05:00");
        assert_eq!(said(1, Month::November, 1), "2026-11-01T01:30:00-04:00");
    }
}
