//! When a token was last let in, kept to the minute.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use eclusa_journal::Journal;
use tokio::sync::mpsc;

/// At most one write for a token in this time, in milliseconds.
const STEP_MS: i64 = 60_000;

/// So many notes may wait; more are left out, and come a minute later.
const WAITING: usize = 256;

/// When it was last noted that a token was let in, in Unix milliseconds.
pub(super) struct LastUse(AtomicI64);

impl LastUse {
    pub(super) fn new(last: Option<i64>) -> Self {
        Self(AtomicI64::new(last.unwrap_or(i64::MIN)))
    }

    /// The time that is known.
    pub(super) fn get(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|last| *last != i64::MIN)
    }

    /// It is let in now; whether that is to be written down. A clock that was set
    /// back writes too.
    pub(super) fn step(&self, now_ms: i64) -> bool {
        let last = self.0.load(Ordering::Relaxed);
        let due = now_ms.saturating_sub(last) >= STEP_MS || now_ms < last;
        due && self.0.compare_exchange(last, now_ms, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Writes uses down, away from the requests that they belong to.
pub(super) struct Notes(mpsc::Sender<(String, i64)>);

impl Notes {
    /// Ends when it is dropped.
    pub(super) fn start(journal: Arc<dyn Journal>) -> Self {
        let (sender, mut notes) = mpsc::channel::<(String, i64)>(WAITING);
        tokio::spawn(async move {
            while let Some((name, at_ms)) = notes.recv().await {
                if let Err(error) = journal.token_used(name, at_ms).await {
                    tracing::debug!(%error, "the use of a token was not written down");
                }
            }
        });
        Self(sender)
    }

    pub(super) fn add(&self, name: &str, at_ms: i64) {
        // Where too many wait, the next minute's note says the same.
        let _ = self.0.try_send((name.to_owned(), at_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::LastUse;

    #[test]
    fn a_minute_of_requests_is_one_write() {
        let last = LastUse::new(None);
        let writes: Vec<_> = (0..180_001).filter(|ms| last.step(*ms)).collect();
        assert_eq!(writes, [0, 60_000, 120_000, 180_000]);
        assert!(last.step(5), "the clock was set back");
        assert_eq!(last.get(), Some(5));
    }
}
