//! Looking after a journal on SQLite.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;

use super::backup::Room;
use super::readers::storage;
use super::{SqliteJournal, backup, prune, row_name};
use crate::{
    BackupError, BackupManifest, Cut, DiskStatus, JournalError, PendingStatus, PruneCursor, Pruned,
    Refusal, Scrubbed, Status, Upkeep, WriterStatus, rfc3339,
};

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
            scrub: Some(self.scrub.lock().status()),
        }
    }

    async fn prune(
        &self,
        cut: Cut,
        PruneCursor(from): PruneCursor,
    ) -> Result<Pruned, JournalError> {
        self.write(move |unit| prune::part(unit, &cut, from)).await
    }

    async fn scrub(&self) -> Result<Scrubbed, JournalError> {
        let from = self.scrub.lock().clone();
        let part = self.read(move |conn, _| from.part(conn).map_err(storage)).await?;
        let now_ms = self.options.clock.now_ms();
        let (scrubbed, kept) = {
            let mut scrub = self.scrub.lock();
            let scrubbed = scrub.take(part, now_ms, |table, key| row_name(self.ids, table, key));
            let is_due = scrub.is_due(now_ms, &scrubbed);
            (scrubbed, is_due.then(|| scrub.clone()))
        };
        if let Some(scrub) = kept {
            let kept = self.write(move |unit| Ok(scrub.keep(unit.conn)?)).await;
            // What was found counts all the same; after a restart it is found again.
            if let Err(error) = kept {
                tracing::warn!(%error, "how far the rows' checksums were compared cannot be kept");
            }
        }
        Ok(scrubbed)
    }

    async fn used_bytes(&self) -> Result<u64, JournalError> {
        self.read(|conn, _| prune::used_bytes(conn).map_err(storage)).await
    }

    async fn backup(&self, to: PathBuf) -> Result<BackupManifest, BackupError> {
        let (readers, components) = (Arc::clone(&self.readers), Arc::clone(&self.components));
        let (health, one) = (Arc::clone(&self.health), Arc::clone(&self.backing_up));
        let now = rfc3339(self.options.clock.now_ms());
        let work = move || {
            // It goes on where its caller does not wait any more.
            let Some(_one) = one.try_lock() else { return Err(BackupError::UnderWay) };
            let room =
                Room { keep: health.space.min_free(), is_journal_full: &|| health.space.is_full() };
            let conn = readers.open()?;
            backup::make(&conn, &components, &to, &now, &room, &|_| {})
        };
        let made = tokio::task::spawn_blocking(work).await;
        made.unwrap_or_else(|error| Err(BackupError::Broken(error.to_string())))
    }
}
