//! Sessions of people who have signed in: never a session's id, only its hash.

use async_trait::async_trait;

use crate::{JournalError, registry::AuditEntry};

/// Somebody has signed in with a token; the session's id is nowhere kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the session's id.
    pub hash: [u8; 32],
    /// SHA-256 of the token. The session is over with that value of it: when the
    /// token is revoked, has another value, or ends.
    pub token: [u8; 32],
    /// When it began, in Unix milliseconds.
    pub created_at_ms: i64,
    /// When it was last used, in Unix milliseconds, to about a minute.
    pub last_seen_at_ms: i64,
}

/// The durable record of sessions, in the journal's database. Each method is one
/// transaction; writes are fsynced before it returns.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// All sessions that are kept, by their hashes; also those that are over by
    /// themselves.
    async fn sessions(&self) -> Result<Vec<Session>, JournalError>;

    /// Records that one has begun, forgets those whose hashes are in `over`, and
    /// says who it was.
    async fn start_session(
        &self,
        session: Session,
        over: Vec<[u8; 32]>,
        audit: AuditEntry,
    ) -> Result<(), JournalError>;

    /// Notes when one was last used, in Unix milliseconds. Nothing where it has
    /// ended meanwhile.
    async fn session_seen(&self, hash: [u8; 32], at_ms: i64) -> Result<(), JournalError>;

    /// Forgets one, and says who ended it. One that is not there is no error.
    async fn end_session(&self, hash: [u8; 32], audit: AuditEntry) -> Result<(), JournalError>;
}
