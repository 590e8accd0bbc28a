//! Components as files `components/<sha256>.wasm` in the data folder: in the
//! database, megabytes of them would hold up all that shares their commit.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::private;
use super::readers::storage;
use crate::{JournalError, component};

/// The folder of components. Its methods block.
pub(super) struct Components {
    data: PathBuf,
    folder: PathBuf,
    /// Held by who changes the folder.
    changing: Mutex<()>,
}

impl Components {
    /// In a data folder; nothing is made before it is needed.
    pub(super) fn new(data: &Path) -> Self {
        let folder = data.join("components");
        Self { data: data.to_owned(), folder, changing: Mutex::new(()) }
    }

    /// Runs file work where it may block.
    pub(super) async fn run<R: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<R, JournalError> + Send + 'static,
    ) -> Result<R, JournalError> {
        let this = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&this)).await.unwrap_or_else(|error| {
            Err(JournalError::Storage(format!("the work on components ended early: {error}")))
        })
    }

    /// Keeps bytes under their SHA-256; on the disk when it returns.
    pub(super) fn put(&self, sha256: &str, bytes: &[u8]) -> Result<(), JournalError> {
        component::check(sha256, bytes)?;
        let _changing = self.changing.lock();
        self.write(sha256, bytes).map_err(|error| failed("keep", sha256, &error))
    }

    /// The bytes; `None` where they are not there, or damaged.
    pub(super) fn get(&self, sha256: &str) -> Result<Option<Vec<u8>>, JournalError> {
        if !component::is_name(sha256) {
            return Ok(None);
        }
        let found = read(&self.file(sha256)).map_err(|error| failed("read", sha256, &error))?;
        let Some(bytes) = found else { return Ok(None) };
        if !component::fits(sha256, &bytes) {
            tracing::warn!(
                file = %self.file(sha256).display(),
                "a component's file is damaged and not used; deploy the component again"
            );
            return Ok(None);
        }
        Ok(Some(bytes))
    }

    /// The names of all that are kept, in their order.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let file = entry?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(".wasm"));
            names.extend(name.filter(|name| component::is_name(name)).map(str::to_owned));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Whether there is a file of this name.
    pub(super) fn has(&self, sha256: &str) -> bool {
        self.file(sha256).is_file()
    }

    /// The size of the file of this name; `None` where there is none.
    pub(super) fn size(&self, sha256: &str) -> Option<u64> {
        self.file(sha256).metadata().ok().map(|file| file.len())
    }

    /// Forgets the bytes.
    pub(super) fn remove(&self, sha256: &str) -> Result<(), JournalError> {
        if !component::is_name(sha256) {
            return Ok(());
        }
        let _changing = self.changing.lock();
        let removed = match std::fs::remove_file(self.file(sha256)) {
            Ok(()) => private::sync_folder(&self.folder),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        removed.map_err(|error| failed("remove", sha256, &error))
    }

    fn write(&self, sha256: &str, bytes: &[u8]) -> io::Result<()> {
        let file = self.file(sha256);
        if read(&file)?.is_none_or(|found| found != bytes) {
            private::make_folder(&self.folder)?;
            // One name for all: what a crash has left there is in nobody's way.
            let incoming = self.folder.join("incoming");
            match std::fs::remove_file(&incoming) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut writing = private::new_file(&incoming)?;
            writing.write_all(bytes)?;
            writing.sync_all()?;
            std::fs::rename(&incoming, &file)?;
        }
        // Also where the file was there: a process may have ended before this.
        private::sync_folder(&self.folder)?;
        private::sync_folder(&self.data)
    }

    fn file(&self, sha256: &str) -> PathBuf {
        self.folder.join(format!("{sha256}.wasm"))
    }
}

fn read(file: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn failed(what: &str, sha256: &str, error: &io::Error) -> JournalError {
    storage(format!("cannot {what} the file components/{sha256}.wasm: {error}"))
}
