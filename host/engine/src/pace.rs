//! Whether the calls of a revision are short enough to run where they arrive.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The moving average of a revision's recent calls. Short calls run on the thread
/// that awaits them, which saves two thread switches of some microseconds each;
/// long ones would hold up everything else on that thread.
#[derive(Debug)]
pub(crate) struct Pace {
    nanos: AtomicU64,
}

/// Up to here a call is short.
const SHORT: Duration = Duration::from_millis(1);

impl Pace {
    /// Of a revision that has not been called yet, the worst is assumed.
    pub(crate) fn unknown() -> Self {
        Self { nanos: AtomicU64::new(u64::MAX) }
    }

    pub(crate) fn is_short(&self) -> bool {
        u128::from(self.nanos.load(Ordering::Relaxed)) < SHORT.as_nanos()
    }

    /// Takes a call into account. Two calls that end at the same time may lose
    /// one of them, which does no harm.
    pub(crate) fn record(&self, duration: Duration) {
        let sample = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let average = match self.nanos.load(Ordering::Relaxed) {
            u64::MAX => sample,
            average => average - average / 8 + sample / 8,
        };
        self.nanos.store(average.min(u64::MAX - 1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_call_leaves_the_fast_path_and_short_ones_lead_back() {
        let pace = Pace::unknown();
        assert!(!pace.is_short());
        pace.record(Duration::from_micros(10));
        assert!(pace.is_short());
        pace.record(Duration::from_millis(50));
        assert!(!pace.is_short());
        for _ in 0..20 {
            pace.record(Duration::from_micros(10));
        }
        assert!(pace.is_short());
    }
}
