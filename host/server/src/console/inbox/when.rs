//! Times as agents read them: as short as they can be told.

use eclusa_journal::unix_ms;
use time::{Date, OffsetDateTime};

use super::super::format;
use super::super::frame::Frame;

/// A time, for a page.
pub(super) struct When {
    /// RFC 3339.
    pub(super) exact: String,
    /// With its day.
    pub(super) whole: String,
    /// The time of day; of an earlier day its date.
    pub(super) short: String,
    /// The time of day.
    pub(super) clock: String,
    /// Its day; `None` where a chat has told a time that is none.
    pub(super) day: Option<Date>,
}

impl When {
    /// A time in RFC 3339, for who looks at a page now.
    pub(super) fn new(at: &Frame, now_ms: i64, exact: &str) -> Self {
        let local = unix_ms(exact).map(|ms| at.zone().local(ms));
        let clock = local.map_or_else(|| exact.to_owned(), clock);
        let day = local.map(OffsetDateTime::date);
        let today = at.zone().local(now_ms).date();
        let short = match day.filter(|day| *day != today) {
            Some(day) if day.year() == today.year() => format::short_day(at.language, day),
            Some(day) => format::day(at.language, day),
            None => clock.clone(),
        };
        Self { exact: exact.to_owned(), whole: at.time(exact), short, clock, day }
    }
}

fn clock(time: OffsetDateTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// The name of a day: today, yesterday, or its date.
pub(super) fn name(at: &Frame, now_ms: i64, day: Date) -> String {
    let today = at.zone().local(now_ms).date();
    if day == today {
        return at.say("inbox-today").to_string();
    }
    if Some(day) == today.previous_day() {
        return at.say("inbox-yesterday").to_string();
    }
    format::day(at.language, day)
}
