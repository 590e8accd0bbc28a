//! Backups: what one is, and why there is none.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::OpenError;

/// The version of a backup's form.
pub(crate) const FORMAT: u32 = 1;

/// What a backup holds: the file `manifest.json` in its folder, beside `journal.db`
/// and `components/`.
///
/// A backup holds all that the journal does, secrets as they are stored; the key
/// they are encrypted with is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupManifest {
    /// The version of this form: 1.
    pub format: u32,
    /// The version of the journal's schema.
    pub schema: u32,
    /// The version of Eclusa that made it.
    pub made_by: String,
    /// The moment that it shows, RFC 3339.
    pub created_at: String,
    /// The database.
    pub database: BackupFile,
    /// The components by SHA-256, with their sizes in bytes.
    pub components: BTreeMap<String, u64>,
    /// How many rows each table has.
    pub rows: BTreeMap<String, u64>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFile {
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// Why a backup was not made, or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A folder is in the way.
    #[error("{} is there already; name a folder that is not", .0.display())]
    Exists(PathBuf),
    /// The folder has no whole backup in it.
    #[error("{} holds no backup that this program can read: {why}", .folder.display())]
    NoBackup {
        /// The folder.
        folder: PathBuf,
        /// What is missing or unknown.
        why: String,
    },
    /// Something is not as it was written.
    #[error("{what} is damaged, so it is not used; take an older backup")]
    Damaged {
        /// The file, row or component.
        what: String,
    },
    /// Another one is being made.
    #[error("another backup of this journal is being made; there is one at a time")]
    UnderWay,
    /// A disk has too little room. Nothing is left of the backup.
    #[error(
        "{} has {free} bytes free and the backup needs {needed}, with what has to stay free; or \
         the disk of the data folder is full", .folder.display()
    )]
    NoRoom {
        /// Where the backup is made.
        folder: PathBuf,
        /// Free bytes there.
        free: u64,
        /// What it needs yet, with what must stay free.
        needed: u64,
    },
    /// A journal in memory has nothing to back up.
    #[error("the journal is in memory: there is nothing to back up")]
    InMemory,
    /// A file cannot be read or written.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The database cannot be read or written.
    #[error("the database of the backup: {0}")]
    Database(#[from] rusqlite::Error),
    /// The data folder cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A thread broke.
    #[error("the work on the backup ended early: {0}")]
    Broken(String),
}
