//! Attendances, in memory.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use async_trait::async_trait;
use eclusa_model::{Attendance, AttendanceContact, AttendanceState, Protocol};
use tokio::sync::watch;

use super::inbox::{self, Standing};
use super::state::{RecordedEvent, State};
use super::{MemoryJournal, position, storage};
use crate::attendance::{Quarter, Record};
use crate::event::{Kind, PreparedEvent, Subject};
use crate::id::{ms_of, number_at};
use crate::{
    AttendanceChange, AttendanceChanged, AttendanceCount, AttendanceFilter, AttendanceRefusal,
    AttendanceStep, Attendances, Counted, InboxEntry, InboxQuery, JournalError, Moment,
    OpenAttendances, QUARTER_MS, Said, Target, body, key, rfc3339,
};

/// What an event belongs to: number, number for people, state then.
pub(super) type Mention = (i64, Protocol, AttendanceState);

/// All of them, and what was counted by quarter and channel.
#[derive(Default)]
pub(super) struct Attended {
    pub(super) records: BTreeMap<i64, Record>,
    pub(super) standings: BTreeMap<i64, Standing>,
    counts: BTreeMap<(i64, String), AttendanceCount>,
}

impl State {
    /// The open one of a conversation. A model may look at all of them.
    pub(super) fn open_in(&self, channel: &str, conversation: &str) -> Option<Mention> {
        let found = self.attendances.records.values().find(|it| {
            it.state != AttendanceState::Closed
                && it.channel == channel
                && it.conversation == conversation
        });
        found.map(|it| (it.id, it.protocol, it.state))
    }

    pub(super) fn open_attendance(
        &mut self,
        id: i64,
        channel: &str,
        conversation: &str,
        contact: &AttendanceContact,
    ) -> Record {
        let newest = self.attendances.records.values().next_back().map(|it| it.protocol);
        let flow = self.channels.get(channel).and_then(|it| it.profile.flow.clone());
        let record = Record::opened(id, newest, (channel, conversation), contact, flow);
        self.attendances.records.insert(id, record.clone());
        self.attendances.standings.insert(id, Standing::opened(id));
        self.count(channel, Quarter::opened(id));
        record
    }

    /// Marks the first answer, once.
    pub(super) fn answer(&mut self, attendance: i64, message: i64) {
        let found = self.attendances.records.get_mut(&attendance);
        let Some(record) = found.filter(|it| it.answered_at_ms.is_none()) else { return };
        record.answered_at_ms = Some(ms_of(message));
        let channel = record.channel.clone();
        self.count(&channel, Quarter::answered(attendance, message));
    }

    fn count(&mut self, channel: &str, quarter: Quarter) {
        let counts = &mut self.attendances.counts;
        let count =
            counts.entry((quarter.number, channel.to_owned())).or_insert_with(|| AttendanceCount {
                channel: channel.to_owned(),
                start_ms: quarter.number * QUARTER_MS,
                opened: 0,
                answered: 0,
                closed: 0,
                first_answer_ms: 0,
            });
        count.opened += u64::from(quarter.opened);
        count.answered += u64::from(quarter.answered);
        count.closed += u64::from(quarter.closed);
        count.first_answer_ms += quarter.waited_ms.unsigned_abs();
    }

    /// Records the event that tells of a change.
    pub(super) fn tell_attendance(&mut self, id: i64, kind: Kind, record: &Record, push: bool) {
        let (channel, conversation) = (record.channel.clone(), record.conversation.clone());
        if push {
            self.deliver(id, Target::Platform, &channel, &conversation);
        } else {
            self.waits_no_more(id, &channel, &conversation);
        }
        let event = PreparedEvent {
            kind,
            conversation: conversation.clone(),
            conversation_key: None,
            dedupe: None,
            echo_of: None,
            contact: None,
            input: None,
            external_id: None,
            occurred_at: None,
            subject: Subject::None,
            body: record.told().unwrap_or_default(),
        };
        let recorded = RecordedEvent {
            request: 0,
            channel,
            received_at: rfc3339(ms_of(id)),
            conversation,
            message: None,
            late: false,
            attendance: Some((record.id, record.protocol, record.state)),
            event,
        };
        self.events.insert(id, recorded);
        self.inbox_changed();
    }

    /// The one that an id or a protocol number stands for.
    pub(super) fn named(&self, name: &str) -> Option<&Record> {
        let records = &self.attendances.records;
        match self.ids.number(name) {
            Some(id) => records.get(&id),
            None => {
                let protocol: Protocol = name.parse().ok()?;
                records.values().find(|it| it.protocol == protocol)
            }
        }
    }

    /// Makes a change; the number of the event that tells of it, unless the change was
    /// made before.
    fn change_attendance(
        &mut self,
        change: AttendanceChange,
    ) -> Result<(Option<i64>, Attendance), JournalError> {
        let found = self.named(&change.id).cloned();
        let mut record = found.ok_or(JournalError::AttendanceUnknown { id: change.id })?;
        if let Some(given) = &change.idempotency {
            let first = self.keys.get(&key::attendance_change(record.id, given));
            let event = first.and_then(|first| Some((*first, self.events.get(first)?)));
            if let Some((first, event)) = event {
                let same = self.keys.get(&key::attendance_change_of(record.id, given));
                if same != Some(&first) {
                    return Err(JournalError::IdempotencyConflict);
                }
                let told = body::attendance(&self.ids.text(record.id), &event.event.body);
                return Ok((None, told.map_err(storage)?));
            }
        }
        let traceparent = change.traceparent.as_deref();
        let by = (change.by.as_str(), change.reason.as_deref());
        let event = self
            .apply_step(&mut record, &change.step, by, change.push, traceparent)
            .map_err(JournalError::AttendanceRefused)?;
        if let Some(given) = &change.idempotency {
            self.keys.insert(key::attendance_change(record.id, given), event);
            self.keys.insert(key::attendance_change_of(record.id, given), event);
        }
        self.react(record.id, &change.step.input(), change.push, traceparent);
        let shown = record.shown(self.ids);
        Ok((Some(event), shown))
    }

    /// Does a step, with its event, whose number it returns.
    pub(super) fn apply_step(
        &mut self,
        record: &mut Record,
        step: &AttendanceStep,
        (by, reason): (&str, Option<&str>),
        push: bool,
        traceparent: Option<&str>,
    ) -> Result<i64, AttendanceRefusal> {
        let now = self.now_ms();
        let event = self.clock.next(now);
        record.change(step, by, reason, event)?;
        if *step == AttendanceStep::Close {
            self.count(&record.channel, Quarter::closed(event));
            self.attendances.standings.remove(&record.id);
        }
        self.tell_attendance(event, step.kind(), record, push);
        if let Some(traceparent) = traceparent.filter(|_| push) {
            self.traceparents.insert(event, traceparent.to_owned());
        }
        self.attendances.records.insert(record.id, record.clone());
        Ok(event)
    }

    pub(super) fn all_said(
        &self,
        attendance: i64,
        after: i64,
    ) -> Result<Vec<(i64, Said)>, serde_json::Error> {
        let mut said = Vec::new();
        for (id, event) in self.events.range(after.saturating_add(1)..) {
            let kind = match event.event.kind {
                Kind::Received => "message",
                Kind::Postback => "postback",
                _ => continue,
            };
            if event.attendance.is_none_or(|(id, ..)| id != attendance) {
                continue;
            }
            said.push((
                *id,
                Said {
                    id: self.ids.text(*id),
                    direction: "inbound".to_owned(),
                    state: None,
                    sent_by: None,
                    kind: kind.to_owned(),
                    object: event.parts(*id).object(self.ids)?,
                },
            ));
        }
        for (id, message) in self.messages.range(after.saturating_add(1)..) {
            if message.attendance != Some(attendance) {
                continue;
            }
            let text = self.ids.text(*id);
            said.push((
                *id,
                Said {
                    object: body::outbound_json(&text, &message.channel, &message.body)?,
                    id: text,
                    direction: "outbound".to_owned(),
                    state: Some(message.state),
                    sent_by: Some(message.sent_by),
                    kind: "message".to_owned(),
                },
            ));
        }
        said.sort_by_key(|(id, _)| *id);
        Ok(said)
    }
}

#[async_trait]
impl Attendances for MemoryJournal {
    async fn attendance(&self, id: String) -> Result<Option<Attendance>, JournalError> {
        let state = self.state.lock();
        Ok(state.named(&id).map(|record| record.shown(state.ids)))
    }

    async fn attendances(
        &self,
        filter: AttendanceFilter,
        before: Option<String>,
        limit: u32,
    ) -> Result<Vec<Attendance>, JournalError> {
        let before = before.as_deref().map_or(Ok(i64::MAX), position)?;
        let before = filter.opened_before_ms.map_or(before, |ms| before.min(number_at(ms)));
        let from = filter.opened_from_ms.map_or(0, number_at);
        let state = self.state.lock();
        let records = state.attendances.records.iter().rev();
        Ok(records
            .filter(|(id, record)| (from..before).contains(*id) && is_asked(&filter, record))
            .take(limit.clamp(1, 500) as usize)
            .map(|(_, record)| record.shown(state.ids))
            .collect())
    }

    async fn newer_attendances(
        &self,
        filter: AttendanceFilter,
        after: String,
        limit: u32,
    ) -> Result<Vec<Attendance>, JournalError> {
        let from = filter.opened_from_ms.map_or(0, number_at);
        let from = from.max(position(&after)?.saturating_add(1));
        let before = filter.opened_before_ms.map_or(i64::MAX, number_at);
        let state = self.state.lock();
        let records = state.attendances.records.iter();
        let mut found: Vec<_> = records
            .filter(|(id, record)| (from..before).contains(*id) && is_asked(&filter, record))
            .take(limit.clamp(1, 500) as usize)
            .map(|(_, record)| record.shown(state.ids))
            .collect();
        found.reverse();
        Ok(found)
    }

    async fn transcript(
        &self,
        id: String,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<Said>, JournalError> {
        let after = after.as_deref().map_or(Ok(0), position)?;
        let state = self.state.lock();
        let Some(record) = state.named(&id) else { return Ok(Vec::new()) };
        let said = state.all_said(record.id, after).map_err(storage)?;
        Ok(said.into_iter().map(|(_, said)| said).take(limit.clamp(1, 500) as usize).collect())
    }

    async fn change_attendance(
        &self,
        change: AttendanceChange,
    ) -> Result<AttendanceChanged, JournalError> {
        let mut state = self.state.lock();
        let audit = change.audit.clone();
        let (event, attendance) = state.change_attendance(change)?;
        if event.is_some() {
            self.registry.lock().note(audit)?;
            self.tell_newest(&state);
        }
        Ok(AttendanceChanged { attendance, replayed: event.is_none() })
    }

    async fn attendance_counts(
        &self,
        counted: Counted,
    ) -> Result<Vec<AttendanceCount>, JournalError> {
        let Counted { from_ms, before_ms, channel } = counted;
        let state = self.state.lock();
        let counts = state.attendances.counts.values();
        let asked = counts.filter(|it| {
            (from_ms..before_ms).contains(&it.start_ms)
                && channel.as_ref().is_none_or(|only| *only == it.channel)
        });
        Ok(asked.cloned().collect())
    }

    async fn attendance_sums(
        &self,
        counted: Counted,
    ) -> Result<Vec<AttendanceCount>, JournalError> {
        let mut sums: BTreeMap<String, AttendanceCount> = BTreeMap::new();
        for count in self.attendance_counts(counted).await? {
            match sums.entry(count.channel.clone()) {
                Entry::Vacant(first) => {
                    first.insert(count);
                }
                Entry::Occupied(mut sum) => {
                    let sum = sum.get_mut();
                    sum.opened += count.opened;
                    sum.answered += count.answered;
                    sum.closed += count.closed;
                    sum.first_answer_ms += count.first_answer_ms;
                }
            }
        }
        Ok(sums.into_values().collect())
    }

    async fn inbox(
        &self,
        query: InboxQuery,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<InboxEntry>, JournalError> {
        inbox::page(&self.state.lock(), &query, after.as_deref(), limit)
    }

    async fn unanswered(&self, most: u32) -> Result<u32, JournalError> {
        let state = self.state.lock();
        let unanswered = state.attendances.standings.values().filter(|it| it.unanswered);
        Ok(unanswered.take(most as usize).count() as u32)
    }

    async fn moments(
        &self,
        id: String,
        before: Option<String>,
        limit: u32,
    ) -> Result<Vec<Moment>, JournalError> {
        let before = before.as_deref().map_or(Ok(i64::MAX), position)?;
        inbox::moments(&self.state.lock(), &id, before, limit)
    }

    fn inbox_changes(&self) -> watch::Receiver<u64> {
        self.state.lock().inbox_changes.subscribe()
    }

    async fn open_attendances(&self) -> Result<Vec<OpenAttendances>, JournalError> {
        let state = self.state.lock();
        let mut open: BTreeMap<(String, &str), OpenAttendances> = BTreeMap::new();
        for record in state.attendances.records.values() {
            let name = match record.state {
                AttendanceState::Assigned => "assigned",
                AttendanceState::Queued => "queued",
                AttendanceState::Transferred => "transferred",
                AttendanceState::Closed => continue,
            };
            open.entry((record.channel.clone(), name))
                .or_insert_with(|| OpenAttendances {
                    channel: record.channel.clone(),
                    state: record.state,
                    count: 0,
                })
                .count += 1;
        }
        Ok(open.into_values().collect())
    }
}

fn is_asked(filter: &AttendanceFilter, record: &Record) -> bool {
    let like = |asked: &Option<String>, found: Option<&str>| {
        asked.as_deref().is_none_or(|asked| Some(asked) == found)
    };
    like(&filter.channel, Some(&record.channel))
        && like(&filter.conversation, Some(&record.conversation))
        && like(&filter.contact, Some(&record.contact.id))
        && like(&filter.flow, record.flow.as_deref())
        && like(&filter.queue, record.queue.as_deref())
        && like(&filter.agent, record.agent.as_deref())
        && filter.state.is_none_or(|state| state == record.state)
}
