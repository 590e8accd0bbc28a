//! How fast a destination is spoken to: the generic cell rate algorithm, which
//! keeps one time per destination. No clock: the time is passed in.

/// Microseconds in a second.
const SECOND_US: f64 = 1_000_000.0;

/// A rate with a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    interval_us: i64,
    burst: u32,
}

impl Pace {
    /// So many in a second, and so many at once after a pause; `None` where that
    /// is no rate.
    pub(crate) fn new(per_second: f64, burst: u32) -> Option<Self> {
        if !per_second.is_finite() || per_second <= 0.0 {
            return None;
        }
        // The cast keeps to the bounds of the type.
        let interval_us = ((SECOND_US / per_second).ceil() as i64).clamp(1, i64::MAX >> 24);
        Some(Self { interval_us, burst: burst.max(1) })
    }

    /// Milliseconds from one to the next, rounded up.
    pub(crate) fn interval_ms(self) -> i64 {
        self.interval_us.saturating_add(999) / 1000
    }

    /// How far the time of arrival may be ahead of the clock.
    fn tolerance_us(self) -> i64 {
        self.interval_us.saturating_mul(i64::from(self.burst) - 1)
    }
}

/// What has gone out, as far as it matters for the next one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Meter {
    /// When the next one would arrive, if all came evenly.
    arrival_us: i64,
    /// When the last one went out.
    last_us: i64,
}

impl Meter {
    /// When the next one may go out, in milliseconds.
    pub(super) fn ready_at(&self, pace: Pace, now_ms: i64) -> i64 {
        let now_us = now_ms.saturating_mul(1000);
        let tolerance = pace.tolerance_us();
        // A pace that was slower until now does not hold back this one.
        let latest = now_us.saturating_add(tolerance).saturating_add(pace.interval_us);
        let ready_us = self.arrival_us.min(latest).saturating_sub(tolerance);
        ready_us.saturating_add(999).div_euclid(1000)
    }

    /// One goes out.
    pub(super) fn take(&mut self, pace: Pace, now_ms: i64) {
        let now_us = now_ms.saturating_mul(1000);
        let latest = now_us.saturating_add(pace.tolerance_us());
        self.last_us = now_us;
        self.arrival_us = self.arrival_us.clamp(now_us, latest).saturating_add(pace.interval_us);
    }

    /// One that was taken at this time did not go out after all. Where another one
    /// went out since, it stays counted: what it made later is not known any more.
    pub(super) fn give_back(&mut self, pace: Pace, taken_ms: i64) {
        if taken_ms.saturating_mul(1000) == self.last_us {
            self.arrival_us = self.arrival_us.saturating_sub(pace.interval_us);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Meter, Pace};

    #[test]
    fn what_is_no_rate_is_none() {
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Pace::new(wrong, 1), None, "{wrong}");
        }
    }

    proptest! {
        /// In any stretch of time no more go out than the burst and the rate allow,
        /// and who always sends as soon as it may keeps the rate.
        #[test]
        fn the_rate_is_kept_and_reached(
            per_second in 0.01_f64..2000.0,
            burst in 1_u32..50,
            gaps in prop::collection::vec(0_i64..3000, 2..120),
        ) {
            let Some(pace) = Pace::new(per_second, burst) else { return Ok(()) };
            let mut meter = Meter::default();
            let mut sent = Vec::new();
            let mut now = 0;
            for gap in gaps {
                now += gap;
                now = now.max(meter.ready_at(pace, now));
                prop_assert!(meter.ready_at(pace, now) <= now);
                meter.take(pace, now);
                sent.push(now);
            }
            for (first, from) in sent.iter().enumerate() {
                for (last, to) in sent.iter().enumerate().skip(first) {
                    let allowed = f64::from(burst) + (to - from) as f64 / 1000.0 * per_second;
                    prop_assert!((last - first + 1) as f64 <= allowed + 1e-6);
                }
            }
        }
    }
}
