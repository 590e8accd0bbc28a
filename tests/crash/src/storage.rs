//! The database as a kill has left it.

use std::path::Path;

use anyhow::Context as _;
use rusqlite::Connection;

/// Has SQLite look at every page of a copy: looking at the database itself would
/// mend it before the host does.
pub(crate) fn check(data: &Path) -> anyhow::Result<String> {
    let copy = tempfile::tempdir()?;
    for name in ["journal.db", "journal.db-wal"] {
        let from = data.join(name);
        if from.is_file() {
            std::fs::copy(&from, copy.path().join(name))?;
        }
    }
    let database = Connection::open(copy.path().join("journal.db"))?;
    database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .context("the database cannot be read")
}
