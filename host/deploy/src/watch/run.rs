//! The thread that watches.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::inbox::Inbox;
use super::look::{identity, is_missing, list};
use super::subscription::{Subscription, advice};
use super::tracker::Tracker;
use super::{FolderNews, WatchOptions};

/// How often a folder that is away is looked for.
const SEARCH: Duration = Duration::from_millis(200);

/// A folder being watched.
#[derive(Debug)]
pub(super) struct Run {
    tracker: Tracker,
    news: mpsc::Sender<FolderNews>,
    inbox: Arc<Inbox>,
    subscription: Option<Subscription>,
    swept_at: Option<Instant>,
    next_sweep: Instant,
    /// What is wrong and was logged.
    trouble: Option<String>,
}

impl Run {
    pub(super) fn new(
        folder: PathBuf,
        known: BTreeMap<String, String>,
        options: WatchOptions,
        news: mpsc::Sender<FolderNews>,
    ) -> Self {
        Self {
            tracker: Tracker::new(folder, known, options),
            news,
            inbox: Arc::default(),
            subscription: None,
            swept_at: None,
            next_sweep: Instant::now(),
            trouble: None,
        }
    }

    /// Watches until it is told to stop, or nobody receives any more.
    pub(super) async fn until(mut self, mut stopped: oneshot::Receiver<()>) {
        loop {
            let now = Instant::now();
            self.listen(now);
            if self.next_sweep <= now {
                self.sweep(now);
            }
            let due = self.tracker.next_due();
            let ready = due.is_some_and(|due| due <= now);
            let wake = due.filter(|_| !ready).map_or(self.next_sweep, |it| it.min(self.next_sweep));
            tokio::select! {
                biased;
                _ = &mut stopped => return,
                // The file is read when there is room for it: what becomes of it
                // before that is of no interest to anyone.
                room = self.news.reserve(), if ready => {
                    let Ok(room) = room else { return };
                    if let Some(news) = self.tracker.judge(Instant::now) {
                        room.send(news);
                    }
                }
                () = self.news.closed() => return,
                () = self.inbox.filled() => {}
                () = tokio::time::sleep_until(wake.into()) => {}
            }
        }
    }

    /// Takes what the system has said.
    fn listen(&mut self, now: Instant) {
        let heard = self.inbox.take();
        for (file, hint) in heard.files {
            self.tracker.notice(file, hint, Instant::now);
        }
        if heard.moved {
            self.subscription = None;
            self.next_sweep = now;
        }
        if heard.sweep {
            // At once, but not again and again for a busy folder.
            let soonest = self.swept_at.map_or(now, |it| it + self.tracker.options().quiet);
            self.next_sweep = self.next_sweep.min(soonest);
        }
    }

    /// Looks at everything.
    fn sweep(&mut self, now: Instant) {
        let rescan = self.tracker.options().rescan;
        self.swept_at = Some(now);
        self.next_sweep = now + rescan;
        // Listens first, then looks: nothing falls in between.
        let told = self.subscribe();
        match told.and_then(|told| Ok((told, list(self.tracker.folder())?))) {
            Ok((told, present)) => {
                self.tracker.sweep(present, Instant::now);
                self.report(told);
            }
            Err(error) => {
                if is_missing(&error) {
                    self.subscription = None;
                    self.next_sweep = now + rescan.min(SEARCH);
                }
                self.report(Some(format!(
                    "the folder cannot be read: {error}; what serves goes on serving; make the \
                     folder again, or let this process's user read it"
                )));
            }
        }
    }

    /// Lets the system tell of changes; says why it does not.
    fn subscribe(&mut self) -> std::io::Result<Option<String>> {
        let folder = self.tracker.folder();
        let of = identity(&folder.metadata()?);
        if self.subscription.as_ref().is_some_and(|it| it.of == of) {
            return Ok(None);
        }
        self.subscription = None;
        match Subscription::new(folder, of, &self.inbox) {
            Ok(subscription) => {
                self.subscription = Some(subscription);
                Ok(None)
            }
            Err(error) => Ok(Some(format!(
                "changes are not announced by the system ({error}), so the folder is read every \
                 {:?} instead; {}",
                self.tracker.options().rescan,
                advice(&error)
            ))),
        }
    }

    /// Logs trouble once, and its end.
    fn report(&mut self, trouble: Option<String>) {
        if self.trouble == trouble {
            return;
        }
        let folder = self.tracker.folder().display();
        match &trouble {
            Some(trouble) => tracing::warn!(%folder, "watched folder: {trouble}"),
            None => tracing::info!(%folder, "the folder is watched again"),
        }
        self.trouble = trouble;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ends_when_nobody_receives_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let (sender, receiver) = mpsc::channel(1);
        let (_stop, stopped) = oneshot::channel();
        let options = WatchOptions::default();
        let run = Run::new(folder.path().to_owned(), BTreeMap::new(), options, sender);
        drop(receiver);
        let ended = tokio::time::timeout(Duration::from_secs(10), run.until(stopped)).await;
        assert!(ended.is_ok());
    }
}
