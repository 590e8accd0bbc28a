//! When a failed delivery is tried again.

use std::time::{Duration, UNIX_EPOCH};

/// When a failed delivery is tried again: exponential backoff with full jitter.
///
/// The wait after attempt `n` is drawn evenly from nothing to
/// `first × 2^(n-1)`, at most `cap`. Full jitter spreads the attempts of many
/// conversations that failed at the same moment.
///
/// With the defaults the waits add up to 2½ hours on average, 5 at most, plus
/// what `Retry-After` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Longest wait after the first attempt.
    pub first: Duration,
    /// Longest wait after any attempt.
    pub cap: Duration,
    /// After so many attempts a delivery becomes a dead letter.
    pub max_attempts: u32,
    /// No `Retry-After` is believed beyond this.
    pub max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            cap: Duration::from_secs(3600),
            max_attempts: 16,
            max_retry_after: Duration::from_secs(3600),
        }
    }
}

impl RetryPolicy {
    /// Shortest wait: full jitter may draw nothing at all, which would spend the
    /// attempts on a destination that had no time to recover.
    const FLOOR: Duration = Duration::from_millis(100);

    /// How long to wait after `made` attempts; `None` where it is time to give
    /// up.
    ///
    /// `retry_after` is what the destination asked for: the wait is at least
    /// that (within its bound). `random` is drawn evenly from 0 to 1.
    pub fn delay(&self, made: u32, retry_after: Option<Duration>, random: f64) -> Option<Duration> {
        if made >= self.max_attempts {
            return None;
        }
        let doublings = made.saturating_sub(1).min(31);
        let longest = self.first.saturating_mul(1 << doublings).min(self.cap);
        let random = if random.is_finite() { random.clamp(0.0, 1.0) } else { 1.0 };
        let backoff = longest.mul_f64(random).max(Self::FLOOR);
        Some(match retry_after {
            // A little more than what was asked for: all conversations of a
            // destination were asked to come back at the same moment.
            Some(asked) => {
                let asked = asked.min(self.max_retry_after);
                backoff.max(asked.saturating_add(self.first.mul_f64(random)))
            }
            None => backoff,
        })
    }
}

/// Reads a `Retry-After` header: seconds, or an HTTP date.
pub fn retry_after(value: &str, now_ms: i64) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit mean "very long".
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let date = date.duration_since(UNIX_EPOCH).ok()?;
    let now = Duration::from_millis(u64::try_from(now_ms).ok()?);
    Some(date.saturating_sub(now))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT

    #[test]
    fn the_bound_doubles_up_to_the_cap() {
        let policy = RetryPolicy::default();
        let longest = |made| policy.delay(made, None, 1.0).map(|delay| delay.as_secs());
        assert_eq!(longest(1), Some(1));
        assert_eq!(longest(2), Some(2));
        assert_eq!(longest(11), Some(1024));
        assert_eq!(longest(13), Some(3600));
        assert_eq!(longest(15), Some(3600));
        assert_eq!(longest(16), None);
        assert_eq!(longest(u32::MAX), None);
    }

    #[test]
    fn retry_after_is_a_lower_bound_with_a_limit() {
        let policy = RetryPolicy::default();
        let delay = |asked| policy.delay(1, Some(Duration::from_secs(asked)), 0.0).unwrap();
        assert_eq!(delay(30), Duration::from_secs(30));
        assert_eq!(delay(0), RetryPolicy::FLOOR);
        assert_eq!(delay(1_000_000), Duration::from_secs(3600));
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        assert_eq!(retry_after("120", NOW), Some(Duration::from_secs(120)));
        assert_eq!(retry_after(" 0 ", NOW), Some(Duration::ZERO));
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:50:07 GMT", NOW),
            Some(Duration::from_secs(30))
        );
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:07 GMT", NOW), Some(Duration::ZERO));
        assert_eq!(
            retry_after("99999999999999999999999", NOW),
            Some(Duration::from_secs(u64::from(u32::MAX)))
        );
        for wrong in ["", "soon", "-1", "1.5", "1e3"] {
            assert_eq!(retry_after(wrong, NOW), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_delay_stays_in_its_bounds(
            made in 0_u32..40,
            asked in proptest::option::of(0_u64..u64::MAX),
            random in proptest::num::f64::ANY,
        ) {
            let policy = RetryPolicy::default();
            let delay = policy.delay(made, asked.map(Duration::from_secs), random);
            prop_assert_eq!(delay.is_none(), made >= policy.max_attempts);
            if let Some(delay) = delay {
                prop_assert!(delay >= RetryPolicy::FLOOR);
                prop_assert!(delay <= policy.cap.max(policy.max_retry_after) + policy.first);
                if let Some(asked) = asked {
                    let asked = Duration::from_secs(asked).min(policy.max_retry_after);
                    prop_assert!(delay >= asked);
                }
            }
        }
    }
}
