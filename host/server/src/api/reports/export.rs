//! `GET /v1/reports/attendances.csv|json`: all attendances of a filter, newest first,
//! a page of them at a time, so that no memory grows with them.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use eclusa_journal::{AttendanceFilter, unix_ms};
use eclusa_model::Attendance;
use futures_util::stream;

use crate::api::attendances::Filter;
use crate::app::App;
use crate::problem::ApiProblem;

/// So many are read and sent at once.
const PAGE: u32 = 500;

const COLUMNS: [&str; 17] = [
    "protocol",
    "id",
    "channel",
    "channel_name",
    "conversation",
    "contact_id",
    "contact_name",
    "flow",
    "state",
    "queue",
    "agent",
    "opened_at",
    "first_answer_at",
    "closed_at",
    "first_answer_seconds",
    "changed_by",
    "reason",
];

/// The form in which they are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Json,
}

/// As a table for spreadsheets.
pub(crate) async fn attendances_csv(
    State(app): State<App>,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    export(app, &uri, Form::Csv).await
}

/// As one JSON document.
pub(crate) async fn attendances_json(
    State(app): State<App>,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    export(app, &uri, Form::Json).await
}

/// Where an export stands.
struct Export {
    app: App,
    form: Form,
    filter: AttendanceFilter,
    step: Step,
}

enum Step {
    /// A page that was read; the first one is read before the answer begins, so that
    /// what fails then has its problem document.
    Page {
        found: Vec<Attendance>,
        is_first: bool,
    },
    Next {
        before: String,
    },
    Done,
}

async fn export(app: App, uri: &Uri, form: Form) -> Result<Response, ApiProblem> {
    let filter = Filter::of(uri)?;
    let found = app.attendances.attendances(filter.clone(), None, PAGE).await?;
    let step = Step::Page { found, is_first: true };
    let parts = stream::try_unfold(Export { app, form, filter, step }, next);
    let (kind, name) = match form {
        Form::Csv => ("text/csv; charset=utf-8", "attendances.csv"),
        Form::Json => ("application/json", "attendances.json"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

/// The next part. An error cuts the answer off, so that nobody takes it for whole.
async fn next(mut export: Export) -> Result<Option<(Bytes, Export)>, std::io::Error> {
    let (found, is_first) = match std::mem::replace(&mut export.step, Step::Done) {
        Step::Done => return Ok(None),
        Step::Page { found, is_first } => (found, is_first),
        Step::Next { before } => {
            let filter = export.filter.clone();
            let page = export.app.attendances.attendances(filter, Some(before), PAGE).await;
            (page.map_err(std::io::Error::other)?, false)
        }
    };
    let last = found.last().filter(|_| found.len() == PAGE as usize);
    if let Some(before) = last.map(|attendance| attendance.id.clone()) {
        export.step = Step::Next { before };
    }
    let is_last = matches!(export.step, Step::Done);
    let part = match export.form {
        Form::Csv => csv_part(&export.app, &found, is_first)?,
        Form::Json => json_part(&found, is_first, is_last)?,
    };
    Ok(Some((part.into(), export)))
}

fn json_part(
    found: &[Attendance],
    is_first: bool,
    is_last: bool,
) -> Result<Vec<u8>, std::io::Error> {
    let mut part = Vec::new();
    if is_first {
        part.extend_from_slice(b"{\"attendances\":[");
    }
    for (place, attendance) in found.iter().enumerate() {
        if place > 0 || !is_first {
            part.push(b',');
        }
        serde_json::to_writer(&mut part, attendance)?;
    }
    if is_last {
        part.extend_from_slice(b"]}");
    }
    Ok(part)
}

fn csv_part(app: &App, found: &[Attendance], is_first: bool) -> Result<Vec<u8>, std::io::Error> {
    let mut part =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if is_first {
        part.write_record(COLUMNS)?;
    }
    for attendance in found {
        let active = app.channels.by_id(&attendance.channel);
        let name = active.as_ref().map(|active| active.channel.profile.name.as_str());
        part.write_record(row(attendance, name).map(harmless))?;
    }
    part.into_inner().map_err(|error| error.into_error())
}

fn row(attendance: &Attendance, channel_name: Option<&str>) -> [String; 17] {
    let or_empty = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let waited = || {
        let ms = unix_ms(attendance.first_answer_at.as_deref()?)? - unix_ms(&attendance.opened_at)?;
        Some(format!("{}.{:03}", ms.div_euclid(1000), ms.rem_euclid(1000)))
    };
    let state = serde_json::to_value(attendance.state).unwrap_or_default();
    [
        attendance.protocol.to_string(),
        attendance.id.clone(),
        attendance.channel.clone(),
        or_empty(channel_name),
        attendance.conversation.clone(),
        attendance.contact.id.clone(),
        or_empty(attendance.contact.name.as_deref()),
        or_empty(attendance.flow.as_deref()),
        or_empty(state.as_str()),
        or_empty(attendance.queue.as_deref()),
        or_empty(attendance.agent.as_deref()),
        attendance.opened_at.clone(),
        or_empty(attendance.first_answer_at.as_deref()),
        or_empty(attendance.closed_at.as_deref()),
        waited().unwrap_or_default(),
        or_empty(attendance.changed_by.as_deref()),
        or_empty(attendance.reason.as_deref()),
    ]
}

/// What a spreadsheet takes for the beginning of a formula; in some languages the wide
/// forms too.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Where a spreadsheet may begin another cell: in many languages it separates them by
/// semicolons, also in a file that says commas.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// A cell that a spreadsheet takes for text: names come from people, and one that
/// begins like a formula would be run as one.
fn harmless(cell: String) -> String {
    let mut safe = String::with_capacity(cell.len());
    let mut begins = true;
    for sign in cell.chars() {
        if begins && FORMULA.contains(&sign) {
            safe.push('\'');
        }
        begins = SEPARATORS.contains(&sign);
        safe.push(sign);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, safe) in [
            ("=1+1", "'=1+1"),
            ("+55 11", "'+55 11"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("\n1", "'\n1"),
            ("\t=1", "'\t'=1"),
            ("Ana;=1+1", "Ana;'=1+1"),
            ("Ana\r\n+1", "Ana\r'\n'+1"),
        ] {
            assert_eq!(harmless(cell.to_owned()), safe);
        }
        for cell in ["", "Ana", "20261123-000042", "1.234", "a=b", "a; b"] {
            assert_eq!(harmless(cell.to_owned()), cell);
        }
    }
}
