//! The one thread that writes.
//!
//! It takes what waits, up to a batch, runs all of it in one transaction and
//! answers after the commit: under load one fsync pays for many callers. A batch
//! in which a statement fails is undone and run again one by one, so that only
//! the request at fault is hurt, and the usual case needs no savepoints.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use fail::fail_point;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot, watch};

use super::checkpoint::Checkpoints;
use super::deliveries;
use super::readers::sql;
use crate::clock::now_ms;
use crate::id::{Clock, Ids};
use crate::{DeliveryChange, JournalError};

/// Why a task was not done.
pub(super) enum Fault {
    /// It is wrong in itself, and wrote nothing.
    Refused(JournalError),
    /// A statement failed.
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

/// What tasks of one transaction share.
pub(super) struct Unit<'a> {
    pub(super) conn: &'a Connection,
    pub(super) clock: &'a mut Clock,
    pub(super) now_ms: i64,
    /// Changes to what is to be delivered, to be told after the commit.
    pub(super) deliveries: Vec<DeliveryChange>,
    /// The newest event of the transaction.
    pub(super) newest_event: Option<i64>,
}

impl Unit<'_> {
    /// A new id.
    pub(super) fn next_id(&mut self) -> i64 {
        self.clock.next(self.now_ms)
    }
}

/// Something to write, and who waits for it.
pub(super) trait Task: Send {
    /// Writes, and keeps the result. May be called again after a rollback.
    fn run(&mut self, unit: &mut Unit<'_>) -> rusqlite::Result<()>;
    /// Answers: with the result kept, or with why the storage failed.
    fn answer(self: Box<Self>, failure: Option<&JournalError>);
}

/// A task made from a function.
pub(super) struct FnTask<F, R> {
    pub(super) work: F,
    pub(super) result: Option<Result<R, JournalError>>,
    pub(super) answer: oneshot::Sender<Result<R, JournalError>>,
    /// Gives its place in the queue back.
    pub(super) place: Option<Place>,
}

impl<F, R> Task for FnTask<F, R>
where
    F: FnMut(&mut Unit<'_>) -> Result<R, Fault> + Send,
    R: Send,
{
    fn run(&mut self, unit: &mut Unit<'_>) -> rusqlite::Result<()> {
        self.place = None;
        self.result = Some(match (self.work)(unit) {
            Ok(result) => Ok(result),
            Err(Fault::Refused(error)) => Err(error),
            Err(Fault::Sql(error)) => return Err(error),
        });
        Ok(())
    }

    fn answer(self: Box<Self>, failure: Option<&JournalError>) {
        let result = match (failure, self.result) {
            (None, Some(result)) => result,
            (Some(failure), _) => Err(failure.clone()),
            (None, None) => Err(JournalError::Storage("the write was not run".to_owned())),
        };
        // A caller that does not wait any more needs no answer.
        let _ = self.answer.send(result);
    }
}

/// A place in the queue.
pub(super) struct Place(Arc<AtomicUsize>);

impl Place {
    /// Takes one of `limit`.
    pub(super) fn take(taken: &Arc<AtomicUsize>, limit: usize) -> Option<Self> {
        let place = Self(Arc::clone(taken));
        // `place` gives it back when there was none left.
        (taken.fetch_add(1, Ordering::Relaxed) < limit).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the writer is told.
pub(super) enum Order {
    /// To write.
    Write(Box<dyn Task>),
    /// To announce deliveries: all that are pending, then each new one.
    Announce(mpsc::UnboundedSender<DeliveryChange>),
    /// To end, once all before it is done.
    Close,
}

/// How the writer is.
#[derive(Default)]
pub(super) struct Health {
    reason: Mutex<Option<String>>,
    /// It failed for good.
    pub(super) failed: watch::Sender<bool>,
}

impl Health {
    pub(super) fn reason(&self) -> Option<String> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells what went wrong, and whether that is the end.
    pub(super) fn report(&self, error: &rusqlite::Error) {
        tracing::error!(%error, "the journal's storage");
        if is_fatal(error) {
            self.set(Some(error.to_string()));
            self.failed.send_replace(true);
        } else if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
            self.set(Some(error.to_string()));
        }
    }

    /// Tells what went wrong with reading. Nothing more is written to a database
    /// whose structure is damaged: that would make it worse.
    pub(super) fn read_failed(&self, error: &JournalError) {
        match error {
            JournalError::Damaged(reason) => {
                tracing::error!(%error, "the journal's storage");
                self.set(Some(reason.clone()));
                self.failed.send_replace(true);
            }
            JournalError::Corrupt { .. } => tracing::error!(%error, "the journal's storage"),
            _ => {}
        }
    }

    /// A write succeeded.
    fn recovered(&self) {
        if !*self.failed.borrow() && self.reason().is_some() {
            tracing::info!("the journal takes writes again");
            self.set(None);
        }
    }

    fn set(&self, reason: Option<String>) {
        *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }
}

pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) checkpoints: Checkpoints,
    pub(super) orders: Receiver<Order>,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
    pub(super) batch: usize,
    pub(super) latest_event: watch::Sender<Option<String>>,
    pub(super) health: Arc<Health>,
    pub(super) feed: Option<mpsc::UnboundedSender<DeliveryChange>>,
}

impl Writer {
    /// Works until it is told to close, or until nobody can tell it anything.
    pub(super) fn run(mut self) {
        let mut batch = Vec::with_capacity(self.batch);
        while let Ok(order) = self.orders.recv() {
            let mut next = Some(order);
            while let Some(Order::Write(task)) = next {
                batch.push(task);
                next = if batch.len() < self.batch { self.orders.try_recv().ok() } else { None };
            }
            self.write(&mut batch);
            match next {
                Some(Order::Announce(feed)) => self.announce_from_now_on(feed),
                Some(Order::Close) => return,
                Some(Order::Write(_)) | None => {}
            }
        }
    }

    fn write(&mut self, batch: &mut Vec<Box<dyn Task>>) {
        if batch.is_empty() {
            return;
        }
        if *self.health.failed.borrow() {
            return fail(batch, &JournalError::Storage(self.health.reason().unwrap_or_default()));
        }
        match self.transaction(batch) {
            Ok(()) => {
                batch.drain(..).for_each(|task| task.answer(None));
                if let Err(error) = self.checkpoints.committed(&self.conn) {
                    self.health.report(&error);
                }
            }
            Err(error) if batch.len() == 1 || is_fatal(&error) => self.failed(batch, &error),
            Err(_) => {
                for task in batch.drain(..) {
                    self.write(&mut vec![task]);
                }
            }
        }
    }

    /// Runs tasks and commits, or changes nothing.
    fn transaction(&mut self, tasks: &mut [Box<dyn Task>]) -> rusqlite::Result<()> {
        // Rolls back when it is dropped before its commit.
        let transaction = self.conn.unchecked_transaction()?;
        let mut unit = Unit {
            conn: &transaction,
            clock: &mut self.clock,
            now_ms: now_ms(),
            deliveries: Vec::new(),
            newest_event: None,
        };
        let mut tasks = tasks.iter_mut();
        if let Some(first) = tasks.next() {
            first.run(&mut unit)?;
        }
        for task in tasks {
            fail_point!("journal.mid_batch");
            task.run(&mut unit)?;
        }
        let Unit { deliveries, newest_event, .. } = unit;
        fail_point!("journal.before_commit");
        transaction.commit()?;
        fail_point!("journal.after_commit");
        if let Some(feed) = &self.feed {
            for change in deliveries {
                // The dispatcher may be gone already at the end of the process.
                let _ = feed.send(change);
            }
        }
        if let Some(newest) = newest_event {
            self.latest_event.send_replace(Some(self.ids.text(newest)));
        }
        self.health.recovered();
        Ok(())
    }

    fn failed(&self, batch: &mut Vec<Box<dyn Task>>, error: &rusqlite::Error) {
        self.health.report(error);
        fail(batch, &sql(error));
    }

    fn announce_from_now_on(&mut self, feed: mpsc::UnboundedSender<DeliveryChange>) {
        match deliveries::announce_pending(&self.conn, &feed) {
            Ok(count) => tracing::debug!(count, "pending deliveries"),
            Err(error) => self.failed(&mut Vec::new(), &error),
        }
        self.feed = Some(feed);
    }
}

fn fail(batch: &mut Vec<Box<dyn Task>>, failure: &JournalError) {
    batch.drain(..).for_each(|task| task.answer(Some(failure)));
}

/// After these nobody knows what is on the disk: only a restart, which reads
/// what is there, can tell. A full disk is not one of them.
fn is_fatal(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
        )
    )
}

/// Sends an order; gives it back when the writer is gone.
pub(super) fn order(orders: &Sender<Order>, order: Order) -> Result<(), JournalError> {
    orders.send(order).map_err(|_| closed())
}

/// The answer to anybody who comes too late.
pub(super) fn closed() -> JournalError {
    JournalError::Storage("the journal is closed".to_owned())
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn failure(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn a_failed_fsync_ends_the_writing_and_a_full_disk_does_not() {
        let health = Health::default();
        health.report(&failure(ffi::SQLITE_CONSTRAINT));
        assert_eq!((health.reason(), *health.failed.borrow()), (None, false));
        health.report(&failure(ffi::SQLITE_FULL));
        assert!(health.reason().is_some() && !*health.failed.borrow());
        health.recovered();
        assert_eq!(health.reason(), None);
        health.report(&failure(ffi::SQLITE_IOERR_FSYNC));
        health.recovered();
        assert!(health.reason().is_some() && *health.failed.borrow());
    }
}
