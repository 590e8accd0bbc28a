//! `GET /reports/attendances/{id}`: one attendance, what was said in it, and how it
//! went.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use eclusa_journal::registry::{AuditAbout, AuditEntry, SubjectKind};
use eclusa_journal::{Page, unix_ms};
use eclusa_model::Attendance;
use serde::Deserialize;

use super::super::format;
use super::super::frame::Frame;
use super::super::html::page;
use super::super::visitor::Visitor;
use super::transcript::{Entry, What, entries};
use super::{state_key, state_look};
use crate::api::read_query;
use crate::app::App;
use crate::problem::ApiProblem;

/// So much of what was said stands on one page.
const SAID: u32 = 50;

/// So many changes are shown, the newest ones.
const CHANGES: u32 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "reports/show.html")]
struct Show {
    at: Frame,
    attendance: Attendance,
    protocol: String,
    channel_name: String,
    /// It was not deleted.
    has_channel: bool,
    state: &'static str,
    look: &'static str,
    first_answer: Option<String>,
    lasted: Option<String>,
    entries: Vec<Entry>,
    is_first: bool,
    next: Option<String>,
    changes: Vec<AuditEntry>,
}

/// The page; by id or protocol number.
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    let Part { after } = read_query(&uri)?;
    let at = visitor.frame;
    let found = app.attendances.attendance(id.clone()).await?;
    let attendance = found.ok_or_else(|| ApiProblem::not_found("attendance", &id))?;
    let protocol = attendance.protocol.to_string();
    let is_first = after.is_none();
    let mut said = app.attendances.transcript(attendance.id.clone(), after, SAID + 1).await?;
    let is_last = said.len() <= SAID as usize;
    said.truncate(SAID as usize);
    let next = said.last().filter(|_| !is_last).map(|said| said.id.clone());
    let about = AuditAbout { kind: SubjectKind::Attendance, id: Some(protocol.clone()) };
    let newest = Page { channel: None, before: None, limit: CHANGES };
    let mut changes = app.deployer.audit(Some(about), newest).await?;
    changes.reverse();
    let since_opened = |time: Option<&str>| {
        let times = time.and_then(unix_ms).zip(unix_ms(&attendance.opened_at));
        times.map(|(time, opened)| format::duration((time - opened).unsigned_abs()))
    };
    let active = app.channels.by_id(&attendance.channel);
    let name = active.as_ref().map(|active| active.channel.profile.name.clone());
    let show = Show {
        protocol,
        channel_name: name.unwrap_or_else(|| attendance.channel.clone()),
        has_channel: active.is_some(),
        state: state_key(attendance.state),
        look: state_look(attendance.state),
        first_answer: since_opened(attendance.first_answer_at.as_deref()),
        lasted: since_opened(attendance.closed_at.as_deref()),
        entries: entries(&at, &said)?,
        is_first,
        next,
        changes,
        attendance,
        at,
    };
    Ok(page(StatusCode::OK, &show))
}
