//! Recorded traffic: to run it through another revision, and to map again what
//! had failed.

use async_trait::async_trait;
use eclusa_model::{HttpResponse, OutboundMessage, Problem};

use crate::{Accepted, JournalError, Page, Remap, RequestRecord, RevisionRef, StoredEvent};

/// Recorded traffic. Each method is one transaction; writes are fsynced before
/// it returns.
#[async_trait]
pub trait Traffic: Send + Sync + 'static {
    /// One request from a chat.
    async fn request(&self, id: String) -> Result<Option<RequestRecord>, JournalError>;

    /// Requests from chats, mapped or not, newest first.
    async fn requests(&self, page: Page) -> Result<Vec<RequestRecord>, JournalError>;

    /// The events of a request, in their order; none where it was not mapped, and
    /// none for what an earlier request had brought already.
    async fn events_of(&self, request: String) -> Result<Vec<StoredEvent>, JournalError>;

    /// Messages to chats as adapters get them, newest first.
    async fn outbound(&self, page: Page) -> Result<Vec<OutboundRecord>, JournalError>;

    /// One message to a chat as adapters get it.
    async fn outbound_message(&self, id: String) -> Result<Option<OutboundRecord>, JournalError>;

    /// Our id of a message, of either direction, by the chat's id of it. Without the
    /// conversation only messages to the chat are found: chats number their own within
    /// a conversation.
    async fn message_of_chat(
        &self,
        channel: String,
        conversation: Option<String>,
        external_id: String,
    ) -> Result<Option<String>, JournalError>;

    /// Requests that this revision could not map and no other one has mapped
    /// since, oldest first, younger than `after` (the id of a request).
    async fn failed_by(
        &self,
        revision: RevisionRef,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<RequestRecord>, JournalError>;

    /// Records why a request that could not be mapped stays as it is now. It keeps the
    /// failure of before in its record. Nothing changes where it has that code
    /// already, is mapped, or was given up.
    async fn stays_unmapped(&self, request: String, problem: Problem) -> Result<(), JournalError>;

    /// Records what a request that could not be mapped has become now: its
    /// messages and events, with their dedupe keys and deliveries, as
    /// [`Journal::accept`](crate::Journal::accept) would have. The request keeps
    /// the failure in its record.
    ///
    /// A new event is `late` where its conversation already has an event of a
    /// request that was accepted after this one.
    ///
    /// # Errors
    /// `NotUnmapped` where there is no such request, or it is mapped already.
    async fn remap(&self, remap: Remap) -> Result<Accepted, JournalError>;
}

/// A message to a chat, and how its chat answered.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboundRecord {
    /// The channel's id.
    pub channel: String,
    /// The message; its `reply_to` is the chat's id.
    pub message: OutboundMessage,
    /// The chat's last response that was recorded, without its headers, with
    /// secrets as placeholders and cut at 64 KiB. Where an attempt took more than
    /// one request, only its last one is recorded, and this answers that one.
    /// `None` where no attempt was answered.
    pub response: Option<HttpResponse>,
    /// The revision of the last attempt.
    pub revision: Option<RevisionRef>,
}
