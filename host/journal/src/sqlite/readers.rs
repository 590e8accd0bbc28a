//! Reading beside the writer.

use std::any::Any;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::sums::{self, Damaged};
use crate::JournalError;

/// So many connections are kept; more are opened when needed, and closed.
const KEPT: usize = 4;

/// Connections that can only read.
pub(super) struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), idle: Mutex::new(Vec::new()) }
    }

    /// Runs `read` on one state of the database. Blocks.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let idle = self.idle.lock().pop();
        let conn = match idle {
            Some(conn) => conn,
            None => self.open().map_err(storage)?,
        };
        let result = {
            let snapshot = conn.unchecked_transaction().map_err(storage)?;
            read(&snapshot)
        };
        let mut idle = self.idle.lock();
        if idle.len() < KEPT {
            idle.push(conn);
        }
        result
    }

    /// One that is not kept.
    pub(super) fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&self.file, flags)?;
        conn.set_prepared_statement_cache_capacity(32);
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        conn.pragma_update(None, "cell_size_check", true)?;
        sums::guard(&conn)?;
        Ok(conn)
    }
}

/// Any failure of the storage, told apart as far as it makes a difference.
pub(super) fn storage<E: Display + 'static>(error: E) -> JournalError {
    match (&error as &dyn Any).downcast_ref::<rusqlite::Error>() {
        Some(error) => sql(error),
        None => JournalError::Storage(error.to_string()),
    }
}

/// A failure of the database.
pub(super) fn sql(error: &rusqlite::Error) -> JournalError {
    match (Damaged::of(error), error.sqlite_error_code()) {
        (Some(Damaged { table, key }), _) => JournalError::Corrupt { table, id: key },
        (None, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)) => {
            JournalError::Damaged(error.to_string())
        }
        (None, _) => JournalError::Storage(error.to_string()),
    }
}
