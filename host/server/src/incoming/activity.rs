//! What a connection is doing, and until when it may go on with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// No such time.
const NEVER: u64 = u64::MAX;

/// How long a connection may do nothing, and how long the head of a request may
/// take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) idle: Duration,
    pub(super) head: Duration,
}

/// What is to be done about a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing before this time.
    Wait(Instant),
    /// It has done nothing for too long.
    Idle,
    /// The head of a request did not arrive in time.
    HeadLate,
}

/// What a connection is doing. The connection's own parts tell it; times are
/// milliseconds since it was opened.
#[derive(Debug)]
pub(super) struct Activity {
    opened: Instant,
    under_way: AtomicUsize,
    idle_since: AtomicU64,
    head_since: AtomicU64,
    http2: AtomicBool,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            opened: Instant::now(),
            under_way: AtomicUsize::new(0),
            idle_since: AtomicU64::new(0),
            head_since: AtomicU64::new(NEVER),
            http2: AtomicBool::new(false),
        }
    }

    /// It speaks HTTP/2, where bytes can come without a request.
    pub(super) fn is_http2(&self) {
        self.http2.store(true, Ordering::Relaxed);
    }

    /// Bytes came: of a head, where no request is under way.
    pub(super) fn bytes_came(&self) {
        if self.under_way.load(Ordering::Relaxed) == 0
            && self.head_since.load(Ordering::Relaxed) == NEVER
        {
            self.head_since.store(self.now(), Ordering::Relaxed);
        }
    }

    /// A head is complete. The request is under way until what is returned is
    /// dropped.
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        self.head_since.store(NEVER, Ordering::Relaxed);
        UnderWay(Arc::clone(self))
    }

    /// Whether a request is under way.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.load(Ordering::Acquire) > 0
    }

    /// What is to be done now.
    pub(super) fn verdict(&self, patience: Patience) -> Verdict {
        let now = Instant::now();
        if self.is_under_way() {
            // It may end at once, so it is looked at again as soon as it matters.
            return Verdict::Wait(now + patience.idle.min(patience.head));
        }
        let head_since = self.head_since.load(Ordering::Relaxed);
        if head_since != NEVER && !self.http2.load(Ordering::Relaxed) {
            let end = self.at(head_since) + patience.head;
            return if end <= now { Verdict::HeadLate } else { Verdict::Wait(end) };
        }
        let end = self.at(self.idle_since.load(Ordering::Relaxed)) + patience.idle;
        if end <= now {
            return Verdict::Idle;
        }
        // A head may begin meanwhile.
        Verdict::Wait(end.min(now + patience.head))
    }

    fn at(&self, millis: u64) -> Instant {
        self.opened + Duration::from_millis(millis)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }
}

/// A request under way.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<Activity>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        // First the time: who sees no request under way must not see an old one.
        self.0.idle_since.store(self.0.now(), Ordering::Relaxed);
        self.0.under_way.fetch_sub(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience =
        Patience { idle: Duration::from_secs(60), head: Duration::from_secs(10) };

    async fn pass(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_request_is_idle() {
        let activity = Activity::new();
        pass(59).await;
        assert!(matches!(activity.verdict(PATIENCE), Verdict::Wait(_)));
        pass(1).await;
        assert_eq!(activity.verdict(PATIENCE), Verdict::Idle);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_dribbles_in_gets_no_more_time_for_each_byte() {
        let activity = Activity::new();
        pass(30).await;
        for _ in 0..9 {
            activity.bytes_came();
            pass(1).await;
            assert!(matches!(activity.verdict(PATIENCE), Verdict::Wait(_)));
        }
        pass(1).await;
        activity.bytes_came();
        assert_eq!(activity.verdict(PATIENCE), Verdict::HeadLate);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_under_way_may_take_its_time_and_idleness_counts_from_its_end() {
        let activity = Arc::new(Activity::new());
        activity.bytes_came();
        let request = activity.begin();
        pass(600).await;
        assert!(matches!(activity.verdict(PATIENCE), Verdict::Wait(_)));
        assert!(activity.is_under_way());
        drop(request);
        pass(59).await;
        assert!(matches!(activity.verdict(PATIENCE), Verdict::Wait(_)));
        assert!(!activity.is_under_way());
        pass(1).await;
        assert_eq!(activity.verdict(PATIENCE), Verdict::Idle);
    }

    #[tokio::test(start_paused = true)]
    async fn on_http2_bytes_are_no_head() {
        let activity = Activity::new();
        activity.is_http2();
        activity.bytes_came();
        pass(30).await;
        assert!(matches!(activity.verdict(PATIENCE), Verdict::Wait(_)));
        pass(30).await;
        assert_eq!(activity.verdict(PATIENCE), Verdict::Idle);
    }
}
