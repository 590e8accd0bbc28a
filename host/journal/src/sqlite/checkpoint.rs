//! Moving what was committed from the log (WAL) into the database file.
//!
//! A thread beside the writer does it, so that the writer rarely waits for the
//! fsync of the database file: measured under load, this halves the 99th
//! percentile. While writes go on that thread never quite reaches the log's end,
//! and the log would grow without end; so once it is long, the writer moves the
//! little that is left itself, and the next write starts the log anew.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use fail::fail_point;
use rusqlite::Connection;

use super::health::Health;

/// Pages in the log that the thread is woken for.
const WAKE: i64 = 2_000;
/// Pages in the log (64 MiB) at which the writer ends it.
const LONG: i64 = 16_000;

/// The thread, and when to wake it.
pub(super) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Starts the thread.
    pub(super) fn start(file: &Path, health: Arc<Health>) -> Result<Self, std::io::Error> {
        let (wake, woken) = sync_channel(1);
        let file = file.to_owned();
        let thread =
            std::thread::Builder::new().name("journal-checkpoint".to_owned()).spawn(move || {
                if let Err(error) = work(&file, &woken, &health) {
                    health.report(&error);
                }
            })?;
        Ok(Self { wake: Some(wake), thread: Some(thread) })
    }

    /// To be called after a commit.
    pub(super) fn committed(&self, conn: &Connection) -> rusqlite::Result<()> {
        let (log, moved) = checkpoint(conn, "PRAGMA wal_checkpoint(NOOP)")?;
        if log > LONG {
            checkpoint(conn, "PRAGMA wal_checkpoint(PASSIVE)")?;
        } else if log - moved > WAKE
            && let Some(wake) = &self.wake
        {
            // Full: it is awake already.
            let _ = wake.try_send(());
        }
        Ok(())
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the journal's checkpoint thread panicked");
        }
    }
}

fn work(file: &Path, woken: &Receiver<()>, health: &Health) -> rusqlite::Result<()> {
    let conn = Connection::open(file)?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    while woken.recv().is_ok() {
        fail_point!("journal.checkpoint");
        if let Err(error) = checkpoint(&conn, "PRAGMA wal_checkpoint(PASSIVE)") {
            // The log is as good as before. On a full disk the next one may
            // succeed; after any other failure the process has to stop.
            health.report(&error);
        }
    }
    Ok(())
}

/// Moves all of the log, so that the database's file is whole without it.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<()> {
    checkpoint(conn, "PRAGMA wal_checkpoint(TRUNCATE)").map(|_| ())
}

/// Pages in the log, and how many of them have been moved. Two checkpoints at
/// once are no error: one of them does nothing.
fn checkpoint(conn: &Connection, sql: &str) -> rusqlite::Result<(i64, i64)> {
    conn.prepare_cached(sql)?.query_row([], |row| Ok((row.get(1)?, row.get(2)?)))
}
