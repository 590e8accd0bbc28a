//! Reading beside the writer.

use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags};

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

    fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&self.file, flags)?;
        conn.set_prepared_statement_cache_capacity(32);
        Ok(conn)
    }
}

/// Any failure of the storage.
pub(super) fn storage(error: impl std::fmt::Display) -> JournalError {
    JournalError::Storage(error.to_string())
}
