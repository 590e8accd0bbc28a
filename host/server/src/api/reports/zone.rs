//! Time zones: which hour it was somewhere.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use eclusa_journal::QUARTER_MS;
use time::{Date, OffsetDateTime, UtcOffset};

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
}
