//! Looking after a journal in memory.

use async_trait::async_trait;

use super::MemoryJournal;
use crate::clock::now_ms;
use crate::{PendingStatus, Status, Upkeep, WriterStatus};

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
            pending: PendingStatus::new(state.pending.len() as u64, oldest, now_ms()),
        }
    }
}
