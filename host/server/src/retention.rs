//! Removes what is older than the configuration keeps.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eclusa_journal::{Cut, JournalError, PruneCursor, Removed, Upkeep};
use eclusa_relay::Clock;
use tokio::sync::watch;

use crate::config::Retention;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How often it is looked for something old.
const PAUSE: Duration = Duration::from_secs(600);

/// Between two parts, so that the writer is free for others most of the time.
const BREATH: Duration = Duration::from_millis(10);

/// A clock that was set by more than this is not believed.
const LEAP_MS: i64 = 60 * 60 * 1000;

/// What is old enough to go. `None`: nothing is.
fn cut(retention: &Retention, days: Option<u32>, now_ms: i64) -> Option<Cut> {
    let before = |days: u32| now_ms.saturating_sub(i64::from(days).saturating_mul(DAY_MS));
    let cut = Cut {
        // Nothing was accepted before 1970.
        before_ms: days.map_or(0, before),
        letters_before_ms: retention.letter_days.map(before),
        audit_before_ms: retention.audit_days.map(before),
    };
    let some = [days, retention.letter_days, retention.audit_days].iter().any(Option::is_some);
    some.then_some(cut)
}

/// Whether the clock on the wall has gone on as fast as time does since the start.
/// One that was set far ahead would make everything old.
struct Steady {
    wall_ms: i64,
    since: Instant,
}

impl Steady {
    fn leap_ms(&self, wall_ms: i64, now: Instant) -> i64 {
        let passed = now.saturating_duration_since(self.since).as_millis();
        let passed = i64::try_from(passed).unwrap_or(i64::MAX);
        wall_ms.saturating_sub(self.wall_ms).saturating_sub(passed)
    }
}

/// Removes what is old until the server stops.
pub(crate) async fn run(
    upkeep: Arc<dyn Upkeep>,
    clock: Arc<dyn Clock>,
    retention: Retention,
    mut stopped: watch::Receiver<bool>,
) {
    let steady = Steady { wall_ms: clock.now_ms(), since: Instant::now() };
    // Not at once: who has started with a wrong clock has time to see it.
    while tokio::time::timeout(PAUSE, stopped.wait_for(|stop| *stop)).await.is_err() {
        let now_ms = clock.now_ms();
        let leap_ms = steady.leap_ms(now_ms, Instant::now());
        if leap_ms.abs() > LEAP_MS {
            tracing::warn!(
                leap_ms,
                "the clock was set: nothing is removed for its age until the next start"
            );
            continue;
        }
        match round(&*upkeep, &retention, now_ms, &stopped).await {
            Ok(removed) if removed.is_nothing() => {}
            Ok(removed) => tracing::info!(?removed, "old records were removed"),
            Err(error) => tracing::error!(%error, "old records could not be removed"),
        }
    }
}

/// Removes what is old by its age, then the oldest while all of it takes too much
/// room.
async fn round(
    upkeep: &dyn Upkeep,
    retention: &Retention,
    now_ms: i64,
    stopped: &watch::Receiver<bool>,
) -> Result<Removed, JournalError> {
    let mut removed = Removed::default();
    if let Some(cut) = cut(retention, retention.days, now_ms) {
        removed.add(pass(upkeep, &cut, 0, stopped).await?);
    }
    if let Some(max_bytes) = retention.max_bytes
        && let Some(cut) = cut(retention, Some(retention.dedupe_days), now_ms)
    {
        removed.add(pass(upkeep, &cut, max_bytes, stopped).await?);
    }
    Ok(removed)
}

/// Removes what is old, until no more than so many bytes are in use.
async fn pass(
    upkeep: &dyn Upkeep,
    cut: &Cut,
    enough_bytes: u64,
    stopped: &watch::Receiver<bool>,
) -> Result<Removed, JournalError> {
    let mut removed = Removed::default();
    let mut next = Some(PruneCursor::START);
    while let Some(from) = next.take() {
        if is_over(stopped) {
            break;
        }
        if enough_bytes > 0 && upkeep.used_bytes().await? <= enough_bytes {
            break;
        }
        let pruned = upkeep.prune(cut.clone(), from).await?;
        removed.add(pruned.removed);
        next = pruned.next;
        tokio::time::sleep(BREATH).await;
    }
    Ok(removed)
}

fn is_over(stopped: &watch::Receiver<bool>) -> bool {
    *stopped.borrow()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use eclusa_journal::{
        Accept, Journal, Mapping, MemoryJournal, Page, RawRequest, RevisionRef, Traffic,
    };

    use super::*;

    fn retention() -> Retention {
        Retention { days: Some(30), ..Retention::default() }
    }

    async fn filled() -> MemoryJournal {
        let journal = MemoryJournal::new();
        let raw = RawRequest {
            received_at: "2026-01-01T00:00:00Z".to_owned(),
            method: "POST".to_owned(),
            path: String::new(),
            query: vec![],
            headers: vec![],
            body: "{}".to_owned(),
        };
        let revision = RevisionRef { adapter: "open".to_owned(), sha256: "ab".repeat(32) };
        let mapping = Mapping::Mapped { revision, events: vec![], warnings: vec![] };
        let channel = "shop".to_owned();
        let (verified_by, traceparent) = (None, None);
        journal
            .accept(Accept { channel, raw, mapping, verified_by, push: false, traceparent })
            .await
            .unwrap();
        journal
    }

    async fn left(journal: &MemoryJournal) -> usize {
        journal.requests(Page { limit: 10, ..Page::default() }).await.unwrap().len()
    }

    #[tokio::test]
    async fn what_is_older_than_its_days_goes() {
        let journal = filled().await;
        let now_ms = eclusa_journal::Clock::now_ms(&eclusa_journal::SystemClock);
        let (_stop, stopped) = watch::channel(false);
        let after = |days: i64| now_ms + days * DAY_MS;
        for (retention, days, kept) in [
            (Retention::default(), 10_000, 1),
            (retention(), 29, 1),
            (Retention { max_bytes: Some(1 << 30), ..Retention::default() }, 10_000, 1),
            (retention(), 31, 0),
        ] {
            round(&journal, &retention, after(days), &stopped).await.unwrap();
            assert_eq!(left(&journal).await, kept, "{retention:?} after {days} days");
        }
    }

    #[test]
    fn a_clock_that_was_set_is_noticed() {
        let start = Instant::now();
        let steady = Steady { wall_ms: 1_000, since: start };
        let later = start + Duration::from_secs(3600);
        assert_eq!(steady.leap_ms(3_601_000, later), 0);
        assert_eq!(steady.leap_ms(1_000 + 3_600_000 + DAY_MS, later), DAY_MS);
        assert_eq!(steady.leap_ms(1_000, later), -3_600_000);
    }
}
