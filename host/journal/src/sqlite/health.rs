//! How the storage is: whether it failed for good, whether it has room.

use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::Mutex;
use rusqlite::{ErrorCode, ffi};
use tokio::sync::watch;

use super::space::Space;
use crate::JournalError;

/// How the storage is.
pub(super) struct Health {
    /// Why it failed for good.
    reason: Mutex<Option<String>>,
    /// It failed for good.
    pub(super) failed: watch::Sender<bool>,
    pub(super) space: Space,
    /// In Unix milliseconds; 0 where there was none yet.
    last_commit_ms: AtomicI64,
    /// How many deliveries are pending, and the number of the first.
    pending: Mutex<(u64, Option<i64>)>,
}

impl Health {
    /// Of a storage that works.
    pub(super) fn new(space: Space) -> Self {
        Self {
            reason: Mutex::default(),
            failed: watch::Sender::new(false),
            space,
            last_commit_ms: AtomicI64::new(0),
            pending: Mutex::default(),
        }
    }

    /// Why it failed for good.
    pub(super) fn reason(&self) -> Option<String> {
        self.reason.lock().clone()
    }

    /// Tells what went wrong, and whether that is the end.
    pub(super) fn report(&self, error: &rusqlite::Error) {
        if is_fatal(error) {
            return self.fail(error.to_string());
        }
        tracing::error!(%error, "the journal's storage");
        if is_no_room(error) {
            self.space.ran_out();
        }
    }

    /// Tells what went wrong with reading. Nothing more is written to a database
    /// whose structure is damaged: that would make it worse.
    pub(super) fn read_failed(&self, error: &JournalError) {
        match error {
            JournalError::Damaged(reason) => self.fail(reason.clone()),
            JournalError::Corrupt { .. } => tracing::error!(%error, "the journal's storage"),
            _ => {}
        }
    }

    /// It failed for good: only a restart can mend it.
    pub(super) fn fail(&self, reason: String) {
        tracing::error!(reason, "the journal's storage failed; nothing is written any more");
        *self.reason.lock() = Some(reason);
        self.failed.send_replace(true);
    }

    /// Something was recorded.
    pub(super) fn committed(&self, now_ms: i64) {
        self.last_commit_ms.store(now_ms, Ordering::Relaxed);
    }

    /// When something was last recorded, in Unix milliseconds.
    pub(super) fn last_commit_ms(&self) -> Option<i64> {
        Some(self.last_commit_ms.load(Ordering::Relaxed)).filter(|ms| *ms != 0)
    }

    /// Keeps what was counted.
    pub(super) fn set_pending(&self, pending: (u64, Option<i64>)) {
        *self.pending.lock() = pending;
    }

    /// What was counted last.
    pub(super) fn pending(&self) -> (u64, Option<i64>) {
        *self.pending.lock()
    }

    /// The refusal of anything new.
    pub(super) fn disk_full(&self) -> JournalError {
        JournalError::DiskFull { free: self.space.free(), min_free: self.space.min_free() }
    }
}

/// After these nobody knows what is on the disk: only a restart, which reads what
/// is there, can tell. A full disk is not one of them.
pub(super) fn is_fatal(error: &rusqlite::Error) -> bool {
    let fatal = matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
        )
    );
    fatal && !is_no_room(error)
}

/// Whether the disk is full. The index of the log could not grow where SQLite
/// calls it a failure of its size: nothing was committed then either.
pub(super) fn is_no_room(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || error.sqlite_extended_error_code() == Some(ffi::SQLITE_IOERR_SHMSIZE)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn failure(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn a_failed_fsync_ends_the_writing_and_a_full_disk_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let health = Health::new(Space::new(folder.path(), 1));
        health.report(&failure(ffi::SQLITE_CONSTRAINT));
        assert_eq!((health.reason(), *health.failed.borrow()), (None, false));
        for full in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_SHMSIZE] {
            health.report(&failure(full));
            assert!(health.reason().is_none() && !*health.failed.borrow());
            assert!(health.space.is_full());
            health.space.look();
            assert!(!health.space.is_full());
        }
        health.report(&failure(ffi::SQLITE_IOERR_FSYNC));
        health.committed(1);
        assert!(health.reason().is_some() && *health.failed.borrow());
    }
}
