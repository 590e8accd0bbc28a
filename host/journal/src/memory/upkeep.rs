//! Looking after a journal in memory.

use std::path::PathBuf;

use async_trait::async_trait;

use super::MemoryJournal;
use crate::{
    BackupError, BackupManifest, Cut, JournalError, PendingStatus, PruneCursor, Pruned, Scrubbed,
    Status, Upkeep, WriterStatus,
};

#[async_trait]
impl Upkeep for MemoryJournal {
    fn status(&self) -> Status {
        let state = self.state.lock();
        let oldest = state.pending.keys().next().copied();
        Status {
            refusal: None,
            writer: WriterStatus {
                alive: true,
                queued: 0,
                queue_limit: usize::MAX,
                last_commit_at: None,
            },
            disk: None,
            pending: PendingStatus::new(state.pending.len() as u64, oldest, state.now_ms()),
            scrub: None,
        }
    }

    async fn prune(&self, cut: Cut, _: PruneCursor) -> Result<Pruned, JournalError> {
        let mut removed = self.state.lock().prune(&cut);
        removed.audit = cut.audit_before_ms.map_or(0, |before| self.registry.lock().prune(before));
        Ok(Pruned { removed, next: None })
    }

    /// Nothing is on a disk.
    async fn scrub(&self) -> Result<Scrubbed, JournalError> {
        Ok(Scrubbed { ended: true, ..Scrubbed::default() })
    }

    async fn used_bytes(&self) -> Result<u64, JournalError> {
        Ok(0)
    }

    async fn backup(&self, _: PathBuf) -> Result<BackupManifest, BackupError> {
        Err(BackupError::InMemory)
    }
}
