//! The journal on SQLite.

mod accept;
mod attendances;
mod audit;
mod backlog;
mod backup;
mod channels;
mod check;
mod checkpoint;
mod components;
mod deliveries;
mod events;
mod flows;
mod health;
mod journal;
mod keys;
mod late;
mod letters;
mod letters_trait;
mod lookout;
mod mapped;
mod messages;
#[cfg(feature = "older-journals")]
mod older;
mod open;
mod outbound;
mod passed;
mod pauses;
mod private;
mod prune;
mod readers;
mod redrive;
mod registry;
mod remap;
mod requests;
mod schema;
mod scrub;
mod seal;
mod sealing;
mod sessions;
mod space;
mod sums;
mod text;
mod tokens;
mod trace;
mod traffic;
mod upkeep;
mod vault;
mod wal;
mod writer;

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use crate::JournalError;
use crate::id::Ids;
use components::Components;
use health::Health;
use lookout::Lookout;
use readers::Readers;
use scrub::Scrub;
use seal::Sealer;
use writer::{Fault, FnTask, Order, Place, Unit, closed, order};

pub use backup::{backup_folder, read_manifest, remove_partial_backups, restore_folder};
pub use check::{CheckReport, Finding, check_folder};
#[cfg(feature = "older-journals")]
pub use older::{make_older_journal, schema_version};
pub use open::{OpenError, SqliteOptions};
pub use vault::{KeyError, KeySource};

/// A journal in one folder, held by one process.
///
/// Writes go through one thread, which commits many of them at once; reads run
/// beside it. Dropping it does what is queued, and waits for that.
pub struct SqliteJournal {
    ids: Ids,
    orders: Sender<Order>,
    queued: Arc<AtomicUsize>,
    options: SqliteOptions,
    readers: Arc<Readers>,
    components: Arc<Components>,
    sealer: Arc<Sealer>,
    health: Arc<Health>,
    lookout: Mutex<Option<Lookout>>,
    latest_event: watch::Receiver<Option<String>>,
    inbox_changes: watch::Receiver<u64>,
    deliveries_taken: AtomicBool,
    /// Held while a backup is made.
    backing_up: Arc<Mutex<()>>,
    scrub: Mutex<Scrub>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Locked as long as the journal is open.
    _lock: File,
}

impl SqliteJournal {
    /// Turns to `true` once the storage failed in a way that only a restart can
    /// mend: the process should stop. Nothing is written after that.
    pub fn failed(&self) -> watch::Receiver<bool> {
        self.health.failed.subscribe()
    }

    /// Does what is queued, then ends the writing; later writes are refused.
    /// Blocks until all is on the disk.
    pub fn close(&self) {
        drop(self.lookout.lock().take());
        // It fails when the writer is gone already.
        let _ = order(&self.orders, Order::Close);
        if let Some(writer) = self.writer.lock().take()
            && writer.join().is_err()
        {
            tracing::error!("the journal's writer panicked");
        }
    }

    /// Queues a write where there is room, and waits for its commit.
    async fn admit<R, F>(&self, work: F) -> Result<R, JournalError>
    where
        F: FnMut(&mut Unit<'_>) -> Result<R, Fault> + Send + 'static,
        R: Send + 'static,
    {
        if self.health.space.is_full() {
            return Err(self.health.disk_full());
        }
        let Some(place) = Place::take(&self.queued, self.options.queue) else {
            return Err(JournalError::Busy { retry_after: Duration::from_secs(1) });
        };
        self.queue(Some(place), work).await
    }

    /// Queues a write that makes room elsewhere or is rare, and waits for its
    /// commit.
    async fn write<R, F>(&self, work: F) -> Result<R, JournalError>
    where
        F: FnMut(&mut Unit<'_>) -> Result<R, Fault> + Send + 'static,
        R: Send + 'static,
    {
        self.queue(None, work).await
    }

    async fn queue<R, F>(&self, place: Option<Place>, work: F) -> Result<R, JournalError>
    where
        F: FnMut(&mut Unit<'_>) -> Result<R, Fault> + Send + 'static,
        R: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let is_intake = place.is_some();
        let task = FnTask { work, result: None, answer, place, is_intake };
        order(&self.orders, Order::Write(Box::new(task)))?;
        answered.await.unwrap_or_else(|_| Err(closed())).map_err(|error| named(error, self.ids))
    }

    async fn read<R, F>(&self, read: F) -> Result<R, JournalError>
    where
        F: FnOnce(&Connection, Ids) -> Result<R, JournalError> + Send + 'static,
        R: Send + 'static,
    {
        let (readers, health) = (Arc::clone(&self.readers), Arc::clone(&self.health));
        let ids = self.ids;
        tokio::task::spawn_blocking(move || {
            let result = readers.read(|conn| read(conn, ids));
            result.inspect_err(|error| health.read_failed(error))
        })
        .await
        .unwrap_or_else(|error| Err(JournalError::Storage(error.to_string())))
        .map_err(|error| named(error, ids))
    }
}

impl Drop for SqliteJournal {
    fn drop(&mut self) {
        self.close();
    }
}

/// Names a damaged row as the API does.
fn named(error: JournalError, ids: Ids) -> JournalError {
    match error {
        JournalError::Corrupt { table, id } => {
            let id = row_name(ids, &table, id);
            JournalError::Corrupt { table, id }
        }
        other => other,
    }
}

/// The name of a row whose key is this.
fn row_name(ids: Ids, table: &str, key: String) -> String {
    let has_ulid = matches!(
        table,
        "requests"
            | "events"
            | "messages"
            | "deliveries"
            | "attendances"
            | "inbox"
            | "flow_sessions"
    );
    let number = key.parse().ok().filter(|_| has_ulid);
    number.map_or(key, |number| ids.text(number))
}
