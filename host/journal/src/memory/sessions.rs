//! Sessions of people who have signed in, in memory.

use async_trait::async_trait;

use super::MemoryJournal;
use crate::{JournalError, Session, Sessions, registry::AuditEntry};

#[async_trait]
impl Sessions for MemoryJournal {
    async fn sessions(&self) -> Result<Vec<Session>, JournalError> {
        Ok(self.state.lock().sessions.values().copied().collect())
    }

    async fn start_session(
        &self,
        session: Session,
        over: Vec<[u8; 32]>,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        self.registry.lock().note(audit)?;
        let mut state = self.state.lock();
        for hash in over {
            state.sessions.remove(&hash);
        }
        state.sessions.insert(session.hash, session);
        Ok(())
    }

    async fn session_seen(&self, hash: [u8; 32], at_ms: i64) -> Result<(), JournalError> {
        if let Some(session) = self.state.lock().sessions.get_mut(&hash) {
            session.last_seen_at_ms = at_ms;
        }
        Ok(())
    }

    async fn end_session(&self, hash: [u8; 32], audit: AuditEntry) -> Result<(), JournalError> {
        self.registry.lock().note(audit)?;
        self.state.lock().sessions.remove(&hash);
        Ok(())
    }
}
