//! The trait's methods.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use eclusa_model::Channel;
use fail::fail_point;
use tokio::sync::{mpsc, watch};

use super::accept::{self, PreparedAccept};
use super::backlog::Backlogged;
use super::deliveries::PreparedAttempt;
use super::messages::{self, PreparedSubmit};
use super::readers::storage;
use super::writer::{Order, order};
use super::{
    SqliteJournal, audit, channels, deliveries, events, mapped, pauses, requests, sealing, tokens,
    trace,
};
use crate::{
    Accept, Accepted, Attempt, ChannelChange, Deliveries, DeliveryBody, DeliveryId, Destination,
    EventPage, Finish, Idempotency, Journal, JournalError, KeyRotation, MessageRecord, Page, Pause,
    RequestRecord, Submit, Submitted, Token, TokenChange, registry::AuditEntry,
};

#[async_trait]
impl Journal for SqliteJournal {
    async fn accept(&self, accept: Accept) -> Result<Accepted, JournalError> {
        let prepared = PreparedAccept::new(accept)?;
        let external_ids = prepared.events.external_ids();
        let (request, recorded) = self.admit(move |unit| accept::write(unit, &prepared)).await?;
        Ok(mapped::accepted(self.ids, request, recorded, external_ids))
    }

    async fn submit(&self, submit: Submit) -> Result<Submitted, JournalError> {
        let prepared = PreparedSubmit::new(submit)?;
        let (id, state, replayed) =
            self.admit(move |unit| messages::submit(unit, &prepared)).await?;
        Ok(Submitted { id: self.ids.text(id), state, replayed })
    }

    async fn submitted(
        &self,
        channel: String,
        idempotency: Idempotency,
    ) -> Result<Option<Submitted>, JournalError> {
        self.read(move |conn, ids| messages::submitted(conn, ids, &channel, &idempotency)).await
    }

    async fn finish(
        &self,
        delivery: DeliveryId,
        attempt: Attempt,
        finish: Finish,
    ) -> Result<(), JournalError> {
        let attempt = PreparedAttempt::new(&attempt)?;
        self.write(move |unit| deliveries::finish(unit, delivery, &attempt, &finish)).await
    }

    fn take_deliveries(&self) -> Option<Deliveries> {
        if self.deliveries_taken.swap(true, Ordering::AcqRel) {
            return None;
        }
        let (feed, live) = mpsc::unbounded_channel();
        let (pending, from) = std::sync::mpsc::channel();
        // When the writer is gone, the receivers see their end at once.
        let _ = order(&self.orders, Order::Announce { pending, feed });
        Some(Deliveries::new(Box::new(Backlogged { from, rows: None }), live))
    }

    async fn delivery(&self, delivery: DeliveryId) -> Result<Option<DeliveryBody>, JournalError> {
        self.read(move |conn, ids| deliveries::body(conn, ids, delivery)).await
    }

    async fn traceparent(&self, delivery: DeliveryId) -> Result<Option<String>, JournalError> {
        self.read(move |conn, _| deliveries::traceparent(conn, delivery)).await
    }

    fn latest_event(&self) -> watch::Receiver<Option<String>> {
        self.latest_event.clone()
    }

    async fn events(&self, after: Option<String>, limit: u32) -> Result<EventPage, JournalError> {
        self.read(move |conn, ids| events::page(conn, ids, after, limit)).await
    }

    async fn message(&self, id: String) -> Result<Option<MessageRecord>, JournalError> {
        self.read(move |conn, ids| trace::message(conn, ids, &id)).await
    }

    async fn unmapped(&self, page: Page) -> Result<Vec<RequestRecord>, JournalError> {
        self.read(move |conn, ids| requests::unmapped(conn, ids, &page)).await
    }

    async fn channels(&self) -> Result<Vec<Channel>, JournalError> {
        let sealer = Arc::clone(&self.sealer);
        self.read(move |conn, _| channels::all(conn, &sealer)).await
    }

    async fn change_channel(
        &self,
        change: ChannelChange,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        let sealer = Arc::clone(&self.sealer);
        self.write(move |unit| {
            channels::change(unit, &change, &sealer)?;
            Ok(audit::write(unit.conn, &audit)?)
        })
        .await
    }

    async fn logo(&self, channel: String) -> Result<Option<(String, Vec<u8>)>, JournalError> {
        self.read(move |conn, _| channels::logo(conn, &channel).map_err(storage)).await
    }

    async fn set_logo(
        &self,
        channel: String,
        logo: Option<(String, Vec<u8>)>,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        self.write(move |unit| {
            channels::set_logo(unit.conn, &channel, logo.as_ref())?;
            Ok(audit::write(unit.conn, &audit)?)
        })
        .await
    }

    async fn tokens(&self) -> Result<Vec<Token>, JournalError> {
        self.read(|conn, _| tokens::all(conn).map_err(storage)).await
    }

    async fn change_token(
        &self,
        change: TokenChange,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        self.write(move |unit| {
            tokens::change(unit.conn, &change)?;
            Ok(audit::write(unit.conn, &audit)?)
        })
        .await
    }

    async fn token_used(&self, name: String, at_ms: i64) -> Result<(), JournalError> {
        self.write(move |unit| Ok(tokens::used(unit.conn, &name, at_ms)?)).await
    }

    async fn rotate_keys(&self, audit: AuditEntry) -> Result<KeyRotation, JournalError> {
        // Files are read and written before the writer's turn.
        let sealer = Arc::clone(&self.sealer);
        let used = self.read(|conn, _| sealing::used_keys(conn).map_err(storage)).await?;
        tokio::task::spawn_blocking(move || sealer.next_key(&used))
            .await
            .map_err(storage)?
            .map_err(|error| JournalError::Keys(error.to_string()))?;
        fail_point!("storage.key_written");
        let sealer = Arc::clone(&self.sealer);
        self.write(move |unit| {
            let rotation = sealing::rewrap(unit.conn, &sealer)?;
            audit::write(unit.conn, &audit)?;
            Ok(rotation)
        })
        .await
    }

    async fn note(&self, audit: AuditEntry) -> Result<(), JournalError> {
        self.write(move |unit| Ok(audit::write(unit.conn, &audit)?)).await
    }

    fn public_id(&self, delivery: DeliveryId) -> String {
        self.ids.text(delivery)
    }

    async fn pauses(&self) -> Result<Vec<(Destination, Pause)>, JournalError> {
        self.read(|conn, _| pauses::all(conn).map_err(storage)).await
    }

    async fn set_pause(
        &self,
        destination: Destination,
        pause: Option<Pause>,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        self.write(move |unit| {
            pauses::set(unit.conn, &destination, pause.as_ref())?;
            Ok(audit::write(unit.conn, &audit)?)
        })
        .await
    }

    fn health(&self) -> Result<(), String> {
        match self.health.reason() {
            Some(reason) => Err(reason),
            None if self.health.space.is_full() => Err(self.health.disk_full().to_string()),
            None => Ok(()),
        }
    }
}
