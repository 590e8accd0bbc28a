//! `/dashboard`: how many attendances there are, when they come, and by which channel.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::charts::{Charts, Patterns};
use super::format;
use super::frame::Frame;
use super::html::{go_to, page};
use super::period::{Period, Span};
use super::visitor::Visitor;
use super::wrong::{Phrase, Wrong};
use crate::api::{By, Report, ReportQuery, read_query, report};
use crate::app::App;
use crate::problem::ApiProblem;

/// Where it is.
const PAGE: &str = "/dashboard";

/// What it is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    period: Option<String>,
    from: Option<String>,
    to: Option<String>,
    channel: Option<String>,
}

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Dashboard {
    at: Frame,
    period: Period,
    /// The spans: what they are called, their links, and whether they are chosen.
    spans: Vec<(String, String, bool)>,
    /// Id and name of all channels to choose from.
    channels: Vec<(String, String)>,
    /// The chosen one; empty for all.
    channel: String,
    wrong: Option<Wrong>,
    wrong_from: Option<Phrase>,
    wrong_to: Option<Phrase>,
    counted: Option<Counted>,
    /// No channel was ever made.
    is_new: bool,
    patterns: Patterns,
}

/// What was counted in the period, and what is now.
struct Counted {
    opened: String,
    waiting: String,
    with_agent: String,
    closed: String,
    first_answer: Option<String>,
    /// `None` where nothing opened in the period.
    charts: Option<Charts>,
}

impl Counted {
    fn of(at: &Frame, report: &Report, one: bool) -> Result<Self, ApiProblem> {
        let totals = &report.totals;
        Ok(Self {
            opened: at.number(totals.opened),
            waiting: at.number(totals.waiting),
            with_agent: at.number(totals.open.saturating_sub(totals.waiting)),
            closed: at.number(totals.closed),
            first_answer: totals.average_first_answer_ms.map(format::duration),
            charts: match totals.opened {
                0 => None,
                _ => Some(Charts::of(at, report, one)?),
            },
        })
    }
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    let Asked { period, from, to, channel } = read_query(&uri)?;
    let at = visitor.frame;
    let channel = channel.unwrap_or_default();
    let asked = (period.as_deref(), from.as_deref(), to.as_deref());
    let period = Period::read(asked, Span::Today, at.zone().local(app.clock.now_ms()).date());
    let others = [("channel", channel.as_str())];
    if period.is_wordy {
        return Ok(go_to(&period.link(PAGE, None, &others)));
    }
    let (from, to) = period.asked();
    let query = ReportQuery {
        by: By::Hour,
        from,
        to,
        tz: Some(at.zone().name().to_owned()),
        channel: Some(channel.clone()).filter(|channel| !channel.is_empty()),
    };
    let (status, counted, wrong) = match report(&app, query).await {
        Ok(report) => (StatusCode::OK, Some(Counted::of(&at, &report, !channel.is_empty())?), None),
        Err(problem) if problem.status().is_client_error() => {
            (problem.status(), None, Some(Wrong::new(&at, &problem)))
        }
        Err(problem) => return Err(problem),
    };
    let channels = channels(&app, &channel);
    let dashboard = Dashboard {
        spans: period.choices(&at, PAGE, &[Span::Today, Span::Week, Span::Month], &others),
        wrong_from: wrong.as_ref().and_then(|wrong| wrong.of_field(&at, "/from")),
        wrong_to: wrong.as_ref().and_then(|wrong| wrong.of_field(&at, "/to")),
        is_new: channels.is_empty(),
        channels,
        channel,
        period,
        wrong,
        counted,
        patterns: Patterns,
        at,
    };
    Ok(page(status, &dashboard).into_response())
}

/// All channels to choose from, by name; the chosen one too where it was deleted.
pub(super) fn channels(app: &App, chosen: &str) -> Vec<(String, String)> {
    let all = app.channels.all();
    let profiles = all.iter().map(|active| &active.channel.profile);
    let mut channels: Vec<_> =
        profiles.map(|profile| (profile.id.clone(), profile.name.clone())).collect();
    channels.sort_by_cached_key(|(_, name)| name.to_lowercase());
    if !chosen.is_empty() && channels.iter().all(|(id, _)| id != chosen) {
        channels.push((chosen.to_owned(), chosen.to_owned()));
    }
    channels
}
