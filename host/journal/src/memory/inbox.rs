//! The inbox, in memory: a model may look at all attendances.

use eclusa_model::AttendanceState;

use super::state::State;
use super::storage;
use crate::attendance::{InboxPlace, Record};
use crate::event::Kind;
use crate::id::ms_of;
use crate::words::{is_beginning, words};
use crate::{InboxEntry, InboxQuery, InboxView, JournalError, Moment, Turn, body, rfc3339};

/// Where an open attendance stands in an inbox.
pub(super) struct Standing {
    pub(super) unanswered: bool,
    last: i64,
    since: i64,
}

impl Standing {
    pub(super) fn opened(id: i64) -> Self {
        Self { unanswered: false, last: id, since: id }
    }
}

impl State {
    /// Something was said in an attendance.
    pub(super) fn said(&mut self, attendance: i64, id: i64, unanswered: bool) {
        let Some(standing) = self.attendances.standings.get_mut(&attendance) else { return };
        standing.last = id;
        if standing.unanswered != unanswered {
            standing.since = id;
        }
        standing.unanswered = unanswered;
    }

    pub(super) fn inbox_changed(&self) {
        self.inbox_changes.send_modify(|count| *count += 1);
    }
}

/// The entries after a cursor.
pub(super) fn page(
    state: &State,
    query: &InboxQuery,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<InboxEntry>, JournalError> {
    let from = InboxPlace::read(after)?;
    let mut found: Vec<(InboxPlace, &Record)> = Vec::new();
    for record in state.attendances.records.values() {
        let place = match state.attendances.standings.get(&record.id) {
            Some(it) if is_of_open(&query.view) => {
                InboxPlace { answered: !it.unanswered, before: it.last }
            }
            _ => InboxPlace { answered: false, before: record.id },
        };
        let is_after = (place.answered, std::cmp::Reverse(place.before))
            > (from.answered, std::cmp::Reverse(from.before));
        let on = query.channel.as_ref().is_none_or(|it| *it == record.channel);
        if is_after && on && is_shown(state, &query.view, record) {
            found.push((place, record));
        }
    }
    found.sort_by_key(|(place, _)| (place.answered, std::cmp::Reverse(place.before)));
    found.truncate(limit.clamp(1, 500) as usize);
    found.into_iter().map(|(place, record)| entry(state, place, record)).collect()
}

fn is_of_open(view: &InboxView) -> bool {
    matches!(view, InboxView::Open | InboxView::Of { .. } | InboxView::Waiting)
}

fn is_shown(state: &State, view: &InboxView, record: &Record) -> bool {
    let open = record.state != AttendanceState::Closed;
    match view {
        InboxView::Open => open,
        InboxView::Of { agent } => open && record.agent.as_ref() == Some(agent),
        InboxView::Waiting => open && record.state != AttendanceState::Assigned,
        InboxView::Closed => !open,
        InboxView::Found { text } => {
            let text = text.trim();
            let named = words(record.contact.name.as_deref().unwrap_or_default());
            let asked = words(text);
            let begins = |asked: &String| match is_beginning(asked) {
                true => named.iter().any(|word| word.starts_with(asked)),
                false => named.contains(asked),
            };
            text.parse() == Ok(record.protocol)
                || state.ids.number(text) == Some(record.id)
                || record.contact.id == text
                || record.conversation == text
                || (!asked.is_empty() && asked.iter().all(begins))
        }
    }
}

fn entry(state: &State, place: InboxPlace, record: &Record) -> Result<InboxEntry, JournalError> {
    let said = state.all_said(record.id, 0).map_err(storage)?;
    let last = said.into_iter().next_back();
    let turn = state
        .attendances
        .standings
        .get(&record.id)
        .map(|it| Turn { unanswered: it.unanswered, since: rfc3339(ms_of(it.since)) });
    let last_id = last.as_ref().map_or(record.id, |(id, _)| *id);
    Ok(InboxEntry {
        attendance: record.shown(state.ids),
        turn,
        last: last.map(|(_, said)| said),
        last_at: rfc3339(ms_of(last_id)),
        cursor: place.cursor(state.ids),
    })
}

/// What happened before, newest first.
pub(super) fn moments(
    state: &State,
    name: &str,
    before: i64,
    limit: u32,
) -> Result<Vec<Moment>, JournalError> {
    let Some(attendance) = state.named(name).map(|record| record.id) else {
        return Ok(Vec::new());
    };
    let mut moments = Vec::new();
    for (id, event) in state.events.range(..before) {
        let told = !matches!(event.event.kind, Kind::Status | Kind::Typing);
        if told && event.attendance.is_some_and(|(of, ..)| of == attendance) {
            moments.push((*id, event.parts(*id).moment(state.ids).map_err(storage)?));
        }
    }
    for (id, message) in state.messages.range(..before) {
        if message.attendance != Some(attendance) {
            continue;
        }
        let name = state.ids.text(*id);
        let object = body::outbound_json(&name, &message.channel, &message.body);
        let moment = Moment {
            object: object.map_err(storage)?,
            id: name,
            kind: "message.sent".to_owned(),
            at: message.created_at.clone(),
            state: Some(message.state),
            sent_by: Some(message.sent_by),
            problem: message.problem.clone(),
            external_id: message.external_id.clone(),
            about: None,
        };
        moments.push((*id, moment));
    }
    moments.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
    let newest = moments.into_iter().take(limit.clamp(1, 500) as usize);
    Ok(newest.map(|(_, moment)| moment).collect())
}
