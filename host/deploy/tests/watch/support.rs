//! A folder that tests save files in, and its watcher.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use eclusa_deploy::watch::{FolderNews, WatchOptions, Watcher, watch};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

/// How long a test waits for news before it fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longer than a busy machine holds a writer up between two writes.
pub(crate) const QUIET: Duration = Duration::from_millis(150);

/// Only what the system announces is found.
pub(crate) const ANNOUNCED: WatchOptions =
    WatchOptions { quiet: QUIET, rescan: Duration::from_secs(3600), max_bytes: 1 << 20 };

/// The folder is read again and again.
pub(crate) const RESCANNED: WatchOptions =
    WatchOptions { rescan: Duration::from_millis(50), ..ANNOUNCED };

/// A folder of adapters, with room beside it.
pub(crate) struct Folder {
    root: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self { root: tempfile::tempdir().unwrap() };
        fs::create_dir(folder.path()).unwrap();
        folder
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.beside("adapters")
    }

    /// A path outside of the watched folder.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Saves in place.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.file(name), content).unwrap();
    }

    /// Saves by renaming.
    pub(crate) fn replace(&self, name: &str, content: impl AsRef<[u8]>) {
        replace(&self.file(name), content);
    }

    pub(crate) fn watch(&self, options: WatchOptions) -> Watched {
        self.watch_knowing(&[], options)
    }

    /// With names and the content that is known of them.
    pub(crate) fn watch_knowing(&self, known: &[(&str, &str)], options: WatchOptions) -> Watched {
        let known: BTreeMap<_, _> =
            known.iter().map(|(name, content)| ((*name).to_owned(), sha256(content))).collect();
        let (watcher, receiver) = watch(self.path(), known, options).unwrap();
        Watched { watcher, receiver }
    }
}

/// Saves by renaming, as careful tools do.
pub(crate) fn replace(path: &Path, content: impl AsRef<[u8]>) {
    let temporary = path.with_extension("tmp");
    fs::write(&temporary, content).unwrap();
    fs::rename(temporary, path).unwrap();
}

pub(crate) fn sha256(content: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(content))
}

/// What a watcher says.
pub(crate) struct Watched {
    pub(crate) watcher: Watcher,
    pub(crate) receiver: Receiver<FolderNews>,
}

impl Watched {
    pub(crate) async fn next(&mut self) -> FolderNews {
        let news = tokio::time::timeout(PATIENCE, self.receiver.recv()).await;
        news.expect("there is no news").expect("the watcher has ended")
    }

    /// The next news in short.
    pub(crate) async fn news(&mut self) -> String {
        short(&self.next().await)
    }

    /// The next news is this. A marker saved before shows that there was no
    /// other: it was due later than what was done before it.
    pub(crate) async fn expect(&mut self, expected: &str) {
        assert_eq!(self.news().await, expected);
    }
}

/// News in short: `x=content`, `x gone`, `x: code`.
pub(crate) fn short(news: &FolderNews) -> String {
    match news {
        FolderNews::File(file) => {
            assert_eq!(file.sha256, sha256(&file.bytes));
            assert_eq!(file.path.file_stem().unwrap(), file.name.as_str());
            format!("{}={}", file.name, String::from_utf8_lossy(&file.bytes))
        }
        FolderNews::Gone { name, .. } => format!("{name} gone"),
        FolderNews::Problem(problem) => format!("{}: {}", problem.name, problem.code),
    }
}
