//! An attendance in the list.

use eclusa_journal::InboxEntry;
use eclusa_model::{Attendance, AttendanceState};

use super::super::frame::Frame;
use super::content::{Said, short};
use super::when::When;
use crate::app::App;

/// An attendance in the list.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) channel: ChannelMark,
    pub(super) contact: String,
    pub(super) last: String,
    /// It was said to the chat.
    pub(super) ours: bool,
    pub(super) last_at: When,
    /// Since when nobody has answered.
    pub(super) unanswered: Option<When>,
    pub(super) state: State,
    pub(super) agent: Option<String>,
}

/// What shows which channel it is.
pub(super) struct ChannelMark {
    pub(super) id: String,
    pub(super) name: String,
    /// It was deleted: there is neither logo nor colour.
    pub(super) gone: bool,
}

impl ChannelMark {
    pub(super) fn new(app: &App, id: &str) -> Self {
        let active = app.channels.by_id(id);
        let name = active.as_ref().map(|active| active.channel.profile.name.clone());
        Self {
            gone: name.is_none(),
            name: name.unwrap_or_else(|| id.to_owned()),
            id: id.to_owned(),
        }
    }
}

/// A state, and how it is shown.
#[derive(Clone, Copy)]
pub(super) struct State {
    /// The text that names it.
    pub(super) key: &'static str,
    /// The class of its badge.
    pub(super) class: &'static str,
}

impl State {
    pub(super) fn new(state: AttendanceState) -> Self {
        let (key, class) = match state {
            AttendanceState::Queued => ("inbox-state-queued", "warn"),
            AttendanceState::Assigned => ("inbox-state-assigned", "good"),
            AttendanceState::Transferred => ("inbox-state-transferred", "warn"),
            AttendanceState::Closed => ("inbox-state-closed", ""),
        };
        Self { key, class }
    }
}

/// How a contact is called.
pub(super) fn contact_name(attendance: &Attendance) -> String {
    let contact = &attendance.contact;
    let name = contact.name.as_deref().map(short).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| short(&contact.id))
}

impl Entry {
    pub(super) fn new(app: &App, at: &Frame, entry: InboxEntry) -> Self {
        let InboxEntry { attendance, turn, last, last_at, .. } = entry;
        let now_ms = app.clock.now_ms();
        let when = |exact: &str| When::new(at, now_ms, exact);
        let said = last.as_ref().map(|said| Said::read(said.kind == "postback", &said.object));
        Self {
            channel: ChannelMark::new(app, &attendance.channel),
            contact: contact_name(&attendance),
            ours: last.as_ref().is_some_and(|said| said.direction == "outbound"),
            last: said.map(|said| said.preview(at)).unwrap_or_default(),
            last_at: when(&last_at),
            unanswered: turn.filter(|turn| turn.unanswered).map(|turn| when(&turn.since)),
            state: State::new(attendance.state),
            agent: attendance.agent,
            id: attendance.id,
        }
    }
}
