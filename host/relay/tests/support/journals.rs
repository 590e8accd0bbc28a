//! Journals of both kinds, which outlive relays.

use std::sync::Arc;

use eclusa_journal::{Journal, Letters, MemoryJournal, SqliteJournal, SqliteOptions};
use tempfile::TempDir;

/// Makes journals of one kind.
pub(crate) trait Kind: Default {
    type Journal: Journal + Letters;

    /// A new, empty journal.
    fn open(&self) -> Arc<Self::Journal>;

    /// The journal as the next process finds it. The relay that worked with it has
    /// stopped.
    fn reopen(&self, journal: Arc<Self::Journal>) -> Arc<Self::Journal>;
}

#[derive(Default)]
pub(crate) struct Memory;

impl Kind for Memory {
    type Journal = MemoryJournal;

    fn open(&self) -> Arc<MemoryJournal> {
        Arc::default()
    }

    fn reopen(&self, journal: Arc<MemoryJournal>) -> Arc<MemoryJournal> {
        Arc::new(alone(journal).reopened())
    }
}

pub(crate) struct Sqlite(TempDir);

impl Default for Sqlite {
    fn default() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl Kind for Sqlite {
    type Journal = SqliteJournal;

    fn open(&self) -> Arc<SqliteJournal> {
        Arc::new(SqliteJournal::open(self.0.path(), SqliteOptions::default()).unwrap())
    }

    fn reopen(&self, journal: Arc<SqliteJournal>) -> Arc<SqliteJournal> {
        drop(alone(journal));
        self.open()
    }
}

fn alone<J>(journal: Arc<J>) -> J {
    Arc::try_unwrap(journal).unwrap_or_else(|_| panic!("somebody works with the journal"))
}
