//! What a journal in memory holds, and how it changes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use eclusa_model::{Channel, Problem};
use tokio::sync::{mpsc, watch};

use super::attendances::{Attended, Mention};
use super::flows::FlowState;
use crate::body::EventParts;
use crate::event::{Kind, Novelty, PreparedEvent, Recorded, StatusNews, Subject, echo_warning};
use crate::id::{Clock, Ids};
use crate::key::Key;
use crate::{
    Accept, Attempt, ChannelChange, DeadLetter, Delivery, DeliveryChange, DeliveryId, Destination,
    JournalError, Lane, Mapping, MessageState, Pause, RequestRecord, RevisionRef, SentBy, Session,
    Target, Token, TokenChange,
};

/// An event as it was recorded.
pub(super) struct RecordedEvent {
    pub(super) request: i64,
    pub(super) channel: String,
    pub(super) received_at: String,
    pub(super) conversation: String,
    pub(super) message: Option<i64>,
    pub(super) late: bool,
    /// What it belongs to: number, number for people, state then.
    pub(super) attendance: Option<Mention>,
    pub(super) event: PreparedEvent,
}

impl RecordedEvent {
    pub(super) fn parts(&self, id: i64) -> EventParts<'_> {
        EventParts {
            id,
            kind: self.event.kind,
            channel: &self.channel,
            conversation: &self.conversation,
            occurred_at: self.event.occurred_at.as_deref(),
            received_at: &self.received_at,
            external_id: self.event.external_id.as_deref(),
            message: self.message,
            late: self.late,
            attendance: self.attendance,
            body: &self.event.body,
        }
    }
}

/// A message to a chat.
pub(super) struct Outbound {
    pub(super) channel: String,
    pub(super) external_id: Option<String>,
    pub(super) state: MessageState,
    pub(super) problem: Option<Problem>,
    pub(super) body: String,
    pub(super) created_at: String,
    pub(super) updated_at_ms: i64,
    pub(super) conversation: String,
    pub(super) fingerprint: Option<[u8; 32]>,
    pub(super) attendance: Option<i64>,
    pub(super) sent_by: SentBy,
}

/// All of it. Requests, events and messages have their numbers from one clock.
pub(super) struct State {
    pub(super) ids: Ids,
    pub(super) clock: Clock,
    wall: Arc<dyn crate::Clock>,
    pub(super) requests: BTreeMap<i64, RequestRecord>,
    pub(super) events: BTreeMap<i64, RecordedEvent>,
    pub(super) messages: BTreeMap<i64, Outbound>,
    pub(super) attendances: Attended,
    pub(super) flows: FlowState,
    pub(super) keys: HashMap<Key, i64>,
    /// The newest event that was removed for its age.
    pub(super) pruned_events: i64,
    pub(super) pending: BTreeMap<DeliveryId, Delivery>,
    /// The revisions that a person chose for messages.
    pub(super) chosen: HashMap<DeliveryId, RevisionRef>,
    /// The traces that brought deliveries.
    pub(super) traceparents: HashMap<DeliveryId, String>,
    pub(super) attempts: HashMap<DeliveryId, Vec<Attempt>>,
    /// When an event was handed on, in Unix milliseconds.
    pub(super) pushed: HashMap<DeliveryId, i64>,
    pub(super) dead: BTreeMap<DeliveryId, DeadLetter>,
    /// The letters that younger events of their conversation have passed.
    pub(super) passed: HashSet<DeliveryId>,
    /// The events that go out again and can still be passed.
    pub(super) redriven: HashSet<DeliveryId>,
    pub(super) channels: BTreeMap<String, Channel>,
    /// The ids of those that were deleted.
    retired_channels: HashSet<String>,
    pub(super) logos: HashMap<String, (String, Vec<u8>)>,
    pub(super) tokens: BTreeMap<String, Token>,
    pub(super) sessions: BTreeMap<[u8; 32], Session>,
    pub(super) pauses: BTreeMap<Destination, Pause>,
    pub(super) feed: Option<mpsc::UnboundedSender<DeliveryChange>>,
    /// Grows when an inbox looks different.
    pub(super) inbox_changes: watch::Sender<u64>,
}

impl State {
    pub(super) fn new(wall: Arc<dyn crate::Clock>) -> Self {
        Self {
            ids: Ids::new(Ids::random_node()),
            clock: Clock::after(0),
            wall,
            requests: BTreeMap::new(),
            events: BTreeMap::new(),
            messages: BTreeMap::new(),
            attendances: Attended::default(),
            flows: FlowState::default(),
            keys: HashMap::new(),
            pruned_events: 0,
            pending: BTreeMap::new(),
            chosen: HashMap::new(),
            traceparents: HashMap::new(),
            attempts: HashMap::new(),
            pushed: HashMap::new(),
            dead: BTreeMap::new(),
            passed: HashSet::new(),
            redriven: HashSet::new(),
            channels: BTreeMap::new(),
            retired_channels: HashSet::new(),
            logos: HashMap::new(),
            tokens: BTreeMap::new(),
            sessions: BTreeMap::new(),
            pauses: BTreeMap::new(),
            feed: None,
            inbox_changes: watch::Sender::new(0),
        }
    }

    /// The time of day, in Unix milliseconds.
    pub(super) fn now_ms(&self) -> i64 {
        self.wall.now_ms()
    }

    /// Records a request whose events were made ready; the request's number, and
    /// what became of each event.
    pub(super) fn accept(
        &mut self,
        accept: Accept,
        prepared: Vec<PreparedEvent>,
    ) -> (i64, Vec<Recorded>) {
        let now = self.now_ms();
        let request = self.clock.next(now);
        let Accept { channel, raw, mapping, verified_by, push, traceparent } = accept;
        let received_at = raw.received_at.clone();
        let (revision, warnings, problem) = match mapping {
            Mapping::Mapped { revision, warnings, .. } => (Some(revision), warnings, None),
            Mapping::Unmapped { revision, problem } => (revision, Vec::new(), Some(problem)),
        };
        let id = self.ids.text(request);
        let record = RequestRecord {
            id,
            channel: channel.clone(),
            raw,
            verified_by,
            revision,
            warnings,
            problem,
            earlier: Vec::new(),
            discarded: None,
        };
        self.requests.insert(request, record);
        let events: Vec<_> = prepared
            .into_iter()
            .map(|event| self.record(request, &channel, &received_at, event, push, false))
            .collect();
        if let Some(traceparent) = traceparent {
            // One that was there already keeps its own.
            for event in self.pending.range(request..).map(|(id, _)| *id) {
                self.traceparents.insert(event, traceparent.clone());
            }
        }
        (request, events)
    }

    /// Records one event. It may be
    /// late where its request is mapped `again`.
    pub(super) fn record(
        &mut self,
        request: i64,
        channel: &str,
        received_at: &str,
        event: PreparedEvent,
        push: bool,
        again: bool,
    ) -> Recorded {
        if let Some(id) = event.echo_of.and_then(|key| self.keys.get(&key)).copied() {
            if let Some(request) = self.requests.get_mut(&request) {
                request.warnings.push(echo_warning(&event));
            }
            return Recorded { id, novelty: Novelty::Echo };
        }
        if let Some(id) = event.dedupe.and_then(|key| self.keys.get(&key)).copied() {
            return Recorded { id, novelty: Novelty::Duplicate };
        }
        // What it may open comes before it.
        let now = self.now_ms();
        let opens = event.contact.clone().map(|contact| (self.clock.next(now), contact));
        let id = self.clock.next(now);
        self.keys.extend(event.dedupe.map(|key| (key, id)));
        if let Some(key) = event.conversation_key {
            self.keys.entry(key).or_insert(id);
        }
        let mut conversation = event.conversation.clone();
        let message = match &event.subject {
            Subject::None => None,
            Subject::Message { inbound, outbound } => {
                self.keys.get(inbound).or_else(|| self.keys.get(outbound)).copied()
            }
            Subject::Status(news) => self.apply_status(id, news),
        };
        if conversation.is_empty()
            && let Some(outbound) = message.and_then(|message| self.messages.get(&message))
        {
            conversation = outbound.conversation.clone();
        }
        let mut attendance = self.open_in(channel, &conversation);
        let mut begins = None;
        if let (None, Some((id, contact))) = (attendance, opens)
            && !conversation.is_empty()
        {
            let opened = self.open_attendance(id, channel, &conversation, &contact);
            self.tell_attendance(id, Kind::Opened, &opened, push);
            attendance = self.open_in(channel, &conversation);
            begins = Some(opened);
        }
        if let Some((attendance, ..)) = attendance {
            if event.contact.is_some() {
                self.said(attendance, id, true);
            }
            self.inbox_changed();
        }
        // A model may look at all of them.
        let late = again
            && !conversation.is_empty()
            && self.events.values().any(|it| {
                it.request > request && it.channel == channel && it.conversation == conversation
            });
        if push {
            self.deliver(id, Target::Platform, channel, &conversation);
        } else {
            self.waits_no_more(id, channel, &conversation);
        }
        let recorded = RecordedEvent {
            request,
            channel: channel.to_owned(),
            received_at: received_at.to_owned(),
            conversation,
            message,
            late,
            attendance,
            event,
        };
        let input = recorded.event.input.clone();
        self.events.insert(id, recorded);
        match (begins, attendance, input) {
            (Some(opened), ..) => self.begin_flow(opened, push),
            (None, Some((attendance, ..)), Some(input)) => {
                self.react(attendance, &input, push, None);
            }
            _ => {}
        }
        Recorded { id, novelty: Novelty::New }
    }

    fn apply_status(&mut self, event: i64, news: &StatusNews) -> Option<i64> {
        let exact = news.exact.and_then(|key| self.keys.get(&key));
        let message = exact.or_else(|| self.keys.get(&news.anywhere)).copied();
        match message {
            Some(message) => self.advance(message, news.state.into(), news.problem.clone()),
            None => {
                self.keys.entry(news.early).or_insert(event);
            }
        }
        message
    }

    pub(super) fn advance(&mut self, message: i64, next: MessageState, problem: Option<Problem>) {
        let now = self.now_ms();
        if let Some(outbound) = self.messages.get_mut(&message)
            && outbound.state.moves_to(next)
        {
            outbound.state = next;
            outbound.problem = problem;
            outbound.updated_at_ms = now;
            self.inbox_changed();
        }
    }

    pub(super) fn deliver(
        &mut self,
        id: DeliveryId,
        target: Target,
        channel: &str,
        conversation: &str,
    ) {
        let lane =
            Lane { target, channel: channel.to_owned(), conversation: conversation.to_owned() };
        let delivery = Delivery { id, lane, attempts: 0, due_at_ms: self.now_ms() };
        self.tell(DeliveryChange::Put(delivery.clone()));
        self.pending.insert(id, delivery);
    }

    /// Tells the dispatcher, which may be gone already at the end of the process.
    pub(super) fn tell(&self, change: DeliveryChange) {
        if let Some(feed) = &self.feed {
            let _ = feed.send(change);
        }
    }

    /// Changes a channel where the revision expected is the newest, and its id is
    /// not that of a deleted one.
    pub(super) fn change_channel(&mut self, change: ChannelChange) -> Result<(), JournalError> {
        let (id, expected) = match &change {
            ChannelChange::Put { channel, expected } => (channel.profile.id.clone(), *expected),
            ChannelChange::Delete { id, expected } => (id.clone(), *expected),
        };
        let found = self.channels.get(&id).map_or(0, |channel| channel.revision);
        if found != expected {
            return Err(JournalError::RevisionConflict { id, expected, found });
        }
        match change {
            ChannelChange::Put { .. } if self.retired_channels.contains(&id) => {
                return Err(JournalError::ChannelRetired { id });
            }
            ChannelChange::Put { channel, .. } => {
                if let Some(flow) = channel.profile.own_flow()
                    && !self.flows.exists(flow)
                {
                    return Err(JournalError::FlowUnknown { id: flow.to_owned() });
                }
                self.channels.insert(id, *channel);
            }
            ChannelChange::Delete { .. } => {
                if self.channels.remove(&id).is_some() {
                    self.logos.remove(&id);
                    self.pauses.remove(&Destination::Chat { channel: id.clone() });
                    self.retired_channels.insert(id);
                }
            }
        }
        Ok(())
    }

    pub(super) fn change_token(&mut self, change: TokenChange) -> Result<(), JournalError> {
        match change {
            TokenChange::Create(Token { name, .. }) if self.tokens.contains_key(&name) => {
                return Err(JournalError::TokenExists { name });
            }
            TokenChange::Create(token) | TokenChange::Put(token) => {
                self.tokens.insert(token.name.clone(), token);
            }
            TokenChange::Rotate { before: Token { name, .. }, .. }
                if self.tokens.contains_key(&name) =>
            {
                return Err(JournalError::TokenExists { name });
            }
            TokenChange::Rotate { token, before } => {
                self.tokens.extend([token, before].map(|token| (token.name.clone(), token)));
            }
            TokenChange::Revoke(name) => {
                if self.tokens.remove(&name).is_none() {
                    return Err(JournalError::TokenUnknown { name });
                }
            }
        }
        Ok(())
    }
}
