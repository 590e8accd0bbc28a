//! `GET /v1/reports/attendances`: what opened, was first answered and closed, by hour
//! or by channel, ready for charts.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use eclusa_journal::AttendanceCount;
use eclusa_model::{AttendanceState, Color};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::buckets::Hours;
use super::period::Period;
use crate::api::query;
use crate::app::App;
use crate::problem::ApiProblem;

/// The longest period by hour, in days.
const LONGEST_BY_HOUR: i64 = 92;

/// The longest period by channel, in days.
const LONGEST_BY_CHANNEL: i64 = 366;

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
enum By {
    Hour,
    #[default]
    Channel,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportQuery {
    #[serde(default)]
    by: By,
    /// A day of the zone or a time; the beginning of today where it is left out.
    from: Option<String>,
    /// The same; what is then is not in it. The end of today where it is left out.
    to: Option<String>,
    /// A time zone by its IANA name; UTC where it is left out.
    tz: Option<String>,
    /// Only of this channel.
    channel: Option<String>,
}

#[derive(Serialize)]
struct Report {
    by: By,
    tz: &'static str,
    from: String,
    to: String,
    /// When each hour begins, in the time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<Vec<String>>,
    channels: Vec<OfChannel>,
    totals: Totals,
}

#[derive(Serialize)]
struct OfChannel {
    id: String,
    name: Option<String>,
    color: Option<Color>,
    #[serde(flatten)]
    totals: Totals,
    /// One number for each hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<Series>,
}

#[derive(Serialize, Default, Clone)]
struct Totals {
    opened: u64,
    answered: u64,
    closed: u64,
    /// How long those that were first answered in the period had waited.
    average_first_answer_ms: Option<u64>,
    /// Open now.
    open: u64,
    /// Of these, without an agent now.
    waiting: u64,
    #[serde(skip)]
    first_answer_ms: u64,
}

impl Totals {
    fn add(&mut self, count: &AttendanceCount) {
        self.opened += count.opened;
        self.answered += count.answered;
        self.closed += count.closed;
        self.first_answer_ms += count.first_answer_ms;
        self.average_first_answer_ms = self.first_answer_ms.checked_div(self.answered);
    }

    fn are_open(&mut self, state: AttendanceState, count: u64) {
        self.open += count;
        if state != AttendanceState::Assigned {
            self.waiting += count;
        }
    }
}

#[derive(Serialize, Default)]
struct Series {
    opened: Vec<u64>,
    answered: Vec<u64>,
    closed: Vec<u64>,
}

impl Series {
    fn zeros(length: usize) -> Self {
        let zeros = || vec![0; length];
        Self { opened: zeros(), answered: zeros(), closed: zeros() }
    }

    fn add(&mut self, place: usize, count: &AttendanceCount) {
        for (numbers, more) in [
            (&mut self.opened, count.opened),
            (&mut self.answered, count.answered),
            (&mut self.closed, count.closed),
        ] {
            if let Some(number) = numbers.get_mut(place) {
                *number += more;
            }
        }
    }
}

pub(in crate::api) async fn attendances(
    State(app): State<App>,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    let ReportQuery { by, from, to, tz, channel } = query::read(&uri)?;
    let longest = match by {
        By::Hour => LONGEST_BY_HOUR,
        By::Channel => LONGEST_BY_CHANNEL,
    };
    let asked = (from.as_deref(), to.as_deref(), tz.as_deref());
    let period = Period::read(asked, longest, app.clock.now_ms())?;
    let hours = (by == By::Hour).then(|| Hours::of(period.zone, period.from_ms, period.to_ms));
    let is_asked = |id: &str| channel.as_deref().is_none_or(|only| only == id);

    let mut channels: BTreeMap<String, OfChannel> = BTreeMap::new();
    let of = |id: &str| OfChannel {
        id: id.to_owned(),
        name: None,
        color: None,
        totals: Totals::default(),
        series: hours.as_ref().map(|hours| Series::zeros(hours.starts.len())),
    };
    for active in app.channels.all() {
        let profile = &active.channel.profile;
        if is_asked(&profile.id) {
            let (name, color) = (Some(profile.name.clone()), Some(profile.color.clone()));
            let known = OfChannel { name, color, ..of(&profile.id) };
            channels.insert(profile.id.clone(), known);
        }
    }
    let mut totals = Totals::default();
    for count in app.attendances.attendance_counts(period.from_ms, period.to_ms).await? {
        if !is_asked(&count.channel) {
            continue;
        }
        let entry = channels.entry(count.channel.clone()).or_insert_with(|| of(&count.channel));
        entry.totals.add(&count);
        totals.add(&count);
        if let (Some(series), Some(hours)) = (&mut entry.series, &hours)
            && let Some(place) = hours.place(count.start_ms)
        {
            series.add(place, &count);
        }
    }
    for open in app.attendances.open_attendances().await? {
        if is_asked(&open.channel) {
            let entry = channels.entry(open.channel.clone()).or_insert_with(|| of(&open.channel));
            entry.totals.are_open(open.state, open.count);
            totals.are_open(open.state, open.count);
        }
    }
    let text = |time: &OffsetDateTime| time.format(&Rfc3339).unwrap_or_default();
    let report = Report {
        by,
        tz: period.zone.name(),
        from: text(&period.zone.local(period.from_ms)),
        to: text(&period.zone.local(period.to_ms)),
        hours: hours.as_ref().map(|hours| hours.starts.iter().map(text).collect()),
        channels: channels.into_values().collect(),
        totals,
    };
    Ok(Json(report).into_response())
}
