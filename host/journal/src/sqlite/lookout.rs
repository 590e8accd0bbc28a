//! Looking, every now and then, how much room the disk has and what is pending.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::health::Health;
use super::readers::{Readers, storage};
use crate::JournalError;

/// How often the disk is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// What is pending is counted no more often than this, and counting takes no more
/// than a fiftieth of the time.
const COUNT: Duration = Duration::from_secs(2);

/// The thread that looks.
pub(super) struct Lookout {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Lookout {
    /// Starts the thread.
    pub(super) fn start(health: Arc<Health>, readers: Arc<Readers>) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let work = move || {
            let mut count_at = Instant::now();
            loop {
                health.space.look();
                let now = Instant::now();
                if now >= count_at {
                    match readers.read(pending) {
                        Ok(pending) => health.set_pending(pending),
                        Err(error) => health.read_failed(&error),
                    }
                    count_at = Instant::now() + COUNT.max(now.elapsed() * 50);
                }
                let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(LOOK) else { return };
            }
        };
        let thread = std::thread::Builder::new().name("journal-lookout".to_owned()).spawn(work)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Lookout {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the journal's lookout thread panicked");
        }
    }
}

/// How many deliveries are pending, and the first of them. Reads no checksums:
/// that of a million takes a second.
fn pending(conn: &Connection) -> Result<(u64, Option<i64>), JournalError> {
    conn.prepare_cached("SELECT count(*), min(id) FROM main.deliveries")
        .and_then(|mut statement| {
            statement.query_row([], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?)))
        })
        .map_err(storage)
}
