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
use rusqlite::config::DbConfig;

use super::health::Health;

/// Pages in the log that the thread is woken for.
const WAKE: u64 = 2_000;
/// Pages in the log (64 MiB) at which the writer ends it.
const LONG: u64 = 16_000;

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

    /// To be called after a commit, with the frames in the log and how many of them
    /// have been moved.
    pub(super) fn committed(
        &self,
        conn: &Connection,
        (log, moved): (u64, u64),
    ) -> rusqlite::Result<()> {
        if log > LONG {
            run(conn, "PASSIVE")?;
        } else if log.saturating_sub(moved) > WAKE
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
    keep_log(&conn)?;
    while woken.recv().is_ok() {
        fail_point!("journal.checkpoint");
        if let Err(error) = run(&conn, "PASSIVE") {
            // The log is as good as before. On a full disk the next one may
            // succeed; after any other failure the process has to stop.
            health.report(&error);
        }
    }
    Ok(())
}

/// Lets the log stay when the connection is closed: a log that is gone is one that was
/// lost.
pub(super) fn keep_log(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map(|_| ())
}

/// How many frames the log has, and how many of them have been moved.
pub(super) fn look(conn: &Connection) -> rusqlite::Result<(u64, u64)> {
    run(conn, "NOOP")
}

/// Moves what it can; tells what [`look`] does. Two checkpoints at once are no error:
/// one of them does nothing.
pub(super) fn run(conn: &Connection, mode: &str) -> rusqlite::Result<(u64, u64)> {
    let number = |number: i64| u64::try_from(number).unwrap_or_default();
    conn.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?
        .query_row([], |row| Ok((number(row.get(1)?), number(row.get(2)?))))
}
