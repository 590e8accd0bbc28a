//! Refused tokens: counted all, logged some.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use metrics::counter;

/// So much time lies between two lines of the log, in milliseconds.
const PAUSE_MS: i64 = 10_000;

/// Counts refusals, and writes a line for some of them: who tries many tokens must
/// not fill the disk. No line holds a token.
pub(super) struct Failures {
    /// When the next line may be written, in Unix milliseconds.
    next_ms: AtomicI64,
    /// How many were not logged since the last line.
    silent: AtomicU64,
}

impl Default for Failures {
    fn default() -> Self {
        Self { next_ms: AtomicI64::new(i64::MIN), silent: AtomicU64::new(0) }
    }
}

impl Failures {
    /// One more, for this reason (the code of the answer).
    pub(super) fn count(&self, reason: &'static str, now_ms: i64) {
        counter!("eclusa_token_refusals_total", "reason" => reason).increment(1);
        if let Some(silent) = self.line(now_ms) {
            tracing::warn!(reason, not_logged = silent, "a request with a wrong token was refused");
        }
    }

    /// Whether this one is logged, and how many before it were not.
    fn line(&self, now_ms: i64) -> Option<u64> {
        let next = self.next_ms.load(Ordering::Relaxed);
        // A pause that is too long comes from a clock that was set back since.
        let over = now_ms >= next || next.saturating_sub(now_ms) > PAUSE_MS;
        let due = over
            && self
                .next_ms
                .compare_exchange(next, now_ms + PAUSE_MS, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if due {
            return Some(self.silent.swap(0, Ordering::Relaxed));
        }
        self.silent.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_refusals_make_few_lines() {
        let failures = Failures::default();
        let lines: Vec<_> = (0..20_001).filter_map(|ms| failures.line(ms)).collect();
        assert_eq!(lines, [0, 9_999, 9_999]);
        assert_eq!(failures.line(1_000_000_000_000), Some(0));
        assert_eq!(failures.line(30_000), Some(0), "the clock was set back");
    }
}
