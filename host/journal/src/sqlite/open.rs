//! Opening a journal.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::watch;

use super::SqliteJournal;
use super::backup::is_half_restored;
use super::checkpoint::{self, Checkpoints};
use super::components::Components;
use super::flows::FlowCache;
use super::health::{Health, is_no_room};
use super::lookout::Lookout;
use super::readers::Readers;
use super::scrub::Scrub;
use super::space::Space;
use super::sums::Damaged;
use super::vault::{KeyError, KeySource};
use super::wal::Marks;
use super::writer::Writer;
use super::{private, schema, sealing, wal};
use crate::{Clock, SystemClock};

/// Older ones lose committed data when a checkpoint and a write meet in the WAL.
const OLDEST_SQLITE: i32 = 3_051_003;

/// The database's file in the data folder.
pub(super) const DATABASE: &str = "journal.db";

/// How a journal works; the defaults suit one machine.
#[derive(Clone)]
pub struct SqliteOptions {
    /// So many writes may wait; more are refused as busy. Default 4096.
    pub queue: usize,
    /// At most so many writes share a commit. Default 256.
    pub batch: usize,
    /// Nothing new is taken in while less is free on the disk, so that what was
    /// accepted can still be handed on and recorded. Default 256 MiB.
    pub min_free_bytes: u64,
    /// Tells the time. Default: the machine's clock.
    pub clock: Arc<dyn Clock>,
    /// Where the keys come from that encrypt secrets. Default: the folder's own
    /// file, which is made.
    pub keys: KeySource,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            queue: 4096,
            batch: 256,
            min_free_bytes: 256 << 20,
            clock: Arc::new(SystemClock),
            keys: KeySource::default(),
        }
    }
}

/// Why a journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("the data folder {} is in use by another process; stop that one first", .0.display())]
    Locked(PathBuf),
    /// A newer Eclusa has written it.
    #[error(
        "the journal has schema version {found}, this program knows up to {known}; \
         use the newer program, or restore a backup made by this one"
    )]
    NewerSchema {
        /// The version in the file.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// The program was built with an SQLite that can lose data.
    #[error("SQLite {0} is too old: 3.51.3 or newer is needed")]
    OldSqlite(String),
    /// The folder cannot be used.
    #[error("the data folder {}: {error}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// What stands in the database cannot be what was written.
    #[error(
        "the journal's database is damaged ({0}); `eclusa check` tells what is: restore a backup"
    )]
    Damaged(String),
    /// The database's log is damaged where it was whole before: SQLite would drop what
    /// follows, which was acknowledged.
    #[error(
        "log_damaged: the log journal.db-wal is damaged ({what}), so messages that were \
         acknowledged cannot be read; restore a backup, or keep a copy of the folder and go on \
         with the first {whole_bytes} bytes of the log: docs/operation.md says how"
    )]
    LogDamaged {
        /// What is wrong with it.
        what: String,
        /// Up to this byte it is whole.
        whole_bytes: u64,
    },
    /// A restore into the folder was cut off.
    #[error(
        "{} was not restored to the end; restore the backup into it again", .0.display()
    )]
    HalfRestored(PathBuf),
    /// The keys that encrypt secrets cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Secrets cannot be encrypted.
    #[error("{0}")]
    Seal(String),
    /// The database cannot be read or written.
    #[error("the journal's database: {0}")]
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        let damaged = matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase));
        match Damaged::of(&error) {
            Some(Damaged { table, key }) => Self::Damaged(format!("row {key} of `{table}`")),
            None if damaged => Self::Damaged(error.to_string()),
            None => Self::Database(error),
        }
    }
}

impl SqliteJournal {
    /// Opens the journal in a folder, and makes both where there is none.
    ///
    /// What it makes is for its owner alone, where the system knows owners: the
    /// folder has mode 0700, its files have 0600. A folder or a file that is
    /// there keeps its mode; a folder that lets others in is warned of in the log.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(folder: impl AsRef<Path>, options: SqliteOptions) -> Result<Self, OpenError> {
        let folder = folder.as_ref();
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(OpenError::OldSqlite(rusqlite::version().to_owned()));
        }
        let lock = lock(folder)?;
        if is_half_restored(folder) {
            return Err(OpenError::HalfRestored(folder.to_owned()));
        }
        // Before anything is written: what it gives up may be all the room there is.
        let space = Space::new(folder, options.min_free_bytes);
        let file = folder.join(DATABASE);
        // The log and its index get the mode of the database.
        private::make_file(&file)
            .map_err(|error| OpenError::Folder { folder: folder.to_owned(), error })?;
        let folder_failed = |error| OpenError::Folder { folder: folder.to_owned(), error };
        // Before SQLite drops what it takes for the remains of a crash.
        if let Some(damage) = wal::damage(&file).map_err(folder_failed)? {
            return Err(OpenError::LogDamaged {
                what: damage.what,
                whole_bytes: damage.whole_bytes,
            });
        }
        let mut marks = Marks::open(&file).map_err(folder_failed)?;
        let mut conn = Connection::open(&file)?;
        configure(&conn)?;
        begin_log(&conn, &mut marks)?;
        let (ids, clock) = schema::prepare(&mut conn)?;
        let sealer = Arc::new(sealing::start(&mut conn, folder, &options.keys, &mut marks)?);
        let log = checkpoint::look(&conn)?;
        marks.note(log);
        let newest = conn
            .query_row("SELECT id FROM events ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
            .optional()?;
        let scrub = Mutex::new(Scrub::load(&conn));
        let (latest_event, latest) = watch::channel(newest.map(|id| ids.text(id)));
        let (inbox_changes, changes) = watch::channel(0);
        let (orders, received) = mpsc::channel();
        let health = Arc::new(Health::new(space));
        let thread_failed = |error| OpenError::Folder { folder: folder.to_owned(), error };
        let checkpoints = Checkpoints::start(&file, Arc::clone(&health)).map_err(thread_failed)?;
        let readers = Arc::new(Readers::new(&file));
        let writer = Writer {
            conn,
            checkpoints,
            marks,
            log,
            orders: received,
            clock,
            ids,
            batch: options.batch.max(1),
            latest_event,
            inbox_changes,
            flows: FlowCache::default(),
            health: Arc::clone(&health),
            wall: Arc::clone(&options.clock),
            readers: Arc::clone(&readers),
            feed: None,
        };
        let writer = std::thread::Builder::new()
            .name("journal-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(thread_failed)?;
        health.space.look();
        let lookout =
            Lookout::start(Arc::clone(&health), Arc::clone(&readers)).map_err(thread_failed)?;
        Ok(Self {
            ids,
            orders,
            queued: Arc::default(),
            options,
            readers,
            lookout: Mutex::new(Some(lookout)),
            components: Arc::new(Components::new(folder)),
            sealer,
            health,
            latest_event: latest,
            inbox_changes: changes,
            deliveries_taken: AtomicBool::new(false),
            backing_up: Arc::default(),
            scrub,
            writer: Mutex::new(Some(writer)),
            _lock: lock,
        })
    }
}

/// Begins a log of its own: what a power cut has left behind the end of the one that is
/// there would be taken for damage after another. A full disk is no reason not to start.
fn begin_log(conn: &Connection, marks: &mut Marks) -> Result<(), OpenError> {
    match marks.empty_log(conn) {
        Ok(true) => {}
        Ok(false) => tracing::warn!("the database's log could not be emptied: it is in use"),
        Err(error) if is_no_room(&error) => {
            tracing::warn!(%error, "the database's log could not be emptied");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The lock of a folder in which there is a journal.
pub(super) fn lock_existing(folder: &Path) -> Result<File, OpenError> {
    match folder.join(DATABASE).symlink_metadata() {
        Ok(_) => lock(folder),
        Err(error) => Err(OpenError::Folder { folder: folder.to_owned(), error }),
    }
}

/// The lock of a folder; both are made where there are none.
pub(super) fn lock(folder: &Path) -> Result<File, OpenError> {
    let failed = |error| OpenError::Folder { folder: folder.to_owned(), error };
    private::make_folder(folder).map_err(failed)?;
    private::warn_of_others(folder).map_err(failed)?;
    let path = folder.join("journal.lock");
    private::make_file(&path).map_err(failed)?;
    let file = File::options().append(true).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Brings an older journal's tables up to date; its secrets stay as they are, for
/// which no key is needed.
pub(super) fn bring_up(folder: &Path) -> Result<(), OpenError> {
    let _lock = lock_existing(folder)?;
    let mut conn = Connection::open(folder.join(DATABASE))?;
    configure(&conn)?;
    schema::prepare(&mut conn)?;
    checkpoint::run(&conn, "TRUNCATE")?;
    Ok(())
}

pub(super) fn configure(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_prepared_statement_cache_capacity(64);
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    // 8 MiB: the upper part of each tree. A commit looks at every page of the cache
    // when a tree was balanced, and what is not in it is mostly in the system's.
    conn.pragma_update(None, "cache_size", -8_192)?;
    // A page that cannot be right is refused when it is read.
    conn.pragma_update(None, "cell_size_check", true)?;
    // Views and triggers of the connection need no file.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // An automatic one would not tell whether it failed: see `checkpoint`.
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    checkpoint::keep_log(conn)
}
