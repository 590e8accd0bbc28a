//! The methods of the trait for recorded traffic.

use async_trait::async_trait;
use eclusa_model::Problem;

use super::mapped;
use super::readers::storage;
use super::remap::{self, PreparedRemap};
use super::{SqliteJournal, events, keys, outbound, requests};
use crate::{
    Accepted, JournalError, OutboundRecord, Page, Remap, RequestRecord, RevisionRef, StoredEvent,
    Traffic, key,
};

#[async_trait]
impl Traffic for SqliteJournal {
    async fn request(&self, id: String) -> Result<Option<RequestRecord>, JournalError> {
        let Some(number) = self.ids.number(&id) else { return Ok(None) };
        self.read(move |conn, ids| requests::by_id(conn, ids, number)).await
    }

    async fn requests(&self, page: Page) -> Result<Vec<RequestRecord>, JournalError> {
        self.read(move |conn, ids| requests::page(conn, ids, &page)).await
    }

    async fn events_of(&self, request: String) -> Result<Vec<StoredEvent>, JournalError> {
        let Some(number) = self.ids.number(&request) else { return Ok(Vec::new()) };
        self.read(move |conn, ids| events::of_request(conn, ids, number)).await
    }

    async fn outbound(&self, page: Page) -> Result<Vec<OutboundRecord>, JournalError> {
        self.read(move |conn, ids| outbound::page(conn, ids, &page)).await
    }

    async fn outbound_message(&self, id: String) -> Result<Option<OutboundRecord>, JournalError> {
        let Some(number) = self.ids.number(&id) else { return Ok(None) };
        self.read(move |conn, ids| outbound::by_id(conn, ids, number)).await
    }

    async fn message_of_chat(
        &self,
        channel: String,
        conversation: Option<String>,
        external_id: String,
    ) -> Result<Option<String>, JournalError> {
        let keys = key::of_chat(&channel, conversation.as_deref(), &external_id);
        self.read(move |conn, ids| {
            for key in &keys {
                if let Some(id) = keys::get(conn, key).map_err(storage)? {
                    return Ok(Some(ids.text(id)));
                }
            }
            Ok(None)
        })
        .await
    }

    async fn failed_by(
        &self,
        revision: RevisionRef,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<RequestRecord>, JournalError> {
        self.read(move |conn, ids| {
            requests::failed_by(conn, ids, &revision, after.as_deref(), limit)
        })
        .await
    }

    async fn stays_unmapped(&self, request: String, problem: Problem) -> Result<(), JournalError> {
        let Some(number) = self.ids.number(&request) else { return Ok(()) };
        self.write(move |unit| remap::stays(unit, number, &problem)).await
    }

    async fn remap(&self, remap: Remap) -> Result<Accepted, JournalError> {
        let Some(request) = self.ids.number(&remap.request) else {
            return Err(JournalError::NotUnmapped { id: remap.request });
        };
        let prepared = self.read(move |conn, _| PreparedRemap::new(conn, request, remap)).await?;
        let external_ids = prepared.events.external_ids();
        let recorded = self.write(move |unit| prepared.write(unit)).await?;
        Ok(mapped::accepted(self.ids, request, recorded, external_ids))
    }
}
