//! The trait's methods.

use std::sync::atomic::Ordering;

use async_trait::async_trait;
use eclusa_model::Channel;
use tokio::sync::{mpsc, watch};

use super::accept::{self, PreparedAccept};
use super::backlog::Backlogged;
use super::deliveries::PreparedAttempt;
use super::messages::{self, PreparedSubmit};
use super::readers::storage;
use super::writer::{Order, order};
use super::{SqliteJournal, channels, deliveries, events, mapped, requests, trace};
use crate::{
    Accept, Accepted, Attempt, ChannelChange, Deliveries, DeliveryBody, DeliveryId, EventPage,
    Finish, Journal, JournalError, MessageRecord, Page, RequestRecord, Submit, Submitted, Token,
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
        self.read(|conn, _| channels::all(conn).map_err(storage)).await
    }

    async fn change_channel(&self, change: ChannelChange) -> Result<(), JournalError> {
        self.write(move |unit| channels::change(unit, &change)).await
    }

    async fn logo(&self, channel: String) -> Result<Option<(String, Vec<u8>)>, JournalError> {
        self.read(move |conn, _| channels::logo(conn, &channel).map_err(storage)).await
    }

    async fn set_logo(
        &self,
        channel: String,
        logo: Option<(String, Vec<u8>)>,
    ) -> Result<(), JournalError> {
        self.write(move |unit| Ok(channels::set_logo(unit.conn, &channel, logo.as_ref())?)).await
    }

    async fn tokens(&self) -> Result<Vec<Token>, JournalError> {
        self.read(|conn, _| channels::tokens(conn).map_err(storage)).await
    }

    async fn put_token(&self, token: Token) -> Result<(), JournalError> {
        self.write(move |unit| Ok(channels::put_token(unit.conn, &token)?)).await
    }

    fn health(&self) -> Result<(), String> {
        match self.health.reason() {
            Some(reason) => Err(reason),
            None if self.health.space.is_full() => Err(self.health.disk_full().to_string()),
            None => Ok(()),
        }
    }
}
