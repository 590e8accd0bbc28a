//! Opening times by the clocks on the wall, from docs/flows.md, with offsets written by
//! hand: neither the code of the flow nor its time zone data has a part in it.

use serde_json::Value;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// When a zone's clocks were set in a period: its offset from UTC in minutes before, and
/// from each of some times on (UTC).
#[derive(Debug)]
pub(crate) struct Zone {
    pub(crate) name: &'static str,
    before: i32,
    pub(crate) changes: &'static [(&'static str, i32)],
}

/// Sources: the announcements of the countries, as the tz database cites them.
pub(crate) const ZONES: [Zone; 6] = [
    // At midnight: 2018-11-04 begins at 01:00, and 2019-02-16 has the hour from 23:00
    // twice.
    Zone {
        name: "America/Sao_Paulo",
        before: -180,
        changes: &[("2018-11-04T03:00", -120), ("2019-02-17T02:00", -180)],
    },
    Zone {
        name: "Europe/Berlin",
        before: 60,
        changes: &[("2026-03-29T01:00", 120), ("2026-10-25T01:00", 60)],
    },
    Zone {
        name: "America/New_York",
        before: -300,
        changes: &[("2026-03-08T07:00", -240), ("2026-11-01T06:00", -300)],
    },
    // By half an hour.
    Zone {
        name: "Australia/Lord_Howe",
        before: 660,
        changes: &[("2026-04-04T15:00", 630), ("2026-10-03T15:30", 660)],
    },
    Zone { name: "Asia/Kolkata", before: 330, changes: &[("2026-03-02T00:00", 330)] },
    // 2011-12-30 never was.
    Zone { name: "Pacific/Apia", before: -600, changes: &[("2011-12-30T10:00", 840)] },
];

/// Whether somebody is there, as the JSON of `hours` says.
pub(crate) fn is_open(hours: &Value, at_ms: i64) -> bool {
    let wall = wall(hours["time_zone"].as_str().unwrap(), at_ms);
    let (day, time) = (wall.date(), wall.time());
    let began_today = spans(hours, day).into_iter().any(|span| match span.end {
        End::SameDay(to) => span.from <= time && time < to,
        End::Midnight | End::NextDay(_) => span.from <= time,
    });
    let yesterday = day.previous_day().unwrap();
    let began_yesterday = spans(hours, yesterday)
        .into_iter()
        .any(|span| matches!(span.end, End::NextDay(to) if time < to));
    began_today || began_yesterday
}

/// What the clocks on the wall show.
fn wall(zone: &str, at_ms: i64) -> PrimitiveDateTime {
    let zone = ZONES.iter().find(|it| it.name == zone).unwrap();
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * 1_000_000).unwrap();
    let changes = zone.changes.iter().rev();
    let minutes = changes
        .filter(|(from, _)| utc(from) <= at)
        .map(|(_, offset)| *offset)
        .next()
        .unwrap_or(zone.before);
    let local = at + Duration::minutes(minutes.into());
    PrimitiveDateTime::new(local.date(), local.time())
}

/// A time in UTC, `YYYY-MM-DDTHH:MM`.
pub(crate) fn utc(text: &str) -> OffsetDateTime {
    let (day, time) = text.split_once('T').unwrap();
    PrimitiveDateTime::new(date(day), clock(time).unwrap()).assume_offset(UtcOffset::UTC)
}

struct Span {
    from: Time,
    end: End,
}

enum End {
    SameDay(Time),
    Midnight,
    NextDay(Time),
}

/// Those that begin on a day: of the holiday that it is, by its year first, else of the
/// day of the week.
fn spans(hours: &Value, day: Date) -> Vec<Span> {
    let full = format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day());
    let holidays = hours["holidays"].as_array().map_or(&[][..], Vec::as_slice);
    let named = |name: &str| holidays.iter().find(|it| it["date"] == name);
    let given = match named(&full).or_else(|| named(full.get(5..).unwrap())) {
        Some(holiday) => &holiday["open"],
        None => &hours["weekly"][day.weekday().to_string().to_lowercase()],
    };
    given.as_array().into_iter().flatten().map(span).collect()
}

fn span(given: &Value) -> Span {
    let from = clock(given["from"].as_str().unwrap()).unwrap();
    let end = match clock(given["to"].as_str().unwrap()) {
        None => End::Midnight,
        Some(to) if to < from => End::NextDay(to),
        Some(to) => End::SameDay(to),
    };
    Span { from, end }
}

/// `HH:MM`; none at 24:00.
fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':').unwrap();
    Time::from_hms(hour.parse().unwrap(), minute.parse().unwrap(), 0).ok()
}

fn date(text: &str) -> Date {
    let mut parts = text.split('-').map(|part| part.parse::<u16>().unwrap());
    let (year, month, day) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let month = time::Month::try_from(u8::try_from(month).unwrap()).unwrap();
    Date::from_calendar_date(year.into(), month, u8::try_from(day).unwrap()).unwrap()
}
