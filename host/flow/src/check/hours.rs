//! Opening times.

use std::collections::HashSet;

use chrono_tz::Tz;

use super::{Findings, queue_name, texts};
use crate::document::{Hours, Next, Span};
use crate::limits::{LONGEST_NAME, MOST_HOLIDAYS, MOST_SPANS};
use crate::schedule::{self, Minutes};

/// Minutes of a day and of a week.
const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;

pub(super) fn check(hours: &Hours, has_menu: bool, found: &mut Findings) {
    let Hours { time_zone, weekly, holidays, away, then } = hours;
    if time_zone.parse::<Tz>().is_err() {
        found.error(
            "/hours/time_zone",
            "unknown_time_zone",
            "there is no such time zone",
            "Give an IANA name, e.g. `America/Sao_Paulo`.",
        );
    }
    let mut week: Vec<(Minutes, String)> = Vec::new();
    for ((day, given), start) in weekly.days().into_iter().zip((0..).step_by(DAY as usize)) {
        for (span, pointer) in spans(&format!("/hours/weekly/{day}"), given, found) {
            week.push((Minutes { from: span.from + start, to: span.to + start }, pointer));
        }
    }
    overlaps(week, Some(WEEK), found);
    let is_empty = |spans: &[Span]| spans.is_empty();
    let closed_all_week = weekly.days().iter().all(|(_, spans)| is_empty(spans));
    if closed_all_week && holidays.iter().all(|holiday| is_empty(&holiday.open)) {
        found.error(
            "/hours/weekly",
            "never_open",
            "it is never open, so every contact is told that nobody is there",
            "Give the times of at least one day, or leave `hours` out to be always open.",
        );
    }
    found.too_many("/hours/holidays", holidays.len(), MOST_HOLIDAYS, "holidays");
    let mut known = HashSet::new();
    for (place, holiday) in holidays.iter().enumerate() {
        let pointer = format!("/hours/holidays/{place}");
        match schedule::holiday(&holiday.date) {
            None => found.error(
                format!("{pointer}/date"),
                "impossible_date",
                "there is no such day",
                "Give the day as `YYYY-MM-DD`, or as `MM-DD` for every year.",
            ),
            Some(date) if !known.insert(date) => found.error(
                format!("{pointer}/date"),
                "duplicate_holiday",
                "another holiday has this date, so one of them is never used",
                "Put both into one.",
            ),
            Some(_) => {}
        }
        texts::text(&format!("{pointer}/name"), &holiday.name, LONGEST_NAME, found);
        let open = spans(&format!("{pointer}/open"), &holiday.open, found);
        overlaps(open, None, found);
    }
    match then {
        Next::Menu if !has_menu => found.error(
            "/hours/then",
            "no_menu",
            "it leads to the menu, and the flow has none",
            "Give the flow a menu, or let it be `{\"queue\": null}` or `\"close\"`.",
        ),
        Next::Queue(queue) => queue_name("/hours/then/queue", queue.as_deref(), found),
        Next::Menu | Next::Close => {}
    }
    if *then == Next::Close {
        let why = "it ends the attendance, and the contact would not know why";
        texts::needed("/hours/away", away, why, found);
    } else {
        texts::contents("/hours/away", away, found);
        if away.is_empty() {
            found.warning(
                "/hours/away",
                "no_away_message",
                "outside the opening times the contact is not told that nobody is there",
                "Write when people are there.",
            );
        }
    }
}

/// The spans of a day with their pointers, as far as they are any.
fn spans(pointer: &str, spans: &[Span], found: &mut Findings) -> Vec<(Minutes, String)> {
    found.too_many(pointer, spans.len(), MOST_SPANS, "spans");
    let mut sound = Vec::new();
    for (place, span) in spans.iter().take(MOST_SPANS).enumerate() {
        let pointer = format!("{pointer}/{place}");
        let times =
            (schedule::minute(&span.from).filter(|it| *it < DAY), schedule::minute(&span.to));
        if times.0.is_none() {
            let message = "expected a time from `00:00` to `23:59`";
            found.error(format!("{pointer}/from"), "invalid_time", message, "Write it as `HH:MM`.");
        }
        if times.1.is_none() {
            let message = "expected a time from `00:00` to `24:00`";
            found.error(format!("{pointer}/to"), "invalid_time", message, "Write it as `HH:MM`.");
        }
        match schedule::span(&span.from, &span.to) {
            Some(minutes) => sound.push((minutes, pointer)),
            None if times.0.is_some() && times.1.is_some() => found.error(
                pointer,
                "empty_span",
                "it ends when it begins",
                "For the whole day write `00:00` to `24:00`, else correct a time.",
            ),
            None => {}
        }
    }
    sound
}

/// Spans that begin before another one has ended; of a week, its end meets its beginning.
fn overlaps(mut spans: Vec<(Minutes, String)>, around: Option<u32>, found: &mut Findings) {
    spans.sort_by_key(|(span, _)| (span.from, span.to));
    let mut overlap = |earlier: &str, later: &str| {
        found.error(
            later,
            "overlapping_hours",
            format!("it begins before the one at {earlier} has ended"),
            "Put both into one, or correct their times.",
        );
    };
    for pair in spans.windows(2) {
        if let [(earlier, first), (later, second)] = pair
            && later.from < earlier.to
        {
            overlap(first, second);
        }
    }
    if let (Some(around), Some((first, pointer)), Some((last, before))) =
        (around, spans.first(), spans.last())
        && spans.len() > 1
        && first.from + around < last.to
    {
        overlap(before, pointer);
    }
}
