//! Opening times made ready to be asked.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};
use chrono_tz::Tz;

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// A span of a day in minutes from its midnight; `to` is beyond [`DAY`] where it ends on
/// the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Minutes {
    pub(crate) from: u32,
    pub(crate) to: u32,
}

/// The day of a holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum HolidayDate {
    Once(NaiveDate),
    Yearly { month: u32, day: u32 },
}

impl HolidayDate {
    fn is(self, date: NaiveDate) -> bool {
        match self {
            Self::Once(it) => it == date,
            Self::Yearly { month, day } => (date.month(), date.day()) == (month, day),
        }
    }
}

/// Opening times.
///
/// An instant is turned into what the clocks on the wall show, which always is exactly
/// one time; never the other way round. So where clocks are set forward, times that do
/// not exist are reached by nobody: from 02:30 to 05:00 then is from the change on. Where
/// they are set back, what they show twice is open both times, or closed both times.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    pub(crate) zone: Tz,
    /// Monday first.
    pub(crate) week: [Vec<Minutes>; 7],
    pub(crate) holidays: Vec<(HolidayDate, Vec<Minutes>)>,
}

impl Schedule {
    /// Whether it is open at a time in Unix milliseconds. Never at one that the calendar
    /// does not have.
    pub(crate) fn is_open(&self, at_ms: i64) -> bool {
        let Some(instant) = DateTime::from_timestamp_millis(at_ms) else { return false };
        self.is_open_locally(instant.with_timezone(&self.zone).naive_local())
    }

    fn is_open_locally(&self, local: NaiveDateTime) -> bool {
        let minute = local.hour() * 60 + local.minute();
        let within = |date: NaiveDate, minute: u32| {
            self.of(date).iter().any(|span| (span.from..span.to).contains(&minute))
        };
        // What began yesterday may go on.
        within(local.date(), minute)
            || local.date().pred_opt().is_some_and(|before| within(before, minute + DAY))
    }

    /// The times that begin on a day.
    fn of(&self, date: NaiveDate) -> &[Minutes] {
        let once = |it: &HolidayDate| matches!(it, HolidayDate::Once(_));
        let mut named = self.holidays.iter().filter(|(holiday, _)| holiday.is(date));
        let mut exact =
            self.holidays.iter().filter(|(holiday, _)| holiday.is(date) && once(holiday));
        match exact.next().or_else(|| named.next()) {
            Some((_, open)) => open,
            None => self
                .week
                .get(date.weekday().num_days_from_monday() as usize)
                .map(Vec::as_slice)
                .unwrap_or_default(),
        }
    }
}

/// Reads `HH:MM`, up to `24:00`.
pub(crate) fn minute(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str| {
        let is_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_digits)
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= DAY).then_some(total)
}

/// Reads a span; `None` where a time is none, or where it has no length.
pub(crate) fn span(from: &str, to: &str) -> Option<Minutes> {
    let (from, to) = (minute(from).filter(|from| *from < DAY)?, minute(to)?);
    let to = if to < from { to + DAY } else { to };
    (from != to).then_some(Minutes { from, to })
}

/// Reads `YYYY-MM-DD` or `MM-DD`; `None` where there is no such day.
pub(crate) fn holiday(text: &str) -> Option<HolidayDate> {
    let numbers: Vec<u32> = text
        .split('-')
        .map(|part| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?)
        .collect::<Option<_>>()?;
    match (numbers.as_slice(), text.len()) {
        ([year, month, day], 10) => {
            NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, *month, *day).map(HolidayDate::Once)
        }
        // 2000 was a leap year: 02-29 is a day of some years.
        ([month, day], 5) => NaiveDate::from_ymd_opt(2000, *month, *day)
            .map(|_| HolidayDate::Yearly { month: *month, day: *day }),
        _ => None,
    }
}
