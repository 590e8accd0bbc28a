//! Room for a backup: it never takes what the journal needs to go on.

use std::io;
use std::path::Path;

use super::super::space::free_bytes;
use super::failed;
use crate::BackupError;

/// How a backup is kept from filling a disk.
pub(in crate::sqlite) struct Room<'a> {
    /// So much stays free on the disk that the backup goes to.
    pub(in crate::sqlite) keep: u64,
    /// Whether the journal's own disk is full: its log grows while a backup is made.
    pub(in crate::sqlite) is_journal_full: &'a dyn Fn() -> bool,
}

impl Room<'_> {
    /// All there is, beside a journal that nobody has open.
    pub(in crate::sqlite) const ANY: Room<'static> = Room { keep: 0, is_journal_full: &|| false };

    /// Whether there is room for so many more bytes in a folder, or above it where it
    /// is not there yet.
    pub(super) fn check(&self, folder: &Path, bytes: u64) -> Result<(), BackupError> {
        let free = free_near(folder).map_err(failed(folder))?;
        let needed = bytes.saturating_add(self.keep);
        if free < needed || (self.is_journal_full)() {
            return Err(BackupError::NoRoom { folder: folder.to_owned(), free, needed });
        }
        Ok(())
    }
}

fn free_near(folder: &Path) -> io::Result<u64> {
    let mut at = std::path::absolute(folder)?;
    loop {
        match free_bytes(&at) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && at.pop() => {}
            result => return result,
        }
    }
}
