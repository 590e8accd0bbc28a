//! The sessions of people who have signed in.

use std::collections::HashMap;
use std::sync::Arc;

use eclusa_journal::registry::AuditEntry;
use eclusa_journal::{JournalError, Session};
use eclusa_model::Secret;
use parking_lot::Mutex;

use super::last_use::LastUse;
use super::text::{hash, random_hex};

/// One token has so many sessions at once; one more ends the oldest.
const OF_TOKEN: usize = 50;

/// When a session is over by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionLimits {
    /// After so long without a request, in milliseconds.
    pub(crate) idle_ms: i64,
    /// After so long in any case, in milliseconds.
    pub(crate) longest_ms: i64,
}

struct Live {
    session: Session,
    last_seen: LastUse,
}

impl Live {
    fn new(session: Session) -> Self {
        Self { last_seen: LastUse::new(Some(session.last_seen_at_ms)), session }
    }

    fn is_over(&self, limits: SessionLimits, now_ms: i64) -> bool {
        let seen_ms = self.last_seen.get().unwrap_or(self.session.created_at_ms);
        now_ms.saturating_sub(self.session.created_at_ms) >= limits.longest_ms
            || now_ms.saturating_sub(seen_ms) >= limits.idle_ms
    }
}

/// The sessions, by the hashes of their ids: how long a look-up takes says nothing
/// about ids, since nobody can choose a hash that begins like another.
pub(crate) struct Sessions {
    journal: Arc<dyn eclusa_journal::Sessions>,
    limits: SessionLimits,
    live: Mutex<HashMap<[u8; 32], Live>>,
}

impl Sessions {
    /// Reads the sessions of the journal.
    pub(crate) async fn load(
        journal: Arc<dyn eclusa_journal::Sessions>,
        limits: SessionLimits,
    ) -> Result<Self, JournalError> {
        let kept = match journal.sessions().await {
            // People sign in again; no start should fail for that.
            Err(error @ JournalError::Corrupt { .. }) => {
                tracing::error!(%error, "all sessions are over, since one cannot be read");
                Vec::new()
            }
            kept => kept?,
        };
        let live = kept.into_iter().map(|session| (session.hash, Live::new(session))).collect();
        Ok(Self { journal, limits, live: Mutex::new(live) })
    }

    /// Begins a session and gives its id: 256 random bits, never one that a browser
    /// brought. `replaced` is the one that this browser had.
    pub(crate) async fn start(
        &self,
        token: [u8; 32],
        replaced: Option<&str>,
        audit: AuditEntry,
        now_ms: i64,
    ) -> Result<Secret, JournalError> {
        let id = Secret::new(random_hex::<32>());
        let session = Session {
            hash: hash(id.expose()),
            token,
            created_at_ms: now_ms,
            last_seen_at_ms: now_ms,
        };
        let over = self.over(token, replaced, now_ms);
        self.journal.start_session(session, over.clone(), audit).await?;
        let mut live = self.live.lock();
        live.retain(|hash, _| !over.contains(hash));
        live.insert(session.hash, Live::new(session));
        Ok(id)
    }

    /// What is to be forgotten when one more begins.
    fn over(&self, token: [u8; 32], replaced: Option<&str>, now_ms: i64) -> Vec<[u8; 32]> {
        let live = self.live.lock();
        let is_over = |live: &Live| live.is_over(self.limits, now_ms);
        let replaced = replaced.map(hash);
        let (mut over, mut same) = (Vec::new(), Vec::new());
        for (hash, live) in &*live {
            if is_over(live) || replaced == Some(*hash) {
                over.push(*hash);
            } else if live.session.token == token {
                same.push((live.session.created_at_ms, *hash));
            }
        }
        same.sort_unstable();
        let oldest = (same.len() + 1).saturating_sub(OF_TOKEN);
        over.extend(same.into_iter().take(oldest).map(|(_, hash)| hash));
        over
    }

    /// With which token the session of this id began; `None` where there is none,
    /// or it is over. It counts as used now.
    pub(crate) fn token_of(&self, id: &str, now_ms: i64) -> Option<[u8; 32]> {
        let hash = hash(id);
        let live = self.live.lock();
        let found = live.get(&hash).filter(|found| !found.is_over(self.limits, now_ms))?;
        if found.last_seen.step(now_ms) {
            let journal = Arc::clone(&self.journal);
            tokio::spawn(async move {
                if let Err(error) = journal.session_seen(hash, now_ms).await {
                    tracing::debug!(%error, "the use of a session was not written down");
                }
            });
        }
        Some(found.session.token)
    }

    /// The same, and it does not count as used.
    pub(crate) fn look(&self, id: &str, now_ms: i64) -> Option<[u8; 32]> {
        let live = self.live.lock();
        let found = live.get(&hash(id)).filter(|found| !found.is_over(self.limits, now_ms))?;
        Some(found.session.token)
    }

    /// Ends a session at once.
    pub(crate) async fn end(&self, id: &str, audit: AuditEntry) -> Result<(), JournalError> {
        let hash = hash(id);
        // First, so that a caller who hangs up leaves none let in.
        let ended = self.live.lock().remove(&hash);
        let recorded = self.journal.end_session(hash, audit).await;
        if let (Err(_), Some(ended)) = (&recorded, ended) {
            // It would be there again after a restart: nobody may think it is over.
            self.live.lock().insert(hash, ended);
        }
        recorded
    }
}

#[cfg(test)]
#[path = "sessions_test.rs"]
mod tests;
