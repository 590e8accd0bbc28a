//! Flows, in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use eclusa_flow::{Action, Flow, Input, Outcome, Session, begin, step};

use super::MemoryJournal;
use super::state::{Outbound, State};
use crate::attendance::Record;
use crate::flow::actor;
use crate::registry::AuditEntry;
use crate::{
    AdvancedFlows, AttendanceStep, FlowRecord, FlowSession, FlowSummary, Flows, JournalError,
    LONGEST_ADVANCE, MessageState, SentBy, Target, body, rfc3339,
};

/// The newest revision of a flow.
struct Newest {
    flow: Arc<Flow>,
    record: FlowRecord,
}

/// A flow that runs in an attendance.
#[derive(Clone)]
struct Running {
    flow: Arc<Flow>,
    revision: u64,
    session: Session,
}

impl Running {
    fn due_ms(&self) -> Option<i64> {
        self.session.due_ms(&self.flow)
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct FlowState {
    newest: BTreeMap<String, Newest>,
    /// By attendance.
    running: BTreeMap<i64, Running>,
}

impl FlowState {
    pub(super) fn exists(&self, id: &str) -> bool {
        self.newest.contains_key(id)
    }

    fn next_due_ms(&self) -> Option<i64> {
        self.running.values().filter_map(Running::due_ms).min()
    }

    fn expect(&self, id: &str, expected: u64) -> Result<(), JournalError> {
        let found = self.newest.get(id).map_or(0, |newest| newest.record.revision);
        let id = id.to_owned();
        if found == expected {
            Ok(())
        } else {
            Err(JournalError::RevisionConflict { id, expected, found })
        }
    }

    fn last_revision(&self, id: &str) -> u64 {
        let newest = self.newest.get(id).map(|newest| newest.record.revision);
        let running = self.running.values().filter(|it| it.flow.document().id == id);
        running.map(|it| it.revision).chain(newest).max().unwrap_or_default()
    }
}

impl State {
    /// An attendance has opened.
    pub(super) fn begin_flow(&mut self, mut record: Record, push: bool) {
        let id = self.channels.get(&record.channel).and_then(|it| it.profile.own_flow());
        let Some(newest) = id.and_then(|id| self.flows.newest.get(id)) else { return };
        let (flow, revision) = (Arc::clone(&newest.flow), newest.record.revision);
        let outcome = begin(&flow, self.now_ms());
        self.act(&mut record, (flow, revision), outcome, push, None);
    }

    /// Something happened in an attendance.
    pub(super) fn react(
        &mut self,
        attendance: i64,
        input: &Input,
        push: bool,
        traceparent: Option<&str>,
    ) {
        let Some(running) = self.flows.running.get(&attendance).cloned() else { return };
        let Some(mut record) = self.attendances.records.get(&attendance).cloned() else { return };
        let outcome = step(&running.flow, &running.session, input, self.now_ms());
        let pinned = (running.flow, running.revision);
        self.act(&mut record, pinned, outcome, push, traceparent);
    }

    fn act(
        &mut self,
        record: &mut Record,
        (flow, revision): (Arc<Flow>, u64),
        outcome: Outcome,
        push: bool,
        traceparent: Option<&str>,
    ) {
        let by = actor(&flow.document().id);
        let waits = outcome.session.as_ref().is_some_and(|it| it.waiting_since_ms.is_some());
        match outcome.session {
            Some(session) => {
                self.flows.running.insert(record.id, Running { flow, revision, session });
            }
            None => {
                self.flows.running.remove(&record.id);
            }
        }
        let mut last = None;
        for action in outcome.actions {
            let (step, reason) = match action {
                Action::Says(content) => {
                    let Ok(body) = body::of_flow(&record.conversation, content) else { continue };
                    last = Some(self.say(record, body, traceparent));
                    continue;
                }
                Action::Queues { queue } => (AttendanceStep::Queue { queue }, None),
                Action::Closes { reason } => (AttendanceStep::Close, Some(reason.as_str())),
            };
            // A flow ends with its attendance, so its state allows the step.
            let _ = self.apply_step(record, &step, (&by, reason), push, traceparent);
        }
        if let Some(message) = last {
            self.said(record.id, message, !waits);
            self.inbox_changed();
        }
    }

    fn say(&mut self, record: &Record, body: String, traceparent: Option<&str>) -> i64 {
        let now = self.now_ms();
        let id = self.clock.next(now);
        self.deliver(id, Target::Chat, &record.channel, &record.conversation);
        self.traceparents.extend(traceparent.map(|it| (id, it.to_owned())));
        let message = Outbound {
            channel: record.channel.clone(),
            external_id: None,
            state: MessageState::Queued,
            problem: None,
            body,
            created_at: rfc3339(now),
            updated_at_ms: now,
            conversation: record.conversation.clone(),
            fingerprint: None,
            attendance: Some(record.id),
            sent_by: SentBy::Flow,
        };
        self.messages.insert(id, message);
        id
    }
}

#[async_trait]
impl Flows for MemoryJournal {
    async fn flow(&self, id: String) -> Result<Option<FlowRecord>, JournalError> {
        Ok(self.state.lock().flows.newest.get(&id).map(|newest| newest.record.clone()))
    }

    async fn flows(
        &self,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<FlowSummary>, JournalError> {
        let state = self.state.lock();
        let records = state.flows.newest.values().map(|newest| &newest.record);
        let later = records.filter(|it| after.as_ref().is_none_or(|after| it.document.id > *after));
        let summaries = later.map(|record| FlowSummary {
            id: record.document.id.clone(),
            name: record.document.name.clone(),
            revision: record.revision,
            created_at: record.created_at.clone(),
            updated_at: record.updated_at.clone(),
        });
        Ok(summaries.take(limit.clamp(1, 500) as usize).collect())
    }

    async fn put_flow(
        &self,
        flow: Flow,
        expected: u64,
        audit: AuditEntry,
    ) -> Result<FlowRecord, JournalError> {
        let mut state = self.state.lock();
        let id = flow.document().id.clone();
        state.flows.expect(&id, expected)?;
        self.registry.lock().note(audit)?;
        let now = rfc3339(state.now_ms());
        let before = state.flows.newest.get(&id);
        let record = FlowRecord {
            document: flow.document().clone(),
            revision: state.flows.last_revision(&id) + 1,
            created_at: before.map_or_else(|| now.clone(), |it| it.record.created_at.clone()),
            updated_at: now,
        };
        let newest = Newest { flow: Arc::new(flow), record: record.clone() };
        state.flows.newest.insert(id, newest);
        Ok(record)
    }

    async fn delete_flow(
        &self,
        id: String,
        expected: u64,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        let mut state = self.state.lock();
        if !state.flows.exists(&id) {
            return Err(JournalError::FlowUnknown { id });
        }
        state.flows.expect(&id, expected)?;
        let mut channels = state.channels.values();
        if let Some(channel) = channels.find(|it| it.profile.own_flow() == Some(&id)) {
            let channel = channel.profile.id.clone();
            return Err(JournalError::FlowInUse { id, channel });
        }
        self.registry.lock().note(audit)?;
        state.flows.newest.remove(&id);
        Ok(())
    }

    async fn flow_session(&self, attendance: String) -> Result<Option<FlowSession>, JournalError> {
        let state = self.state.lock();
        let record = state.named(&attendance);
        let running = record.and_then(|record| state.flows.running.get(&record.id));
        Ok(running.map(|running| FlowSession {
            flow: running.flow.document().id.clone(),
            revision: running.revision,
            session: running.session.clone(),
            due_at: running.due_ms().map(rfc3339),
        }))
    }

    async fn flows_due(&self) -> Result<Option<i64>, JournalError> {
        Ok(self.state.lock().flows.next_due_ms())
    }

    async fn advance_flows(&self, limit: u32, push: bool) -> Result<AdvancedFlows, JournalError> {
        let mut state = self.state.lock();
        let now = state.now_ms();
        let running = state.flows.running.iter();
        let mut due: Vec<(i64, i64)> = running
            .filter_map(|(attendance, it)| Some((it.due_ms()?, *attendance)))
            .filter(|(due, _)| *due <= now)
            .collect();
        due.sort_unstable();
        due.truncate(limit.clamp(1, LONGEST_ADVANCE) as usize);
        for (_, attendance) in &due {
            let record = state.attendances.records.get(attendance);
            if record.is_some_and(|record| state.channels.contains_key(&record.channel)) {
                state.react(*attendance, &Input::Due, push, None);
            } else {
                state.flows.running.remove(attendance);
            }
        }
        self.tell_newest(&state);
        let count = u32::try_from(due.len()).unwrap_or(u32::MAX);
        Ok(AdvancedFlows { count, next_due_ms: state.flows.next_due_ms() })
    }
}
