//! What charts are made of: the numbers of a report, by channel and by time.

use eclusa_model::Color;
use time::OffsetDateTime;

use super::super::format;
use super::super::frame::Frame;
use super::super::sight::hard_to_see;
use super::columns::Column;
use super::drawing::PATTERNS;
use super::figure::Figure;
use crate::api::{OfChannel, Report};
use crate::problem::ApiProblem;

/// So many channels have a part of their own; the others share one.
const PARTS: usize = 8;

/// A part of all: a channel, or those that are too few to be told apart.
#[derive(Debug, Clone)]
pub(in crate::console) struct Part {
    pub(in crate::console) name: String,
    pub(in crate::console) classes: String,
    pub(in crate::console) pattern: usize,
    pub(in crate::console) total: u64,
    /// How many opened in each hour of the report.
    hours: Vec<u64>,
}

/// The charts of a report by hours.
pub(in crate::console) struct Charts {
    /// In the course of a day.
    pub(in crate::console) hours: Figure,
    /// Over the days, where there are several.
    pub(in crate::console) days: Option<Figure>,
    /// `None` where one channel was asked for.
    pub(in crate::console) channels: Option<Figure>,
}

impl Charts {
    /// Draws them.
    pub(in crate::console) fn of(
        at: &Frame,
        report: &Report,
        one: bool,
    ) -> Result<Self, ApiProblem> {
        let parts = parts(at, report);
        let starts = report.hours.as_deref().unwrap_or_default();
        let first = starts.first().map(|start| start.date());
        let several = starts.iter().any(|start| Some(start.date()) != first);
        let (hours, title) = if several {
            (by_hour_of_day(starts, &parts), "chart-hours-of-days")
        } else {
            (by_hour(starts, &parts), "chart-hours")
        };
        let named = |id, title: &str| (id, at.say(title).to_string());
        let days = several.then(|| by_day(at, starts, &parts));
        let days = days.map(|days| {
            let title = named("days", "chart-days");
            Figure::columns(at, title, at.say("chart-day").to_string(), &days, &parts)
        });
        let channels =
            (!one).then(|| Figure::rows(at, named("channels", "chart-channels"), &parts));
        let hour = at.say("chart-hour").to_string();
        Ok(Self {
            hours: Figure::columns(at, named("hours", title), hour, &hours, &parts)?,
            days: days.transpose()?,
            channels: channels.transpose()?,
        })
    }
}

/// The channels in which something opened, the greatest first.
fn parts(at: &Frame, report: &Report) -> Vec<Part> {
    let mut with_any: Vec<&OfChannel> =
        report.channels.iter().filter(|channel| channel.totals.opened > 0).collect();
    with_any.sort_by_key(|channel| std::cmp::Reverse(channel.totals.opened));
    // Where one more is there than parts, it has a place of its own all the same.
    let own = if with_any.len() > PARTS + 1 { PARTS } else { with_any.len() };
    let mut parts: Vec<Part> = Vec::with_capacity(own + 1);
    for (place, channel) in with_any.iter().enumerate() {
        let opened = channel.series.as_ref().map(|series| series.opened.as_slice());
        let opened = opened.unwrap_or_default();
        if place < own {
            parts.push(Part {
                name: channel.name.clone().unwrap_or_else(|| channel.id.clone()),
                classes: classes(&channel.id, channel.color.as_ref()),
                pattern: place % PATTERNS,
                total: channel.totals.opened,
                hours: opened.to_owned(),
            });
            continue;
        }
        if place == own {
            parts.push(Part {
                name: at.say("chart-others").count(with_any.len() - own).to_string(),
                classes: "others".to_owned(),
                pattern: 0,
                total: 0,
                hours: vec![0; opened.len()],
            });
        }
        if let Some(others) = parts.last_mut() {
            others.total += channel.totals.opened;
            for (sum, more) in others.hours.iter_mut().zip(opened) {
                *sum += more;
            }
        }
    }
    parts
}

/// What the style sheets know a channel's bars by: its colour, and where that needs
/// an edge to be seen.
fn classes(id: &str, color: Option<&Color>) -> String {
    let faint = match color.and_then(hard_to_see) {
        Some(("theme-light", _)) => " faint-on-light",
        Some(_) => " faint-on-dark",
        None => "",
    };
    format!("channel-{id}{faint}")
}

/// One column for each hour of a day, which has 23 or 25 where clocks are changed.
fn by_hour(starts: &[OffsetDateTime], parts: &[Part]) -> Vec<Column> {
    let columns = starts.iter().enumerate().map(|(place, start)| {
        let value = |part: &Part| part.hours.get(place).copied().unwrap_or_default();
        column(start.hour(), parts.iter().map(value).collect())
    });
    columns.collect()
}

/// 24 columns: what fell into an hour on any of the days.
fn by_hour_of_day(starts: &[OffsetDateTime], parts: &[Part]) -> Vec<Column> {
    let hours = (0..24).map(|hour| {
        let of_hour = |part: &Part| {
            let all = starts.iter().zip(&part.hours);
            all.filter(|(start, _)| start.hour() == hour).map(|(_, value)| value).sum()
        };
        column(hour, parts.iter().map(of_hour).collect())
    });
    hours.collect()
}

fn column(hour: u8, values: Vec<u64>) -> Column {
    Column { label: hour.to_string(), name: format!("{hour:02}:00"), values }
}

fn by_day(at: &Frame, starts: &[OffsetDateTime], parts: &[Part]) -> Vec<Column> {
    let mut columns = Vec::<Column>::new();
    let mut last = None;
    for (place, start) in starts.iter().enumerate() {
        let day = start.date();
        if last != Some(day) {
            last = Some(day);
            columns.push(Column {
                label: format::short_day(at.language, day),
                name: format::day(at.language, day),
                values: vec![0; parts.len()],
            });
        }
        if let Some(column) = columns.last_mut() {
            for (sum, part) in column.values.iter_mut().zip(parts) {
                *sum += part.hours.get(place).copied().unwrap_or_default();
            }
        }
    }
    columns
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use time::{Date, Duration, Month, UtcOffset};

    use super::*;

    fn at(day: u8, hour: u8, ahead: i8) -> OffsetDateTime {
        let date = Date::from_calendar_date(2026, Month::October, day).unwrap();
        let offset = UtcOffset::from_hms(ahead, 0, 0).unwrap();
        date.with_hms(hour, 0, 0).unwrap().assume_offset(offset)
    }

    fn part(hours: Vec<u64>) -> Part {
        let total = hours.iter().sum();
        Part { name: "a".into(), classes: "channel-a".into(), pattern: 0, total, hours }
    }

    #[test]
    fn hours_of_several_days_are_added_up() {
        let starts: Vec<_> = (0..48_i64).map(|hour| at(23, 0, 0) + Duration::hours(hour)).collect();
        let parts = [part((0..48).collect()), part(vec![1; 48])];
        let columns = by_hour_of_day(&starts, &parts);
        assert_eq!(columns.len(), 24);
        assert_eq!(columns.first().unwrap().values, [24, 2]);
        assert_eq!(columns.last().unwrap().values, [23 + 47, 2]);
        assert_eq!(columns.last().unwrap().name, "23:00");
        let total: u64 = columns.iter().map(Column::total).sum();
        assert_eq!(total, parts.iter().map(|part| part.total).sum::<u64>());
    }

    #[test]
    fn an_hour_that_comes_twice_has_two_columns() {
        let starts = [at(25, 0, 1), at(25, 1, 1), at(25, 1, 0)];
        let columns = by_hour(&starts, &[part(vec![1, 2, 3])]);
        let labels: Vec<_> = columns.iter().map(|it| (it.label.as_str(), it.total())).collect();
        assert_eq!(labels, [("0", 1), ("1", 2), ("1", 3)]);
    }
}
