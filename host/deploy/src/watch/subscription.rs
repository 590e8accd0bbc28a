//! Being told of changes by the system.

use std::path::Path;
use std::sync::Arc;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::inbox::Inbox;
use super::look::Identity;

/// What the system tells of one folder goes to an inbox until it is dropped.
#[derive(Debug)]
pub(super) struct Subscription {
    /// Which folder; another one may take its place.
    pub(super) of: Identity,
    _watcher: RecommendedWatcher,
}

impl Subscription {
    pub(super) fn new(folder: &Path, of: Identity, inbox: &Arc<Inbox>) -> notify::Result<Self> {
        let inbox = Arc::clone(inbox);
        let heard = folder.to_owned();
        let mut watcher = notify::recommended_watcher(move |event| inbox.hear(&heard, event))?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        // A folder that is a link may be led elsewhere, which only the folder with
        // the link in it knows. Without this the rescan finds out.
        if folder.is_symlink()
            && let Some(parent) = folder.parent()
            && let Err(error) = watcher.watch(parent, RecursiveMode::NonRecursive)
        {
            tracing::debug!(%error, "the link to the watched folder is not watched");
        }
        Ok(Self { of, _watcher: watcher })
    }
}

/// What to do where the system does not tell.
pub(super) fn advice(error: &notify::Error) -> &'static str {
    let full = match &error.kind {
        notify::ErrorKind::MaxFilesWatch => true,
        notify::ErrorKind::Io(error) => {
            // Too many instances of inotify, or open files.
            matches!(error.raw_os_error(), Some(code)
                if code == rustix::io::Errno::MFILE.raw_os_error()
                || code == rustix::io::Errno::NFILE.raw_os_error())
        }
        _ => false,
    };
    if full {
        "raise fs.inotify.max_user_watches, fs.inotify.max_user_instances or the limit of open \
         files, or let fewer programs watch files"
    } else {
        "use a folder on a local disk to have files taken at once"
    }
}
