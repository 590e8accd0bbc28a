//! What the system says about a folder, until somebody has time for it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind, RenameMode};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::look::counts;

/// What happened to a file last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    /// It may be in the middle of something.
    Touched,
    /// It came from another name as a whole.
    RenamedInto,
}

/// What was heard. One entry for each name, however often it was named.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Files that count.
    pub(super) files: BTreeMap<OsString, Hint>,
    /// Something was lost, or changed that links may lead through.
    pub(super) sweep: bool,
    /// The folder is not where it was.
    pub(super) moved: bool,
}

/// Between the thread that hears and the one that acts.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    heard: Mutex<Heard>,
    filled: Notify,
}

impl Inbox {
    /// Takes what was heard.
    pub(super) fn take(&self) -> Heard {
        std::mem::take(&mut *self.heard.lock())
    }

    /// Waits until something was heard.
    pub(super) async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Hears an event of the folder, or that events cannot be had.
    pub(super) fn hear(&self, folder: &Path, event: notify::Result<notify::Event>) {
        let mut heard = self.heard.lock();
        match event {
            Ok(event) if event.need_rescan() => heard.sweep = true,
            Ok(event) => {
                let mut told = false;
                for path in &event.paths {
                    told |= heard.tell(folder, event.kind, path);
                }
                if !told {
                    return;
                }
            }
            Err(error) => {
                tracing::debug!(%error, "events of the watched folder were lost");
                heard.sweep = true;
            }
        }
        drop(heard);
        self.filled.notify_one();
    }
}

impl Heard {
    /// Notes an event of a path; says whether it means anything.
    fn tell(&mut self, folder: &Path, kind: EventKind, path: &Path) -> bool {
        let renames_or_removes = matches!(
            kind,
            EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
        );
        if path == folder {
            self.moved |= renames_or_removes;
            return renames_or_removes;
        }
        let (Some(file), Some(parent)) = (path.file_name(), path.parent()) else { return false };
        if parent != folder || !says_something(kind) {
            return false;
        }
        if counts(file) {
            let hint = match kind {
                EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Hint::RenamedInto,
                _ => Hint::Touched,
            };
            self.files.insert(file.to_owned(), hint);
            return true;
        }
        // As in mounted ConfigMaps, where `x.wasm` leads through `..data`.
        self.sweep |= renames_or_removes;
        renames_or_removes
    }
}

/// Not what the host's own reading causes, and not said twice.
fn says_something(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        // The same was said of each of the two names.
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::time::Duration;

    use notify::Event;
    use notify::event::{CreateKind, DataChange, Flag, MetadataKind, RemoveKind};

    use super::*;

    fn hear(events: Vec<notify::Result<Event>>) -> Heard {
        let inbox = Inbox::default();
        for event in events {
            inbox.hear(Path::new("/folder"), event);
        }
        inbox.take()
    }

    fn event(kind: EventKind, path: &str) -> notify::Result<Event> {
        Ok(Event::new(kind).add_path(path.into()))
    }

    const RENAMED: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::To));
    const WRITTEN: EventKind = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    const OPENED: EventKind = EventKind::Access(AccessKind::Open(AccessMode::Any));
    const CREATED: EventKind = EventKind::Create(CreateKind::File);

    #[test]
    fn lost_events_lead_to_a_sweep() {
        let overflow = Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan));
        assert!(hear(vec![overflow]).sweep);
        assert!(hear(vec![Err(notify::Error::generic("lost"))]).sweep);
    }

    #[test]
    fn the_last_event_of_a_file_counts() {
        let file = "/folder/x.wasm";
        let renamed = hear(vec![event(CREATED, file), event(RENAMED, file)]);
        assert_eq!(renamed.files.get(OsStr::new("x.wasm")), Some(&Hint::RenamedInto));
        let written = hear(vec![event(RENAMED, file), event(WRITTEN, file)]);
        assert_eq!(written.files.get(OsStr::new("x.wasm")), Some(&Hint::Touched));
    }

    #[tokio::test]
    async fn what_means_nothing_wakes_nobody() {
        let inbox = Inbox::default();
        let metadata = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        for (kind, path) in [
            (OPENED, "/folder/x.wasm"),
            (OPENED, "/folder"),
            (metadata, "/folder"),
            (WRITTEN, "/folder/x.wasm.part"),
            (CREATED, "/other/x.wasm"),
        ] {
            inbox.hear(Path::new("/folder"), event(kind, path));
            let woken = tokio::time::timeout(Duration::ZERO, inbox.filled()).await;
            assert!(woken.is_err(), "{kind:?} of {path}");
        }
        let heard = inbox.take();
        assert!(heard.files.is_empty() && !heard.sweep && !heard.moved, "{heard:?}");
    }

    #[test]
    fn a_link_beside_the_files_leads_to_a_sweep() {
        let heard = hear(vec![event(RENAMED, "/folder/..data")]);
        assert!(heard.sweep && heard.files.is_empty());
    }

    #[test]
    fn the_folder_itself_is_told_from_its_files() {
        for kind in [EventKind::Remove(RemoveKind::Folder), RENAMED] {
            let heard = hear(vec![event(kind, "/folder")]);
            assert!(heard.moved && heard.files.is_empty(), "{kind:?}");
        }
    }
}
