//! What a journal does.

use async_trait::async_trait;
use eclusa_model::Channel;
use tokio::sync::watch;

use crate::{
    Accept, Accepted, Attempt, ChannelChange, Deliveries, DeliveryBody, DeliveryId, Destination,
    EventPage, Finish, Idempotency, JournalError, KeyRotation, MessageRecord, Page, Pause,
    RequestRecord, Submit, Submitted, Token, TokenChange, registry::AuditEntry,
};

/// The durable record. Each method is one transaction; writes are fsynced before
/// it returns.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Records a request from a chat with what it was mapped to: the raw request,
    /// its messages and events, their dedupe keys and their deliveries.
    ///
    /// An event that the channel had already keeps its first id and is marked as
    /// duplicate; nothing new is recorded or delivered for it.
    async fn accept(&self, accept: Accept) -> Result<Accepted, JournalError>;

    /// Records a message to a chat and its delivery.
    async fn submit(&self, submit: Submit) -> Result<Submitted, JournalError>;

    /// What an earlier [`Journal::submit`] with this key has recorded in a channel.
    /// `None` where there was none, or its message was removed for its age.
    ///
    /// # Errors
    /// `IdempotencyConflict` where that call had asked for something else.
    async fn submitted(
        &self,
        channel: String,
        idempotency: Idempotency,
    ) -> Result<Option<Submitted>, JournalError>;

    /// Records an attempt of a delivery and what came of it.
    async fn finish(
        &self,
        delivery: DeliveryId,
        attempt: Attempt,
        finish: Finish,
    ) -> Result<(), JournalError>;

    /// All deliveries that are not finished, in the order accepted, followed by
    /// each change as it is committed, in the order of the commits. Can be taken
    /// once; `None` after that.
    fn take_deliveries(&self) -> Option<Deliveries>;

    /// What a delivery is to carry. `None` when it is finished.
    async fn delivery(&self, delivery: DeliveryId) -> Result<Option<DeliveryBody>, JournalError>;

    /// The trace that brought a delivery. `None` for one without, or one that is
    /// finished.
    async fn traceparent(&self, delivery: DeliveryId) -> Result<Option<String>, JournalError>;

    /// The newest event's id; changes with every commit that adds events.
    fn latest_event(&self) -> watch::Receiver<Option<String>>;

    /// Events after a cursor (an event's id; `None`: from the beginning), oldest
    /// first.
    async fn events(&self, after: Option<String>, limit: u32) -> Result<EventPage, JournalError>;

    /// A message with its whole trace.
    async fn message(&self, id: String) -> Result<Option<MessageRecord>, JournalError>;

    /// Requests that could not be mapped and that nobody gave up, newest first.
    async fn unmapped(&self, page: Page) -> Result<Vec<RequestRecord>, JournalError>;

    /// All channels, by id.
    async fn channels(&self) -> Result<Vec<Channel>, JournalError>;

    /// Creates or changes a channel, or deletes it. A change names the revision
    /// it was made from (0: must not exist) and fails when that is not the
    /// newest. The id of a deleted channel cannot be used again.
    ///
    /// `audit` says who did it, in the same commit.
    async fn change_channel(
        &self,
        change: ChannelChange,
        audit: AuditEntry,
    ) -> Result<(), JournalError>;

    /// A channel's logo: MIME type and bytes.
    async fn logo(&self, channel: String) -> Result<Option<(String, Vec<u8>)>, JournalError>;

    /// Sets or removes a channel's logo, and says who did it.
    async fn set_logo(
        &self,
        channel: String,
        logo: Option<(String, Vec<u8>)>,
        audit: AuditEntry,
    ) -> Result<(), JournalError>;

    /// All API tokens (their hashes), by name.
    async fn tokens(&self) -> Result<Vec<Token>, JournalError>;

    /// Changes the API tokens, and says who did it.
    ///
    /// # Errors
    /// `TokenExists` where a new one's name is taken, `TokenUnknown` where there is
    /// none to revoke; nothing is recorded then.
    async fn change_token(
        &self,
        change: TokenChange,
        audit: AuditEntry,
    ) -> Result<(), JournalError>;

    /// Notes when a token was last let in, in Unix milliseconds. Nothing where it
    /// was revoked meanwhile.
    async fn token_used(&self, name: String, at_ms: i64) -> Result<(), JournalError>;

    /// Puts all secrets on the disk under the newest key: a new one where the data
    /// folder keeps its own, or else the one that the operator has put first. Keys
    /// of before still open. A repetition after a crash goes on where it stood.
    ///
    /// # Errors
    /// `Keys` where a key cannot be read or a secret does not open; then all stays
    /// as it was.
    async fn rotate_keys(&self, audit: AuditEntry) -> Result<KeyRotation, JournalError>;

    /// Records that something was done which has no commit of its own in the
    /// journal. What has one takes its entry along.
    async fn note(&self, audit: AuditEntry) -> Result<(), JournalError>;

    /// The id of a message or event as others know it (a ULID).
    fn public_id(&self, delivery: DeliveryId) -> String;

    /// The destinations that are paused.
    async fn pauses(&self) -> Result<Vec<(Destination, Pause)>, JournalError>;

    /// Pauses a destination, or resumes it, and records who did it.
    async fn set_pause(
        &self,
        destination: Destination,
        pause: Option<Pause>,
        audit: AuditEntry,
    ) -> Result<(), JournalError>;

    /// Whether the journal takes writes: the reason where it does not.
    fn health(&self) -> Result<(), String>;
}
