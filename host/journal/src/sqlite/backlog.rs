//! Reading what is pending, as it was when the deliveries were taken.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rusqlite::{Connection, Row};

use super::health::Health;
use super::text::Text;
use crate::feed::Backlog;
use crate::{Delivery, DeliveryId, JournalError, Lane};

/// So many are read at once.
const PART: u32 = 4096;

/// What is pending, in one state of the database: what is finished or added
/// meanwhile changes nothing in it.
pub(super) struct PendingRows {
    /// In a transaction until it is dropped.
    conn: Connection,
    after: DeliveryId,
    health: Arc<Health>,
}

impl PendingRows {
    /// Keeps the state of the database as this connection sees it now.
    pub(super) fn new(conn: Connection, health: Arc<Health>) -> rusqlite::Result<Self> {
        conn.execute_batch("BEGIN")?;
        // A transaction sees what there is at its first read.
        conn.query_row("SELECT count(*) FROM (SELECT 1 FROM deliveries LIMIT 1)", [], |_| Ok(()))?;
        Ok(Self { conn, after: DeliveryId::MIN, health })
    }

    fn part(&mut self) -> rusqlite::Result<Vec<Delivery>> {
        let mut part = Vec::with_capacity(PART as usize);
        let mut statement = self.conn.prepare_cached(
            "SELECT id, sound, target, channel, conversation, attempts, due_at_ms
             FROM marked_deliveries WHERE id > ?1 ORDER BY id LIMIT ?2",
        )?;
        // A part of nothing but damaged rows must not look like the end.
        while part.is_empty() {
            let mut rows = statement.query((self.after, PART))?;
            let mut read = false;
            while let Some(row) = rows.next()? {
                read = true;
                self.after = row.get(0)?;
                if row.get(1)? {
                    part.push(delivery(row)?);
                } else {
                    let (table, id) = ("deliveries".to_owned(), self.after.to_string());
                    self.health.read_failed(&JournalError::Corrupt { table, id });
                }
            }
            if !read {
                break;
            }
        }
        Ok(part)
    }
}

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let Text(target) = row.get(2)?;
    Ok(Delivery {
        id: row.get(0)?,
        lane: Lane { target, channel: row.get(3)?, conversation: row.get(4)? },
        attempts: row.get(5)?,
        due_at_ms: row.get(6)?,
    })
}

/// The same, once the writer has come to keep the state of the database.
pub(super) struct Backlogged {
    pub(super) from: Receiver<PendingRows>,
    pub(super) rows: Option<PendingRows>,
}

impl Backlog for Backlogged {
    fn next(&mut self) -> Vec<Delivery> {
        if self.rows.is_none() {
            // The writer is gone: there is nothing.
            self.rows = self.from.recv().ok();
        }
        self.rows.as_mut().map(Backlog::next).unwrap_or_default()
    }
}

impl Backlog for PendingRows {
    fn next(&mut self) -> Vec<Delivery> {
        // Nothing looks like the end: what comes after it would go out before what
        // was not read. Only a restart reads it again.
        self.part().unwrap_or_else(|error| {
            self.health.fail(format!("what is pending cannot be read: {error}"));
            Vec::new()
        })
    }
}

impl Drop for PendingRows {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.health.fail("reading what is pending broke".to_owned());
        }
    }
}
