//! `GET /reports/attendances`: a table of attendances, newest first, and what was
//! counted in the same period.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use eclusa_journal::unix_ms;
use eclusa_model::{Attendance, AttendanceState};

use super::super::charts::{Charts, Patterns};
use super::super::dashboard::channels;
use super::super::format;
use super::super::frame::Frame;
use super::super::html::{go_to, page};
use super::super::period::Span;
use super::super::visitor::Visitor;
use super::super::wrong::{Phrase, Wrong};
use super::asked::{Asked, export_query};
use super::{state_key, state_look};
use crate::api::{AttendanceQuery, By, ReportQuery, report};
use crate::app::App;
use crate::problem::ApiProblem;

/// Where it is.
const PAGE: &str = "/reports/attendances";

/// So many stand on one page.
const ROWS: u32 = 50;

const SPANS: [Span; 4] = [Span::Today, Span::Week, Span::Month, Span::All];

const STATES: [AttendanceState; 4] = [
    AttendanceState::Queued,
    AttendanceState::Assigned,
    AttendanceState::Transferred,
    AttendanceState::Closed,
];

#[derive(Template)]
#[template(path = "reports/list.html")]
struct List {
    at: Frame,
    asked: Asked,
    spans: Vec<(String, String, bool)>,
    channels: Vec<(String, String)>,
    /// The states to choose from: value and text.
    states: Vec<(String, &'static str)>,
    wrong: Option<Wrong>,
    wrong_from: Option<Phrase>,
    wrong_to: Option<Phrase>,
    found: Option<Found>,
    charts: Drawn,
    patterns: Patterns,
}

/// What was found.
struct Found {
    rows: Vec<Row>,
    newer: Option<String>,
    older: Option<String>,
    /// What exports are asked for.
    export: String,
}

/// A row of the table.
struct Row {
    protocol: String,
    channel: String,
    channel_name: String,
    contact: String,
    state: &'static str,
    look: &'static str,
    agent: String,
    queue: String,
    opened_at: String,
    first_answer: Option<String>,
}

/// The charts of the same period.
enum Drawn {
    /// Nothing opened, or the filter is wrong.
    Nothing,
    Charts(Box<Charts>),
    /// The period is longer than what can be drawn.
    TooLong,
}

impl Row {
    fn of(app: &App, attendance: Attendance) -> Self {
        let active = app.channels.by_id(&attendance.channel);
        let name = active.map(|active| active.channel.profile.name.clone());
        let answered = attendance.first_answer_at.as_deref().and_then(unix_ms);
        let waited = answered.zip(unix_ms(&attendance.opened_at));
        let contact = attendance.contact;
        Self {
            protocol: attendance.protocol.to_string(),
            channel_name: name.unwrap_or_else(|| attendance.channel.clone()),
            channel: attendance.channel,
            contact: contact.name.filter(|name| !name.trim().is_empty()).unwrap_or(contact.id),
            state: state_key(attendance.state),
            look: state_look(attendance.state),
            agent: attendance.agent.unwrap_or_default(),
            queue: attendance.queue.unwrap_or_default(),
            first_answer: waited
                .map(|(answered, opened)| format::duration((answered - opened).unsigned_abs())),
            opened_at: attendance.opened_at,
        }
    }
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    let at = visitor.frame;
    let asked = Asked::read(&app, &at, &uri)?;
    if asked.period.is_wordy {
        return Ok(go_to(&asked.period.link(PAGE, None, &asked.others())));
    }
    let found = match asked.query(&app, &at) {
        Ok(query) => found(&app, &asked, query).await,
        Err(problem) => Err(problem),
    };
    let (status, found, wrong) = match found {
        Ok(found) => (StatusCode::OK, Some(found), None),
        Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            (problem.status(), None, Some(Wrong::new(&at, &problem)))
        }
        Err(problem) => return Err(problem),
    };
    // They are of the whole period, and stand before the first part of the table.
    let is_first = asked.before.is_none() && asked.after.is_none();
    let charts = match &found {
        Some(_) if is_first => drawn(&app, &at, &asked).await?,
        _ => Drawn::Nothing,
    };
    let state_name = |state: &AttendanceState| {
        let name = serde_json::to_value(state).unwrap_or_default();
        (name.as_str().unwrap_or_default().to_owned(), state_key(*state))
    };
    let list = List {
        spans: asked.period.choices(&at, PAGE, &SPANS, &asked.others()),
        channels: channels(&app, &asked.channel),
        states: STATES.iter().map(state_name).collect(),
        wrong_from: wrong.as_ref().and_then(|wrong| wrong.of_field(&at, "/from")),
        wrong_to: wrong.as_ref().and_then(|wrong| wrong.of_field(&at, "/to")),
        wrong,
        found,
        charts,
        patterns: Patterns,
        asked,
        at,
    };
    Ok(page(status, &list))
}

async fn found(app: &App, asked: &Asked, query: AttendanceQuery) -> Result<Found, ApiProblem> {
    let export = export_query(&query);
    let filter = query.read()?;
    let rows = ROWS as usize;
    // One more than is shown tells whether there are others.
    let (mut page, newer, older) = match &asked.after {
        Some(after) => {
            let after = after.clone();
            let mut page = app.attendances.newer_attendances(filter, after, ROWS + 1).await?;
            let newer = page.len() > rows;
            if newer {
                page.remove(0);
            }
            (page, newer, true)
        }
        None => {
            let before = asked.before.clone();
            let page = app.attendances.attendances(filter, before, ROWS + 1).await?;
            let older = page.len() > rows;
            (page, asked.before.is_some(), older)
        }
    };
    page.truncate(rows);
    let link = |name: &str, row: Option<&Attendance>| {
        let row = row?;
        let others = asked.others();
        let cursor = [(name, row.id.as_str())];
        Some(asked.period.link(PAGE, None, &[others.as_slice(), &cursor].concat()))
    };
    Ok(Found {
        newer: link("after", page.first()).filter(|_| newer),
        older: link("before", page.last()).filter(|_| older),
        rows: page.into_iter().map(|attendance| Row::of(app, attendance)).collect(),
        export,
    })
}

async fn drawn(app: &App, at: &Frame, asked: &Asked) -> Result<Drawn, ApiProblem> {
    if asked.period.span == Span::All || asked.period.from.is_empty() {
        return Ok(Drawn::TooLong);
    }
    let (from, to) = asked.period.asked();
    let channel = Some(asked.channel.clone()).filter(|channel| !channel.is_empty());
    let tz = Some(at.zone().name().to_owned());
    let one = channel.is_some();
    match report(app, ReportQuery { by: By::Hour, from, to, tz, channel }).await {
        Ok(report) if report.totals.opened == 0 => Ok(Drawn::Nothing),
        Ok(report) => Ok(Drawn::Charts(Box::new(Charts::of(at, &report, one)?))),
        // The list takes what is longer than what is counted by hours.
        Err(problem) if problem.status().is_client_error() => Ok(Drawn::TooLong),
        Err(problem) => Err(problem),
    }
}
