//! The journal in memory: the model that others are tested against, and what
//! benchmarks use to leave the disk out.

mod attendances;
mod flows;
mod inbox;
mod letters;
mod outbound;
mod prune;
mod registry;
mod sessions;
mod state;
mod trace;
mod traffic;
mod upkeep;

use std::sync::Arc;

use async_trait::async_trait;
use eclusa_model::Channel;
use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};

use crate::event::{Kind, Novelty, PreparedEvent, Recorded};
use crate::feed::Backlog;
use crate::id::Ids;
use crate::{
    Accept, Accepted, Attempt, ChannelChange, Clock, Deliveries, Delivery, DeliveryBody,
    DeliveryId, Destination, EventPage, Finish, Idempotency, Journal, JournalError, KeyRotation,
    Mapping, MessageRecord, Page, Pause, RequestRecord, Submit, Submitted, SystemClock, Target,
    Token, TokenChange, body, registry::AuditEntry,
};
use registry::RegistryState;
use state::State;

/// A journal that is gone with the process. It keeps all it is given and never
/// refuses: not for production.
pub struct MemoryJournal {
    state: Mutex<State>,
    registry: Mutex<RegistryState>,
    latest_event: watch::Sender<Option<String>>,
}

impl Default for MemoryJournal {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryJournal {
    /// An empty one, by the machine's clock.
    pub fn new() -> Self {
        Self::at(Arc::new(SystemClock))
    }

    /// An empty one, by this clock.
    pub fn at(clock: Arc<dyn Clock>) -> Self {
        Self {
            state: Mutex::new(State::new(clock)),
            registry: Mutex::default(),
            latest_event: watch::Sender::new(None),
        }
    }

    /// What became of a request, for who asked.
    fn accepted(
        &self,
        state: &State,
        request: i64,
        recorded: Vec<Recorded>,
        external_ids: Vec<Option<String>>,
    ) -> Accepted {
        if recorded.iter().any(|it| it.novelty == Novelty::New) {
            self.tell_newest(state);
        }
        let events = recorded.into_iter().zip(external_ids);
        let events = events.map(|(event, external_id)| event.told(state.ids, external_id));
        Accepted { request_id: state.ids.text(request), events: events.collect() }
    }

    /// Tells of the newest event under the state's lock, so that it never goes back.
    fn tell_newest(&self, state: &State) {
        let newest = state.events.keys().next_back().map(|id| state.ids.text(*id));
        self.latest_event.send_if_modified(|told| {
            let grows = newest > *told;
            if grows {
                told.clone_from(&newest);
            }
            grows
        });
    }

    /// The same records as the next process would find them on a disk: its
    /// deliveries can be taken again.
    #[must_use]
    pub fn reopened(self) -> Self {
        self.state.lock().feed = None;
        self
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn accept(&self, mut accept: Accept) -> Result<Accepted, JournalError> {
        let events = match &mut accept.mapping {
            Mapping::Mapped { events, .. } => std::mem::take(events),
            Mapping::Unmapped { .. } => Vec::new(),
        };
        let prepared = events
            .into_iter()
            .map(|event| PreparedEvent::new(&accept.channel, &accept.raw.received_at, event))
            .collect::<Result<Vec<_>, _>>()
            .map_err(storage)?;
        let external_ids = external_ids(&prepared);
        let mut state = self.state.lock();
        let (request, recorded) = state.accept(accept, prepared);
        Ok(self.accepted(&state, request, recorded, external_ids))
    }

    async fn submit(&self, submit: Submit) -> Result<Submitted, JournalError> {
        let body = body::of_submit(&submit).map_err(storage)?;
        let mut state = self.state.lock();
        let (id, message_state, replayed) = state.submit(submit, body)?;
        Ok(Submitted { id: state.ids.text(id), state: message_state, replayed })
    }

    async fn submitted(
        &self,
        channel: String,
        idempotency: Idempotency,
    ) -> Result<Option<Submitted>, JournalError> {
        let state = self.state.lock();
        let found = state.submitted(&channel, &idempotency)?;
        Ok(found.map(|(id, message)| Submitted {
            id: state.ids.text(id),
            state: message,
            replayed: true,
        }))
    }

    async fn finish(
        &self,
        delivery: DeliveryId,
        attempt: Attempt,
        finish: Finish,
    ) -> Result<(), JournalError> {
        self.state.lock().finish(delivery, attempt, finish);
        Ok(())
    }

    fn take_deliveries(&self) -> Option<Deliveries> {
        let mut state = self.state.lock();
        if state.feed.is_some() {
            return None;
        }
        let (feed, live) = mpsc::unbounded_channel();
        let pending = state.pending.values().cloned().collect();
        state.feed = Some(feed);
        Some(Deliveries::new(Box::new(Snapshot(pending)), live))
    }

    async fn delivery(&self, delivery: DeliveryId) -> Result<Option<DeliveryBody>, JournalError> {
        let state = self.state.lock();
        let Some(Delivery { lane, attempts, .. }) = state.pending.get(&delivery) else {
            return Ok(None);
        };
        let attempts = *attempts;
        if lane.target == Target::Platform {
            let event = state.events.get(&delivery);
            let event = event.map(|event| event.parts(delivery).stored(state.ids)).transpose();
            return Ok(event
                .map_err(storage)?
                .map(|event| DeliveryBody::Event { event, attempts }));
        }
        let Some(stored) = state.messages.get(&delivery) else { return Ok(None) };
        let (message, warning) = state.for_adapter(delivery, stored).map_err(storage)?;
        let revision = state.chosen.get(&delivery).cloned();
        let warnings = warning.into_iter().collect();
        Ok(Some(DeliveryBody::Message { message, attempts, revision, warnings }))
    }

    async fn traceparent(&self, delivery: DeliveryId) -> Result<Option<String>, JournalError> {
        Ok(self.state.lock().traceparents.get(&delivery).cloned())
    }

    fn latest_event(&self) -> watch::Receiver<Option<String>> {
        self.latest_event.subscribe()
    }

    async fn events(&self, after: Option<String>, limit: u32) -> Result<EventPage, JournalError> {
        let position = after.as_deref().map_or(Ok(0), position)?;
        let limit = limit.clamp(1, 10_000) as usize;
        let state = self.state.lock();
        if after.is_some() && position < state.pruned_events {
            return Err(JournalError::CursorExpired { cursor: after.unwrap_or_default() });
        }
        let mut found = state.events.range(position.saturating_add(1)..);
        let events = found
            .by_ref()
            .take(limit)
            .map(|(id, event)| event.parts(*id).stored(state.ids))
            .collect::<Result<Vec<_>, _>>()
            .map_err(storage)?;
        let next = events.last().map(|event| event.id.clone()).or(after);
        Ok(EventPage { events, next, more: found.next().is_some() })
    }

    async fn message(&self, id: String) -> Result<Option<MessageRecord>, JournalError> {
        trace::message(&self.state.lock(), &id).map_err(storage)
    }

    async fn unmapped(&self, page: Page) -> Result<Vec<RequestRecord>, JournalError> {
        let before = page.before.as_deref().map_or(Ok(i64::MAX), position)?;
        let state = self.state.lock();
        let requests = state.requests.range(..before).rev().map(|(_, request)| request);
        Ok(requests
            .filter(|request| is_unmapped(request) && on(&page, &request.channel))
            .take(page.limit.clamp(1, 500) as usize)
            .cloned()
            .collect())
    }

    async fn channels(&self) -> Result<Vec<Channel>, JournalError> {
        Ok(self.state.lock().channels.values().cloned().collect())
    }

    async fn change_channel(
        &self,
        change: ChannelChange,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        self.state.lock().change_channel(change)?;
        self.registry.lock().note(audit)
    }

    async fn logo(&self, channel: String) -> Result<Option<(String, Vec<u8>)>, JournalError> {
        Ok(self.state.lock().logos.get(&channel).cloned())
    }

    async fn set_logo(
        &self,
        channel: String,
        logo: Option<(String, Vec<u8>)>,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        let mut state = self.state.lock();
        match logo {
            Some(logo) => state.logos.insert(channel, logo),
            None => state.logos.remove(&channel),
        };
        self.registry.lock().note(audit)
    }

    async fn tokens(&self) -> Result<Vec<Token>, JournalError> {
        Ok(self.state.lock().tokens.values().cloned().collect())
    }

    async fn change_token(
        &self,
        change: TokenChange,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        self.state.lock().change_token(change)?;
        self.registry.lock().note(audit)
    }

    async fn token_used(&self, name: String, at_ms: i64) -> Result<(), JournalError> {
        if let Some(token) = self.state.lock().tokens.get_mut(&name) {
            token.last_used_at_ms = Some(at_ms);
        }
        Ok(())
    }

    async fn rotate_keys(&self, audit: AuditEntry) -> Result<KeyRotation, JournalError> {
        self.registry.lock().note(audit)?;
        Ok(KeyRotation::default())
    }

    async fn note(&self, audit: AuditEntry) -> Result<(), JournalError> {
        self.registry.lock().note(audit)
    }

    fn public_id(&self, delivery: DeliveryId) -> String {
        self.state.lock().ids.text(delivery)
    }

    async fn pauses(&self) -> Result<Vec<(Destination, Pause)>, JournalError> {
        let state = self.state.lock();
        Ok(state.pauses.iter().map(|(to, pause)| (to.clone(), pause.clone())).collect())
    }

    async fn set_pause(
        &self,
        destination: Destination,
        pause: Option<Pause>,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        self.registry.lock().note(audit)?;
        let mut state = self.state.lock();
        match pause {
            Some(pause) => state.pauses.insert(destination, pause),
            None => state.pauses.remove(&destination),
        };
        Ok(())
    }

    fn health(&self) -> Result<(), String> {
        Ok(())
    }
}

/// What was pending when the deliveries were taken.
struct Snapshot(Vec<Delivery>);

impl Backlog for Snapshot {
    fn next(&mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.0)
    }
}

/// The chat's ids of received messages, event by event.
fn external_ids(events: &[PreparedEvent]) -> Vec<Option<String>> {
    let received = |event: &PreparedEvent| match event.kind {
        Kind::Received => event.external_id.clone(),
        _ => None,
    };
    events.iter().map(received).collect()
}

/// Whether it could not be mapped and nobody gave it up.
fn is_unmapped(request: &RequestRecord) -> bool {
    request.problem.is_some() && request.discarded.is_none()
}

fn storage(error: impl std::fmt::Display) -> JournalError {
    JournalError::Storage(error.to_string())
}

fn wrong(cursor: &str) -> JournalError {
    JournalError::Cursor { cursor: cursor.to_owned() }
}

fn position(cursor: &str) -> Result<i64, JournalError> {
    Ids::position(cursor).ok_or_else(|| wrong(cursor))
}

fn on(page: &Page, channel: &str) -> bool {
    page.channel.as_deref().is_none_or(|only| only == channel)
}
