//! Room on the disk: intake stops while there is some left, so that what is
//! accepted can still be handed on and recorded.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use super::private;

/// The file in the data folder whose room is given up once the disk is full.
const RESERVE: &str = "journal.reserve";

/// Its size: some ten thousand results of deliveries.
const RESERVE_BYTES: u64 = 8 << 20;

/// Watches the room on one folder's disk.
pub(super) struct Space {
    folder: PathBuf,
    min_free: u64,
    free: AtomicU64,
    full: AtomicBool,
    /// Whether the reserve is there.
    reserve: Mutex<bool>,
}

impl Space {
    /// Gives up the reserve that an earlier process has left, so that a start
    /// succeeds on a full disk too.
    pub(super) fn new(folder: &Path, min_free: u64) -> Self {
        let space = Self {
            folder: folder.to_owned(),
            min_free,
            free: AtomicU64::new(u64::MAX),
            full: AtomicBool::new(false),
            reserve: Mutex::new(true),
        };
        space.give_up(&mut space.reserve.lock());
        space
    }

    /// Whether nothing new is taken in.
    pub(super) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Free bytes, as of the last look.
    pub(super) fn free(&self) -> u64 {
        self.free.load(Ordering::Relaxed)
    }

    /// Intake stops below so many free bytes.
    pub(super) fn min_free(&self) -> u64 {
        self.min_free
    }

    /// Looks how much room there is, and stops intake or lets it go on.
    pub(super) fn look(&self) {
        let free = match free_bytes(&self.folder) {
            Ok(free) => free,
            Err(error) => {
                tracing::warn!(%error, "how much room the disk has cannot be told");
                return;
            }
        };
        self.free.store(free, Ordering::Relaxed);
        let mut reserve = self.reserve.lock();
        let missing = if *reserve { 0 } else { RESERVE_BYTES };
        // Not at the very limit, so that it does not go to and fro.
        let enough = self.min_free.saturating_add(missing).saturating_add(self.min_free / 16);
        if free < self.min_free {
            if !self.full.swap(true, Ordering::Relaxed) {
                let min_free = self.min_free;
                tracing::warn!(free, min_free, "the disk is nearly full: nothing new is taken in");
            }
        } else if free >= enough || !self.is_full() {
            if !*reserve && free >= self.min_free.saturating_add(RESERVE_BYTES) {
                match make_reserve(&self.folder.join(RESERVE)) {
                    Ok(()) => *reserve = true,
                    Err(error) => tracing::warn!(%error, "no room can be set aside on the disk"),
                }
            }
            if self.full.swap(false, Ordering::Relaxed) {
                tracing::info!(free, "the disk has room again: requests are taken in");
            }
        }
    }

    /// A write failed for want of room. Gives up the reserve; whether there was
    /// one, so that the write may succeed now.
    pub(super) fn ran_out(&self) -> bool {
        self.full.store(true, Ordering::Relaxed);
        self.give_up(&mut self.reserve.lock())
    }

    fn give_up(&self, reserve: &mut bool) -> bool {
        if !std::mem::take(reserve) {
            return false;
        }
        match std::fs::remove_file(self.folder.join(RESERVE)) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => {
                tracing::warn!(%error, "the room set aside on the disk cannot be given up");
                false
            }
        }
    }
}

/// What a user may still write to the disk of a folder.
pub(super) fn free_bytes(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn make_reserve(path: &Path) -> io::Result<()> {
    let made = private::new_file(path).and_then(|file| fill(&file));
    if made.is_err() {
        // A part of it is no use.
        let _ = std::fs::remove_file(path);
    }
    made
}

fn fill(mut file: &File) -> io::Result<()> {
    let flags = rustix::fs::FallocateFlags::empty();
    match rustix::fs::fallocate(file, flags, 0, RESERVE_BYTES) {
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
            let zeros = [0; 1 << 16];
            for _ in 0..RESERVE_BYTES / zeros.len() as u64 {
                file.write_all(&zeros)?;
            }
            file.sync_all()
        }
        result => Ok(result?),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn intake_stops_below_the_limit_and_goes_on_above_it() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = folder.path().join(RESERVE);
        let plenty = Space::new(folder.path(), 1);
        plenty.look();
        assert!(!plenty.is_full() && reserve.metadata().unwrap().len() == RESERVE_BYTES);
        assert!(plenty.ran_out() && plenty.is_full() && !reserve.exists());
        assert!(!plenty.ran_out());
        plenty.look();
        assert!(!plenty.is_full() && reserve.exists());
        // The next process begins without it.
        let never = Space::new(folder.path(), u64::MAX);
        assert!(!reserve.exists());
        never.look();
        assert!(never.is_full() && never.free() < u64::MAX && !reserve.exists());
    }
}
