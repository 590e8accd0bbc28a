//! The watched folder of adapters: who saves `NAME.wasm` in it deploys the
//! adapter NAME.
//!
//! A file counts once it stands still: its size and times do not change for a
//! while, and not while it is read either. A file renamed into its place counts
//! at once, since whoever renames a file is done with it; should somebody write
//! on, the whole follows as the next news. Names that begin with a dot or do not
//! end in `.wasm` belong to editors and copying tools.
//!
//! What is behind links is not announced by the system unless the link itself is
//! changed in the folder; there the rescan finds it.

mod assess;
mod inbox;
mod look;
#[cfg(test)]
mod model_test;
mod news;
mod run;
mod subscription;
mod tracker;
#[cfg(test)]
mod tracker_test;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use assess::{Verdict, assess};
use look::{list, look};
pub use news::{FolderFile, FolderNews, FolderProblem};
use run::Run;

/// How a folder is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchOptions {
    /// How long size and times of a file must stand still.
    pub quiet: Duration,
    /// How often the folder is read, for changes that nobody announces.
    pub rescan: Duration,
    /// Larger files are reported as such, and not read.
    pub max_bytes: u64,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            quiet: Duration::from_millis(40),
            rescan: Duration::from_secs(10),
            max_bytes: 64 << 20,
        }
    }
}

/// Why a folder cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// It is not a folder that can be read.
    #[error(
        "cannot read the folder {}: {source}; make it, or let this process's user read it",
        .folder.display()
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The thread that watches cannot be started.
    #[error("cannot start the thread that watches a folder: {0}; the machine is out of resources")]
    Thread(io::Error),
}

/// Watches until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    // Dropping it ends the thread, which is not waited for: it may be reading
    // from a file system that hangs.
    _stop: oneshot::Sender<()>,
}

/// What is in the folder now, in the order of names: files, and problems with
/// them. Each file is read when its turn comes, so that one at a time is in
/// memory. A file that changes while it is read is left out; [`watch`] sends it
/// once it stands still. Blocking.
///
/// # Errors
/// When the folder cannot be read.
pub fn scan(
    folder: &Path,
    options: &WatchOptions,
) -> io::Result<impl Iterator<Item = FolderNews> + Send + 'static> {
    let folder = std::path::absolute(folder)?;
    let max_bytes = options.max_bytes;
    Ok(list(&folder)?.into_iter().filter_map(move |file| {
        let path = folder.join(&file);
        match assess(&path, &look(&path), max_bytes) {
            Verdict::File(file) => Some(FolderNews::File(file)),
            Verdict::Problem(problem) => Some(FolderNews::Problem(problem)),
            Verdict::Moving => None,
        }
    }))
}

/// Watches a folder until the [`Watcher`] or the receiver is dropped.
///
/// `known` says which content of which name (SHA-256 in hexadecimal) needs no
/// news; what it names and the folder does not have is sent as gone. From then
/// on, what was sent last is known. A file that was gone, or had a problem, is
/// sent when it is back, whatever its content.
///
/// Nothing is lost on a slow receiver: files wait in the folder until there is
/// room, and only the newest content of each is sent then. At most two files are
/// in memory. While the whole folder is away nothing is sent; when it is back,
/// what differs is.
///
/// # Errors
/// When the folder cannot be read now, or no thread can be started.
pub fn watch(
    folder: PathBuf,
    known: BTreeMap<String, String>,
    options: WatchOptions,
) -> Result<(Watcher, mpsc::Receiver<FolderNews>), WatchError> {
    let folder = std::path::absolute(&folder)
        .and_then(|absolute| list(&absolute).map(|_| absolute))
        .map_err(|source| WatchError::Folder { folder, source })?;
    let (stop, stopped) = oneshot::channel();
    let (sender, receiver) = mpsc::channel(1);
    let run = Run::new(folder, known, options, sender);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(WatchError::Thread)?;
    std::thread::Builder::new()
        .name("eclusa-watch".to_owned())
        .spawn(move || runtime.block_on(run.until(stopped)))
        .map_err(WatchError::Thread)?;
    Ok((Watcher { _stop: stop }, receiver))
}
