//! The one thread that writes.
//!
//! It takes what waits, up to a batch, runs all of it in one transaction and
//! answers after the commit: under load one fsync pays for many callers. A batch
//! in which a statement fails is undone and run again one by one, so that only
//! the request at fault is hurt, and the usual case needs no savepoints.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};

use fail::fail_point;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::backlog::PendingRows;
use super::checkpoint::{self, Checkpoints};
use super::flows::FlowCache;
use super::health::{Health, is_fatal, is_no_room};
use super::readers::{Readers, sql};
use super::wal::Marks;
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
    pub(super) ids: Ids,
    pub(super) clock: &'a mut Clock,
    pub(super) now_ms: i64,
    /// Changes to what is to be delivered, to be told after the commit.
    pub(super) deliveries: Vec<DeliveryChange>,
    /// The newest event of the transaction.
    pub(super) newest_event: Option<i64>,
    /// The flows that run.
    pub(super) flows: &'a mut FlowCache,
    /// An inbox looks different after the commit.
    pub(super) inbox_changed: Cell<bool>,
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
    /// Whether it is something new, and not what came of something old.
    fn is_intake(&self) -> bool;
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
    pub(super) is_intake: bool,
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

    fn is_intake(&self) -> bool {
        self.is_intake
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
    /// To hand over what is pending as it is now, and to tell each change after it.
    Announce { pending: Sender<PendingRows>, feed: mpsc::UnboundedSender<DeliveryChange> },
    /// To end, once all before it is done.
    Close,
}

pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) checkpoints: Checkpoints,
    pub(super) marks: Marks,
    /// Frames in the log, and how many of them have been moved, as of the last commit.
    pub(super) log: (u64, u64),
    pub(super) orders: Receiver<Order>,
    pub(super) clock: Clock,
    pub(super) wall: Arc<dyn crate::Clock>,
    pub(super) ids: Ids,
    pub(super) batch: usize,
    pub(super) latest_event: watch::Sender<Option<String>>,
    pub(super) inbox_changes: watch::Sender<u64>,
    pub(super) flows: FlowCache,
    pub(super) health: Arc<Health>,
    pub(super) readers: Arc<Readers>,
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
                Some(Order::Announce { pending, feed }) => {
                    self.hand_over(&pending);
                    self.feed = Some(feed);
                }
                Some(Order::Close) => break,
                Some(Order::Write(_)) | None => {}
            }
        }
        // Readers cannot do it when they are closed.
        if !*self.health.failed.borrow()
            && let Err(error) = self.marks.empty_log(&self.conn)
        {
            self.health.report(&error);
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
                self.committed();
            }
            Err(error) if is_no_room(&error) => self.write_without_room(batch, &error),
            Err(error) if batch.len() == 1 || is_fatal(&error) => self.failed(batch, &error),
            Err(_) => {
                for task in batch.drain(..) {
                    self.write(&mut vec![task]);
                }
            }
        }
    }

    fn committed(&self) {
        if let Err(error) = self.checkpoints.committed(&self.conn, self.log) {
            self.health.report(&error);
        }
    }

    /// Notes how far the log is whole, before anybody relies on it.
    fn note_log(&mut self) {
        match checkpoint::look(&self.conn) {
            Ok(log) => {
                self.log = log;
                self.marks.note(log);
            }
            Err(error) => self.health.report(&error),
        }
    }

    /// Refuses what is new, and records what came of what was accepted, in the room
    /// that was kept for it.
    fn write_without_room(&mut self, batch: &mut Vec<Box<dyn Task>>, error: &rusqlite::Error) {
        self.health.report(error);
        for mut task in batch.drain(..) {
            if task.is_intake() {
                task.answer(Some(&self.health.disk_full()));
                continue;
            }
            match self.transaction(std::slice::from_mut(&mut task)) {
                Ok(()) => task.answer(None),
                Err(error) => {
                    self.health.report(&error);
                    let failure =
                        if is_no_room(&error) { self.health.disk_full() } else { sql(&error) };
                    task.answer(Some(&failure));
                }
            }
        }
        self.committed();
    }

    /// Runs tasks and commits, or changes nothing.
    fn transaction(&mut self, tasks: &mut [Box<dyn Task>]) -> rusqlite::Result<()> {
        let result = self.try_transaction(tasks);
        if result.is_err() {
            // They may be of what was undone.
            self.flows.clear();
        }
        result
    }

    fn try_transaction(&mut self, tasks: &mut [Box<dyn Task>]) -> rusqlite::Result<()> {
        // Rolls back when it is dropped before its commit.
        let transaction = self.conn.unchecked_transaction()?;
        let mut unit = Unit {
            conn: &transaction,
            ids: self.ids,
            clock: &mut self.clock,
            now_ms: self.wall.now_ms(),
            deliveries: Vec::new(),
            newest_event: None,
            flows: &mut self.flows,
            inbox_changed: Cell::new(false),
        };
        let mut tasks = tasks.iter_mut();
        if let Some(first) = tasks.next() {
            first.run(&mut unit)?;
        }
        for task in tasks {
            fail_point!("journal.mid_batch");
            task.run(&mut unit)?;
        }
        let Unit { deliveries, newest_event, inbox_changed, .. } = unit;
        fail_point!("journal.before_commit");
        transaction.commit()?;
        fail_point!("journal.after_commit");
        self.note_log();
        if let Some(feed) = &self.feed {
            for change in deliveries {
                // The dispatcher may be gone already at the end of the process.
                let _ = feed.send(change);
            }
        }
        if let Some(newest) = newest_event {
            self.latest_event.send_replace(Some(self.ids.text(newest)));
        }
        if inbox_changed.get() {
            self.inbox_changes.send_modify(|count| *count += 1);
        }
        self.health.committed(self.wall.now_ms());
        Ok(())
    }

    fn failed(&self, batch: &mut Vec<Box<dyn Task>>, error: &rusqlite::Error) {
        self.health.report(error);
        fail(batch, &sql(error));
    }

    /// What is pending as it is now: no write is between this and the next change
    /// that is told.
    fn hand_over(&self, pending: &Sender<PendingRows>) {
        let opened = self.readers.open();
        match opened.and_then(|conn| PendingRows::new(conn, Arc::clone(&self.health))) {
            // Nobody may want it any more.
            Ok(rows) => drop(pending.send(rows)),
            // What comes would go out before what was pending.
            Err(error) => self.health.fail(format!("what is pending cannot be read: {error}")),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.health.fail("the writer broke".to_owned());
        }
    }
}

fn fail(batch: &mut Vec<Box<dyn Task>>, failure: &JournalError) {
    batch.drain(..).for_each(|task| task.answer(Some(failure)));
}

/// Sends an order; gives it back when the writer is gone.
pub(super) fn order(orders: &Sender<Order>, order: Order) -> Result<(), JournalError> {
    orders.send(order).map_err(|_| closed())
}

/// The answer to anybody who comes too late.
pub(super) fn closed() -> JournalError {
    JournalError::Storage("the journal is closed".to_owned())
}
