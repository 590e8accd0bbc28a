//! A revision that has to prove itself on live traffic.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use eclusa_engine::{CallError, Called, GuestTimes, Revision};
use eclusa_journal::registry::RollbackPolicy;
use eclusa_model::Problem;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use super::Answered;
use crate::shadow::in_own_words;

/// What a trial begins with.
#[derive(Debug)]
pub struct TrialStart {
    /// The deployment that is on trial.
    pub deployment: String,
    /// Who has to prove itself.
    pub candidate: Arc<Revision>,
    /// Who answers where the candidate fails.
    pub predecessor: Arc<Revision>,
    /// When the trial is over, in Unix milliseconds.
    pub until_ms: i64,
    /// Or after so many calls.
    pub calls: Option<u32>,
    /// Woken whenever the candidate was worse.
    pub alarm: Arc<Notify>,
}

/// A revision that has to prove itself on live traffic. Each call that fails in
/// it is answered by its predecessor as well, so it is known which failures are
/// its own, and nobody notices them.
#[derive(Debug)]
pub struct Trial {
    start: TrialStart,
    before: GuestTimes,
    calls: AtomicU64,
    worse: AtomicU64,
    causes: Mutex<BTreeMap<&'static str, Cause>>,
}

/// Calls that only the candidate failed, of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// How many.
    pub count: u64,
    /// The channel of the first.
    pub channel: String,
    /// What went wrong with the first, in the host's words.
    pub message: String,
}

/// How a trial stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Nothing speaks against the candidate; the trial goes on.
    Open,
    /// Nothing speaks against it, and the trial is over.
    Proven,
    /// It is worse than its predecessor.
    Worse(Finding),
}

/// Why a candidate is worse than its predecessor.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// It fails where its predecessor does not.
    Failures {
        /// Its calls so far.
        calls: u64,
        /// Those that only it failed.
        worse: u64,
        /// The failures by code.
        causes: BTreeMap<&'static str, Cause>,
    },
    /// It is slower.
    Latency {
        /// The 95th percentile of its guest time in milliseconds.
        candidate_ms: f64,
        /// The predecessor's.
        predecessor_ms: f64,
    },
}

/// A call that brought no answer of use.
#[derive(Debug)]
pub(super) struct Failure {
    code: &'static str,
    message: String,
    trapped: bool,
}

/// The code of all problems that a guest returns: their own codes are its own
/// words, and would let it fill the report.
const REFUSED: &str = "problem_returned";

impl Failure {
    /// A trap, a limit passed, or a problem. The host's own trouble is none.
    pub(super) fn of<T>(result: &Result<Called<Result<T, Problem>>, CallError>) -> Option<Self> {
        match result {
            Ok(Called { value: Err(_), .. }) => Some(Self {
                code: REFUSED,
                message: "the candidate returned a problem".to_owned(),
                trapped: false,
            }),
            Ok(_) => None,
            Err(error) => Self::of_error(error),
        }
    }

    /// A trap or a limit passed.
    pub(super) fn of_call<T>(result: &Result<Called<T>, CallError>) -> Option<Self> {
        result.as_ref().err().and_then(Self::of_error)
    }

    fn of_error(error: &CallError) -> Option<Self> {
        let message = || format!("`{}`: {}", error.call, in_own_words(error));
        (!error.retryable).then(|| Self { code: error.code, message: message(), trapped: true })
    }
}

impl Trial {
    /// A trial that begins now.
    pub fn new(start: TrialStart) -> Self {
        Self {
            before: start.candidate.guest_times(),
            start,
            calls: AtomicU64::new(0),
            worse: AtomicU64::new(0),
            causes: Mutex::default(),
        }
    }

    /// The deployment that is on trial.
    pub fn deployment(&self) -> &str {
        &self.start.deployment
    }

    /// Who has to prove itself.
    pub fn candidate(&self) -> &Arc<Revision> {
        &self.start.candidate
    }

    /// Who answers where the candidate fails.
    pub fn predecessor(&self) -> &Arc<Revision> {
        &self.start.predecessor
    }

    /// When it is over, in Unix milliseconds.
    pub fn until_ms(&self) -> i64 {
        self.start.until_ms
    }

    /// The candidate's calls so far, and those that only it failed.
    pub fn counts(&self) -> (u64, u64) {
        (self.calls.load(Ordering::Relaxed), self.worse.load(Ordering::Relaxed))
    }

    /// How it stands, by this rule.
    pub fn verdict(&self, rule: &RollbackPolicy, now_ms: i64) -> Verdict {
        let (calls, worse) = self.counts();
        #[allow(clippy::cast_precision_loss, reason = "a share need not be exact")]
        let share = 100.0 * worse as f64 / calls.max(1) as f64;
        if worse >= u64::from(rule.failures) && share >= rule.failure_percent {
            let causes = self.causes.lock().clone();
            return Verdict::Worse(Finding::Failures { calls, worse, causes });
        }
        if let Some(finding) = self.slower(rule) {
            return Verdict::Worse(finding);
        }
        let enough = self.start.calls.is_some_and(|goal| calls >= u64::from(goal));
        if enough || now_ms >= self.start.until_ms { Verdict::Proven } else { Verdict::Open }
    }

    fn slower(&self, rule: &RollbackPolicy) -> Option<Finding> {
        let candidate = self.start.candidate.guest_times().since(&self.before);
        let predecessor = self.start.predecessor.guest_times();
        let enough = u64::from(rule.latency_calls);
        if candidate.calls() < enough || predecessor.calls() < enough {
            return None;
        }
        let ms = |times: &GuestTimes| Some(times.percentile(95.0)?.as_secs_f64() * 1000.0);
        let (candidate_ms, predecessor_ms) = (ms(&candidate)?, ms(&predecessor)?);
        (candidate_ms > rule.latency_floor_ms
            && candidate_ms > predecessor_ms * rule.latency_factor)
            .then_some(Finding::Latency { candidate_ms, predecessor_ms })
    }

    /// Whether a conversation is in a share of all. It is as long as the trial
    /// lasts; another trial has another share.
    pub(super) fn has(&self, channel: &str, conversation: &str, percent: u8) -> bool {
        let mut hash = Sha256::new();
        for part in [self.start.deployment.as_str(), channel, conversation] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let [first, second, third, fourth, ..] = <[u8; 32]>::from(hash.finalize());
        u32::from_be_bytes([first, second, third, fourth]) % 100 < u32::from(percent)
    }

    /// Counts a call that did not fail. One that never ran does not count.
    pub(super) fn count<T>(&self, result: &Result<Called<T>, CallError>) {
        if result.is_ok() {
            self.calls.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a failure of the candidate's that nobody could answer for it.
    pub(super) fn blame(&self, channel: &str, failure: Failure) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.worse.fetch_add(1, Ordering::Relaxed);
        let mut causes = self.causes.lock();
        let Failure { code, message, .. } = failure;
        causes
            .entry(code)
            .or_insert_with(|| Cause { count: 0, channel: channel.to_owned(), message })
            .count += 1;
        drop(causes);
        self.start.alarm.notify_one();
    }

    /// The better one of a failed answer of the candidate's and its predecessor's
    /// answer to the same call.
    pub(super) fn choose<T: Usable>(
        &self,
        channel: &str,
        failure: Failure,
        candidate: Answered<T>,
        predecessor: Answered<T>,
    ) -> Answered<T> {
        let better = match &predecessor.result {
            Ok(called) => called.value.is_usable() || failure.trapped,
            // The host had no time for it: to ask again later is better than to fail.
            Err(error) if error.retryable => return predecessor,
            Err(_) => false,
        };
        if better {
            self.blame(channel, failure);
            predecessor
        } else {
            self.calls.fetch_add(1, Ordering::Relaxed);
            candidate
        }
    }
}

/// Whether an answer is of use, or a problem put into the contract's words.
pub(super) trait Usable {
    fn is_usable(&self) -> bool;
}

impl<T> Usable for Result<T, Problem> {
    fn is_usable(&self) -> bool {
        self.is_ok()
    }
}
