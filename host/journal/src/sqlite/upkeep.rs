//! Looking after a journal on SQLite.

use std::sync::atomic::Ordering;

use async_trait::async_trait;

use super::SqliteJournal;
use crate::{DiskStatus, PendingStatus, Refusal, Status, Upkeep, WriterStatus, rfc3339};

#[async_trait]
impl Upkeep for SqliteJournal {
    fn status(&self) -> Status {
        let health = &self.health;
        let refusal = match health.reason() {
            Some(reason) => Some(Refusal::StorageFailed(reason)),
            None if health.space.is_full() => {
                Some(Refusal::DiskFull(health.disk_full().to_string()))
            }
            None => None,
        };
        let alive = self.writer.lock().as_ref().is_some_and(|writer| !writer.is_finished());
        let (count, oldest) = health.pending();
        Status {
            refusal,
            writer: WriterStatus {
                alive,
                queued: self.queued.load(Ordering::Relaxed),
                queue_limit: self.options.queue,
                last_commit_at: health.last_commit_ms().map(rfc3339),
            },
            disk: Some(DiskStatus {
                free_bytes: health.space.free(),
                min_free_bytes: health.space.min_free(),
            }),
            pending: PendingStatus::new(count, oldest, self.options.clock.now_ms()),
        }
    }
}
