//! The page: the list, and a thread beside it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::AttendanceFilter;
use eclusa_model::{Attendance, AttendanceState};

use super::super::frame::Frame;
use super::super::html::page;
use super::super::message::Shown;
use super::super::posted::Fields;
use super::super::visitor::{Posted, Visitor};
use super::super::wrong::{Phrase, Wrong};
use super::composer::Composer;
use super::content::Said;
use super::entry::{ChannelMark, Entry, State as Standing, contact_name};
use super::place::{Place, VIEWS};
use super::thread::{Line, What, lines, quote};
use super::when::When;
use crate::app::App;
use crate::auth::Permission;
use crate::problem::{ApiProblem, Violation};

/// So many attendances are on a page of the list.
const ENTRIES: u32 = 30;

/// So many moments are on a page of a thread.
const MOMENTS: u32 = 50;

/// Up to so many unanswered attendances are counted.
const MOST: u32 = 999;

#[derive(Template)]
#[template(path = "inbox/page.html")]
struct Inbox {
    at: Frame,
    place: Place,
    /// The page itself, for what leads to another part of the list.
    path: String,
    /// What the page shows, for who waits for what is newer.
    seen: String,
    unanswered: u32,
    entries: Vec<Entry>,
    next: Option<String>,
    /// All channels: id, name.
    channels: Vec<(String, String)>,
    thread: Option<Thread>,
}

impl Inbox {
    /// What the style sheet tells a phone by: whether a thread is read.
    fn class(&self) -> &'static str {
        if self.thread.is_some() { "inbox reading" } else { "inbox" }
    }
}

/// An attendance with what happened in it.
struct Thread {
    id: String,
    protocol: String,
    contact: String,
    contact_id: String,
    channel: ChannelMark,
    state: Standing,
    queue: Option<String>,
    agent: Option<String>,
    opened: When,
    lines: Vec<Line>,
    earlier: Option<String>,
    /// It is the newest part.
    newest: bool,
    /// They may change it, and it is open.
    attends: bool,
    /// Nobody has it.
    free: bool,
    /// The open attendance of the conversation, where this one is closed.
    follower: Option<String>,
    composer: Option<Composer>,
    /// Why a change was not made.
    wrong: Option<Wrong>,
}

/// What was not taken, to be shown with the page.
enum Refused<'a> {
    Nothing,
    Answer(&'a Fields, &'a ApiProblem),
    Change(&'a ApiProblem),
}

/// `GET /inbox`.
pub(super) async fn list(
    State(app): State<App>,
    Query(place): Query<Place>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let inbox = inbox(&app, visitor.frame, place, "/inbox".to_owned()).await?;
    Ok(page(StatusCode::OK, &inbox))
}

/// `GET /inbox/{attendance}`: by its id or its protocol number.
pub(super) async fn thread(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(place): Query<Place>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let attendance = find(&app, &id).await?;
    written(&app, attendance, place, visitor.frame, Refused::Nothing).await
}

/// The same with an answer that was refused.
pub(super) async fn refused(
    app: &App,
    attendance: Attendance,
    place: Place,
    posted: Posted,
    problem: &ApiProblem,
) -> Result<Response, ApiProblem> {
    let Posted { visitor, fields } = posted;
    let refused = Refused::Answer(&fields, problem);
    written(app, attendance, place, visitor.frame, refused).await
}

/// The same with a change that was not made.
pub(super) async fn not_done(
    app: &App,
    attendance: Attendance,
    place: Place,
    posted: Posted,
    problem: &ApiProblem,
) -> Result<Response, ApiProblem> {
    written(app, attendance, place, posted.visitor.frame, Refused::Change(problem)).await
}

/// The attendance with this id.
pub(super) async fn find(app: &App, id: &str) -> Result<Attendance, ApiProblem> {
    let found = app.attendances.attendance(id.to_owned()).await?;
    found.ok_or_else(|| ApiProblem::not_found("attendance", id))
}

/// The list for who looks, without a thread.
async fn inbox(app: &App, at: Frame, place: Place, path: String) -> Result<Inbox, ApiProblem> {
    // Before all that is read, so that nothing newer is missed.
    let seen = app.watchers.seen(app);
    let agent = at.person.as_ref().map_or("", |person| person.name.as_str());
    let query = place.query(agent);
    let found = app.attendances.inbox(query, place.after(), ENTRIES).await?;
    let is_full = found.len() == ENTRIES as usize;
    let next = found.last().filter(|_| is_full).map(|last| place.page_link(&path, &last.cursor));
    let all = app.channels.all();
    let channels = all.iter().map(|active| &active.channel.profile);
    Ok(Inbox {
        seen,
        unanswered: app.attendances.unanswered(MOST).await?,
        entries: found.into_iter().map(|entry| Entry::new(app, &at, entry)).collect(),
        next,
        channels: channels.map(|it| (it.id.clone(), it.name.clone())).collect(),
        thread: None,
        path,
        place,
        at,
    })
}

async fn written(
    app: &App,
    attendance: Attendance,
    place: Place,
    at: Frame,
    refused: Refused<'_>,
) -> Result<Response, ApiProblem> {
    let status = match &refused {
        Refused::Nothing => StatusCode::OK,
        Refused::Answer(_, problem) | Refused::Change(problem) => problem.status(),
    };
    let path = format!("/inbox/{}", attendance.id);
    let mut inbox = inbox(app, at, place, path).await?;
    inbox.thread = Some(shown(app, attendance, &inbox.at, &inbox.place, refused).await?);
    Ok(page(status, &inbox))
}

async fn shown(
    app: &App,
    attendance: Attendance,
    at: &Frame,
    place: &Place,
    refused: Refused<'_>,
) -> Result<Thread, ApiProblem> {
    let now_ms = app.clock.now_ms();
    let id = attendance.id.clone();
    let mut moments = app.attendances.moments(id.clone(), place.before(), MOMENTS).await?;
    let is_full = moments.len() == MOMENTS as usize;
    let earlier = moments.last().filter(|_| is_full);
    let earlier = earlier.map(|oldest| place.earlier_link(&id, &oldest.id));
    moments.reverse();
    let open = attendance.state != AttendanceState::Closed;
    let may = |permission: Permission| at.person.as_ref().is_some_and(|it| it.may(permission));
    let newest = place.before().is_none();
    let typed = match &refused {
        Refused::Answer(fields, problem) => Some((*fields, *problem)),
        _ => None,
    };
    let reply = match typed {
        Some((fields, _)) => fields.given("reply_to").map(str::to_owned),
        None => Some(place.reply.clone()).filter(|it| !it.is_empty()),
    };
    let reply = reply.map(|id| {
        let answered = moments.iter().find(|moment| moment.id == id);
        let quoted = answered.map(|moment| quote(at, moment));
        (id, quoted)
    });
    let writes = may(Permission::Send) && newest && (open || typed.is_some());
    let composer = writes.then(|| Composer::new(app, at, &attendance.channel, typed, reply));
    Ok(Thread {
        contact: contact_name(&attendance),
        contact_id: attendance.contact.id.clone(),
        protocol: attendance.protocol.to_string(),
        channel: ChannelMark::new(app, &attendance.channel),
        state: Standing::new(attendance.state),
        opened: When::new(at, now_ms, &attendance.opened_at),
        lines: lines(at, now_ms, &moments),
        earlier,
        newest,
        attends: open && may(Permission::Attend),
        free: attendance.state != AttendanceState::Assigned,
        follower: if open { None } else { follower(app, &attendance).await? },
        composer,
        wrong: match refused {
            Refused::Change(problem) => Some(Wrong::new(at, problem)),
            _ => None,
        },
        queue: attendance.queue,
        agent: attendance.agent,
        id,
    })
}

/// The attendance that is open now in the conversation of one that is closed.
async fn follower(app: &App, closed: &Attendance) -> Result<Option<String>, ApiProblem> {
    let filter = AttendanceFilter {
        channel: Some(closed.channel.clone()),
        conversation: Some(closed.conversation.clone()),
        ..AttendanceFilter::default()
    };
    let newest = app.attendances.attendances(filter, None, 1).await?.pop();
    let open = newest.filter(|it| it.state != AttendanceState::Closed);
    Ok(open.map(|it| it.id))
}

/// What is wrong with a field that the page has no place for.
fn violation_phrase(at: &Frame, violation: &Violation) -> Phrase {
    Phrase::violation(at, &violation.message)
}
