//! How far the log was whole when something was last acknowledged.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use xxhash_rust::xxh3::xxh3_64;

use super::super::{checkpoint, private};
use super::frames::part;

/// Bytes of a mark: salts, frames, frames that were moved, and their checksum.
const BYTES: usize = 32;

/// How far the log was whole when something was last acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    /// Which log it was.
    pub(super) salts: [u8; 8],
    /// So many frames were committed and synced.
    pub(super) frames: u64,
    /// So many of them had been moved into the database, and were synced there.
    pub(super) moved: u64,
}

impl Mark {
    fn bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let parts = [self.salts, self.frames.to_le_bytes(), self.moved.to_le_bytes()];
        for (to, from) in bytes.chunks_exact_mut(8).zip(parts) {
            to.copy_from_slice(&from);
        }
        let (content, sum) = bytes.split_at_mut(BYTES - 8);
        sum.copy_from_slice(&xxh3_64(content).to_le_bytes());
        bytes
    }

    /// Reads it; `None` where there is none, or none that is right.
    pub(super) fn read(file: &Path) -> io::Result<Option<Self>> {
        let bytes = match std::fs::read(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes?,
        };
        // A start that was cut off has only made it.
        if bytes.is_empty() {
            return Ok(None);
        }
        let mark = Self {
            salts: part(&bytes, 0),
            frames: u64::from_le_bytes(part(&bytes, 8)),
            moved: u64::from_le_bytes(part(&bytes, 16)),
        };
        if mark.bytes() != *bytes {
            tracing::warn!(file = %file.display(), "the mark of the log is damaged and not used");
            return Ok(None);
        }
        Ok(Some(mark))
    }
}

/// Keeps the mark of a database that is open.
pub(in crate::sqlite) struct Marks {
    mark: File,
    log: PathBuf,
    /// Open as long as it is the same file, which it is while the database is open.
    reading: Option<File>,
}

impl Marks {
    /// Opens the mark of a database, and makes it where there is none.
    pub(in crate::sqlite) fn open(database: &Path) -> io::Result<Self> {
        let file = Self::file_of(database);
        private::make_file(&file)?;
        let mark = File::options().write(true).open(file)?;
        Ok(Self { mark, log: super::of(database), reading: None })
    }

    /// Where the mark of a database is.
    pub(super) fn file_of(database: &Path) -> PathBuf {
        database.with_extension("mark")
    }

    /// Notes how far the log is whole, of which so many frames are committed and synced
    /// and so many were moved; whether it could. To be called before a commit is
    /// acknowledged. What was committed is safe where it could not; damage to the log
    /// would be found less often then.
    pub(in crate::sqlite) fn note(&mut self, (frames, moved): (u64, u64)) -> bool {
        let noted = self.write(frames, moved);
        if let Err(error) = &noted {
            tracing::warn!(%error, "how far the log is whole cannot be noted");
        }
        noted.is_ok()
    }

    fn sync(&self) -> bool {
        let synced = self.mark.sync_data();
        if let Err(error) = &synced {
            tracing::warn!(%error, "how far the log is whole cannot be put on the disk");
        }
        synced.is_ok()
    }

    fn write(&mut self, frames: u64, moved: u64) -> io::Result<()> {
        let mut head = [0; 32];
        if frames > 0 {
            let log = match self.reading.take() {
                Some(log) => log,
                None => File::open(&self.log)?,
            };
            log.read_exact_at(&mut head, 0)?;
            self.reading = Some(log);
        }
        let mark = Mark { salts: part(&head, 16), frames, moved };
        self.mark.write_all_at(&mark.bytes(), 0)
    }

    /// Moves all of the log into the database and empties it, where no reader needs it:
    /// whether it could. The next write begins a log of its own.
    pub(in crate::sqlite) fn empty_log(&mut self, conn: &Connection) -> rusqlite::Result<bool> {
        let (frames, moved) = checkpoint::run(conn, "FULL")?;
        // Only a log that is not needed any more may be seen to be gone, also after a
        // power cut: a mark of before would say that what is gone was needed.
        if moved < frames || !self.note((frames, moved)) || !self.sync() {
            return Ok(false);
        }
        checkpoint::run(conn, "TRUNCATE")?;
        // A mark that says all was moved does no harm.
        self.note((0, 0));
        Ok(true)
    }
}
