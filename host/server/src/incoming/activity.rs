//! What a connection is doing, and until when it may go on with it.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::taking::Taking;

/// How long a connection may do nothing, how long the head of a request may take,
/// and how long the caller may take nothing of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) idle: Duration,
    pub(super) head: Duration,
    pub(super) write: Duration,
}

impl Patience {
    /// Anything may begin at any time: it is looked at again as soon as it could
    /// matter.
    pub(super) fn shortest(self) -> Duration {
        self.idle.min(self.head).min(self.write)
    }
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
    /// The caller has taken nothing of an answer for too long.
    Stalled,
}

/// What a connection is doing. The connection's own parts tell it.
#[derive(Debug)]
pub(super) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    /// The requests under way, by what is taken of their answers.
    under_way: Vec<Arc<Taking>>,
    idle_since: Instant,
    head_since: Option<Instant>,
    /// It speaks HTTP/2, where bytes can come without a request.
    http2: bool,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State {
            under_way: Vec::new(),
            idle_since: Instant::now(),
            head_since: None,
            http2: false,
        }))
    }

    /// It speaks HTTP/2.
    pub(super) fn is_http2(&self) {
        self.0.lock().http2 = true;
    }

    /// Bytes came: of a head, where no request is under way.
    pub(super) fn bytes_came(&self) {
        let mut state = self.0.lock();
        if state.under_way.is_empty() && state.head_since.is_none() {
            state.head_since = Some(Instant::now());
        }
    }

    /// A head is complete. The request is under way until what is returned is
    /// dropped.
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        let taking = Arc::new(Taking::default());
        let mut state = self.0.lock();
        state.under_way.push(Arc::clone(&taking));
        state.head_since = None;
        UnderWay { activity: Arc::clone(self), taking }
    }

    /// Whether a request is under way.
    pub(super) fn is_under_way(&self) -> bool {
        !self.0.lock().under_way.is_empty()
    }

    /// What is to be done now.
    pub(super) fn verdict(&self, patience: Patience) -> Verdict {
        let now = Instant::now();
        let state = self.0.lock();
        if !state.under_way.is_empty() {
            // All may end at once, and an answer may begin to wait.
            let latest = now + patience.shortest();
            let stalled = state.under_way.iter().filter_map(|it| it.nothing_since()).min();
            let end = stalled.map_or(latest, |since| since + patience.write);
            return if end <= now { Verdict::Stalled } else { Verdict::Wait(end.min(latest)) };
        }
        if let Some(since) = state.head_since.filter(|_| !state.http2) {
            let end = since + patience.head;
            return if end <= now { Verdict::HeadLate } else { Verdict::Wait(end) };
        }
        let end = state.idle_since + patience.idle;
        if end <= now {
            return Verdict::Idle;
        }
        // A head may begin meanwhile.
        Verdict::Wait(end.min(now + patience.head))
    }
}

/// A request under way, until nothing of its answer is left to be taken.
#[derive(Debug)]
pub(super) struct UnderWay {
    activity: Arc<Activity>,
    taking: Arc<Taking>,
}

impl UnderWay {
    /// What is taken of its answer.
    pub(super) fn taking(&self) -> &Taking {
        &self.taking
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.activity.0.lock();
        state.under_way.retain(|it| !Arc::ptr_eq(it, &self.taking));
        state.idle_since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        idle: Duration::from_secs(60),
        head: Duration::from_secs(10),
        write: Duration::from_secs(30),
    };

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

    #[tokio::test(start_paused = true)]
    async fn one_answer_that_is_not_taken_counts_whatever_others_do() {
        let activity = Arc::new(Activity::new());
        let (stalled, other, _third) = (activity.begin(), activity.begin(), activity.begin());
        pass(600).await;
        stalled.taking().began();
        for _ in 0..3 {
            assert!(matches!(activity.verdict(PATIENCE), Verdict::Wait(_)));
            other.taking().began();
            pass(10).await;
        }
        assert_eq!(activity.verdict(PATIENCE), Verdict::Stalled);
        drop(stalled);
        assert!(matches!(activity.verdict(PATIENCE), Verdict::Wait(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_looked_at_again_when_an_answer_could_have_stalled() {
        let activity = Arc::new(Activity::new());
        let answer = activity.begin();
        let now = Instant::now();
        assert_eq!(activity.verdict(PATIENCE), Verdict::Wait(now + PATIENCE.head));
        answer.taking().began();
        pass(25).await;
        assert_eq!(activity.verdict(PATIENCE), Verdict::Wait(now + PATIENCE.write));
    }
}
