//! `GET /v1/reports/attendances`: what opened, was first answered and closed, by hour
//! or by channel, ready for charts.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use eclusa_journal::{AttendanceCount, Counted};
use eclusa_model::{AttendanceState, Color};
use serde::{Deserialize, Serialize, Serializer};
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

/// What the numbers are of.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// Also of each hour.
    Hour,
    /// Of each channel.
    #[default]
    Channel,
}

/// What a report is to tell.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportQuery {
    #[serde(default)]
    pub(crate) by: By,
    /// A day of the zone or a time; the beginning of today where it is left out.
    pub(crate) from: Option<String>,
    /// The same; what is then is not in it. The end of today where it is left out.
    pub(crate) to: Option<String>,
    /// A time zone by its IANA name; UTC where it is left out.
    pub(crate) tz: Option<String>,
    /// Only of this channel.
    pub(crate) channel: Option<String>,
}

/// What was counted in a period.
#[derive(Serialize)]
pub(crate) struct Report {
    by: By,
    tz: &'static str,
    #[serde(serialize_with = "as_rfc3339")]
    pub(crate) from: OffsetDateTime,
    #[serde(serialize_with = "as_rfc3339")]
    pub(crate) to: OffsetDateTime,
    /// When each hour begins, in the time zone.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "all_as_rfc3339")]
    pub(crate) hours: Option<Vec<OffsetDateTime>>,
    pub(crate) channels: Vec<OfChannel>,
    pub(crate) totals: Totals,
}

/// What was counted in a channel.
#[derive(Serialize)]
pub(crate) struct OfChannel {
    pub(crate) id: String,
    /// `None` where it was deleted.
    pub(crate) name: Option<String>,
    pub(crate) color: Option<Color>,
    #[serde(flatten)]
    pub(crate) totals: Totals,
    /// One number for each hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) series: Option<Series>,
}

/// What was counted altogether.
#[derive(Serialize, Default, Clone)]
pub(crate) struct Totals {
    pub(crate) opened: u64,
    pub(crate) answered: u64,
    pub(crate) closed: u64,
    /// How long those that were first answered in the period had waited.
    pub(crate) average_first_answer_ms: Option<u64>,
    /// Open now.
    pub(crate) open: u64,
    /// Of these, without an agent now.
    pub(crate) waiting: u64,
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

/// One number for each hour.
#[derive(Serialize, Default)]
pub(crate) struct Series {
    pub(crate) opened: Vec<u64>,
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

fn as_rfc3339<S: Serializer>(time: &OffsetDateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.format(&Rfc3339).unwrap_or_default())
}

fn all_as_rfc3339<S: Serializer>(
    times: &Option<Vec<OffsetDateTime>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let texts = times.iter().flatten().map(|time| time.format(&Rfc3339).unwrap_or_default());
    serializer.collect_seq(texts)
}

pub(in crate::api) async fn attendances(
    State(app): State<App>,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    Ok(Json(report(&app, query::read(&uri)?).await?).into_response())
}

/// Counts what was asked for.
pub(crate) async fn report(app: &App, query: ReportQuery) -> Result<Report, ApiProblem> {
    let ReportQuery { by, from, to, tz, channel } = query;
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
    let (from_ms, before_ms) = (period.from_ms, period.to_ms);
    let counted = Counted { from_ms, before_ms, channel: channel.clone() };
    let counts = match by {
        By::Hour => app.attendances.attendance_counts(counted).await?,
        By::Channel => app.attendances.attendance_sums(counted).await?,
    };
    for count in counts {
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
    Ok(Report {
        by,
        tz: period.zone.name(),
        from: period.zone.local(period.from_ms),
        to: period.zone.local(period.to_ms),
        hours: hours.map(|hours| hours.starts),
        channels: channels.into_values().collect(),
        totals,
    })
}
