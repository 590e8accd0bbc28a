//! What is known of each file of a folder, and what is due to be judged.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::WatchOptions;
use super::assess::{Verdict, assess};
use super::inbox::Hint;
use super::look::{Look, is_plain_file, look};
use super::news::{FolderNews, name_of};

/// The files of a folder, each on its own clock.
#[derive(Debug)]
pub(super) struct Tracker {
    folder: PathBuf,
    options: WatchOptions,
    files: BTreeMap<OsString, Tracked>,
}

/// What is known of a file.
#[derive(Debug, Default)]
struct Tracked {
    /// SHA-256 of the content that the receiver knows.
    sha256: Option<String>,
    /// How the file looked when a problem was told that is not solved.
    told: Option<Look>,
    /// How it looked when it was judged. `None` where that has to be done again.
    judged: Option<Look>,
    /// It has changed, and is to be judged.
    pending: Option<Pending>,
}

#[derive(Debug)]
struct Pending {
    /// How it looked when it was last seen to change.
    seen: Look,
    /// When it is judged, unless it has changed again.
    due: Instant,
}

impl Pending {
    /// The clock is read after the look: looking may take long.
    fn since(seen: Look, quiet: Duration, clock: impl Fn() -> Instant) -> Self {
        Self { seen, due: clock() + quiet }
    }
}

/// Times are those of a `clock`, which tests set.
impl Tracker {
    /// `known` is the SHA-256 of each name's content that the receiver knows.
    pub(super) fn new(
        folder: PathBuf,
        known: BTreeMap<String, String>,
        options: WatchOptions,
    ) -> Self {
        let files = known.into_iter().map(|(name, sha256)| {
            let tracked = Tracked { sha256: Some(sha256), ..Tracked::default() };
            (OsString::from(format!("{name}.wasm")), tracked)
        });
        Self { folder, options, files: files.collect() }
    }

    /// Something has happened to a file: its time begins anew.
    pub(super) fn notice(&mut self, file: OsString, hint: Hint, clock: impl Fn() -> Instant) {
        let path = self.folder.join(&file);
        // Renaming says nothing about what a link leads to.
        let complete = hint == Hint::RenamedInto && is_plain_file(&path);
        let quiet = if complete { Duration::ZERO } else { self.options.quiet };
        self.files.entry(file).or_default().pending =
            Some(Pending::since(look(&path), quiet, clock));
    }

    /// Looks for changes that nobody announced; `present` are the folder's files.
    pub(super) fn sweep(&mut self, present: BTreeSet<OsString>, clock: impl Fn() -> Instant) {
        for file in present {
            self.files.entry(file).or_default();
        }
        for (file, tracked) in &mut self.files {
            // What is pending is looked at again in any case.
            if tracked.pending.is_none() {
                let seen = look(&self.folder.join(file));
                if tracked.judged.as_ref() != Some(&seen) {
                    tracked.pending = Some(Pending::since(seen, self.options.quiet, &clock));
                }
            }
        }
    }

    /// When the next file is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.next().map(|(_, due)| due)
    }

    fn next(&self) -> Option<(&OsStr, Instant)> {
        let pending =
            self.files.iter().filter_map(|(file, it)| Some((&**file, it.pending.as_ref()?.due)));
        pending.min_by_key(|(_, due)| *due)
    }

    /// Judges the file that is due first; it may be that there is nothing to say.
    pub(super) fn judge(&mut self, clock: impl Fn() -> Instant) -> Option<FolderNews> {
        let (file, due) = self.next()?;
        if due > clock() {
            return None;
        }
        let file = file.to_owned();
        let path = self.folder.join(&file);
        let tracked = self.files.get_mut(&file)?;
        let pending = tracked.pending.take()?;
        let seen = look(&path);
        let verdict = if seen == pending.seen {
            if seen == Look::Absent {
                return self.missing(&file, path);
            }
            assess(&path, &seen, self.options.max_bytes)
        } else {
            Verdict::Moving
        };
        match verdict {
            Verdict::Moving => {
                tracked.pending = Some(Pending::since(look(&path), self.options.quiet, clock));
                None
            }
            Verdict::File(file) => {
                tracked.judged = Some(seen);
                let solved = tracked.told.take().is_some();
                let new = tracked.sha256.as_ref() != Some(&file.sha256);
                tracked.sha256 = Some(file.sha256.clone());
                (new || solved).then_some(FolderNews::File(file))
            }
            Verdict::Problem(problem) => {
                // Reading may work the next time, with the file as it is.
                tracked.judged = (problem.code != "unreadable").then(|| seen.clone());
                let new = tracked.told.as_ref() != Some(&seen);
                tracked.told = Some(seen);
                new.then_some(FolderNews::Problem(problem))
            }
        }
    }

    fn missing(&mut self, file: &OsStr, path: PathBuf) -> Option<FolderNews> {
        if !self.folder.is_dir() {
            // It may come back as a whole, so its files are not given up.
            self.files.get_mut(file)?.judged = None;
            return None;
        }
        let tracked = self.files.remove(file)?;
        (tracked.sha256.is_some() || tracked.told.is_some())
            .then(|| FolderNews::Gone { name: name_of(&path), path })
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// How it is watched.
    pub(super) fn options(&self) -> &WatchOptions {
        &self.options
    }
}
