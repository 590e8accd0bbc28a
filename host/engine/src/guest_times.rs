//! How long the calls of a revision took.

use std::fmt;
use std::time::Duration;

use histogram::{AtomicHistogram, Config, Histogram};

/// Buckets are at most 1/16 wide, which is exact enough to compare revisions.
const GROUPING_POWER: u8 = 4;

/// Up to 2^36 nanoseconds, more than a minute; 528 buckets, about 4 KiB.
const MAX_VALUE_POWER: u8 = 36;

/// Counts the guest time of calls. A few nanoseconds for each.
pub(crate) struct GuestClock(Option<AtomicHistogram>);

impl GuestClock {
    pub(crate) fn new() -> Self {
        // The parameters are right; were they not, nothing would be counted.
        let config = Config::new(GROUPING_POWER, MAX_VALUE_POWER).ok();
        Self(config.as_ref().map(AtomicHistogram::with_config))
    }

    pub(crate) fn record(&self, duration: Duration) {
        const LONGEST: u64 = (1 << MAX_VALUE_POWER) - 1;
        if let Some(histogram) = &self.0 {
            let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
            // It fails for values beyond the longest only.
            let _ = histogram.increment(nanos.min(LONGEST));
        }
    }

    pub(crate) fn read(&self) -> GuestTimes {
        GuestTimes(self.0.as_ref().map(AtomicHistogram::load))
    }
}

/// The guest times of a revision's calls in live traffic, up to some moment.
///
/// A time is known to a sixteenth: it may be given as that much longer.
#[derive(Clone, PartialEq)]
pub struct GuestTimes(Option<Histogram>);

impl GuestTimes {
    /// Those after an earlier moment.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let (Some(now), Some(then)) = (&self.0, &earlier.0) else { return self.clone() };
        // It fails for another revision's only, of which nothing can be taken away.
        Self(Some(now.checked_sub(then).unwrap_or_else(|_| now.clone())))
    }

    /// How many calls.
    pub fn calls(&self) -> u64 {
        self.0.as_ref().map_or(0, |histogram| histogram.as_slice().iter().sum())
    }

    /// The time that this share of the calls took at most, in percent; `None` where
    /// there are no calls.
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        let bucket = self.0.as_ref()?.quantile_bucket(percent / 100.0).ok()??;
        Some(Duration::from_nanos(bucket.end()))
    }

    /// The longest call; `None` where there are no calls.
    pub fn max(&self) -> Option<Duration> {
        self.percentile(100.0)
    }
}

impl fmt::Debug for GuestTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestTimes")
            .field("calls", &self.calls())
            .field("p50", &self.percentile(50.0))
            .field("p95", &self.percentile(95.0))
            .field("max", &self.max())
            .finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn times_since_a_moment_are_its_own() {
        let clock = GuestClock::new();
        assert_eq!((clock.read().calls(), clock.read().percentile(95.0)), (0, None));
        (0..100).for_each(|_| clock.record(Duration::from_micros(50)));
        let before = clock.read();
        (0..90).for_each(|_| clock.record(Duration::from_millis(1)));
        (0..10).for_each(|_| clock.record(Duration::from_millis(8)));
        let since = clock.read().since(&before);
        assert_eq!((before.calls(), since.calls(), clock.read().calls()), (100, 100, 200));
        let near = |found: Option<Duration>, ms: f64| {
            let found = found.unwrap().as_secs_f64() * 1000.0;
            assert!((found - ms).abs() < ms / 8.0, "{found} is not near {ms}");
        };
        near(before.percentile(95.0), 0.05);
        near(since.percentile(50.0), 1.0);
        near(since.percentile(90.0), 1.0);
        near(since.percentile(95.0), 8.0);
        near(since.max(), 8.0);
    }

    #[test]
    fn short_calls_and_endless_ones_count_as_what_they_are() {
        let clock = GuestClock::new();
        clock.record(Duration::from_nanos(12_300));
        let median = clock.read().percentile(50.0).unwrap().as_nanos();
        assert!((12_300..12_300 * 17 / 16).contains(&median), "{median}");
        clock.record(Duration::from_secs(3600));
        assert_eq!(clock.read().calls(), 2);
        assert!(clock.read().max() > Some(Duration::from_secs(60)));
    }

    #[test]
    fn of_another_revision_nothing_is_taken_away() {
        let (one, other) = (GuestClock::new(), GuestClock::new());
        one.record(Duration::from_micros(10));
        other.record(Duration::from_micros(99));
        assert_eq!(one.read().since(&other.read()), one.read());
    }
}
