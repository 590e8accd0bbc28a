//! When a failed delivery is tried again.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// When a failed delivery is tried again: after each pause of a list, each longer
/// by a random part. When the list is over, the delivery becomes a dead letter.
///
/// The default is the schedule of Standard Webhooks: ten attempts over some 75
/// hours.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// The pause after the first attempt, the second one, and so on.
    pub pauses: Arc<[Duration]>,
    /// By how much a pause may be longer: 0.2 for up to a fifth. It spreads the
    /// attempts of many conversations that failed at the same moment.
    pub jitter: f64,
    /// No `Retry-After` is believed beyond this.
    pub max_retry_after: Duration,
}

/// The pauses of Standard Webhooks, in seconds: 5 seconds, 5 and 30 minutes, 2, 5,
/// 10, 14, 20 and 24 hours.
pub const STANDARD_PAUSES: [u64; 9] =
    [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            pauses: STANDARD_PAUSES.map(Duration::from_secs).into(),
            jitter: 0.2,
            max_retry_after: Duration::from_secs(3600),
        }
    }
}

impl RetryPolicy {
    /// Shortest pause: none at all would spend the attempts on a destination that
    /// had no time to recover.
    const FLOOR: Duration = Duration::from_millis(10);

    /// The same with other pauses.
    #[must_use]
    pub fn with_pauses(&self, pauses: &[Duration]) -> Self {
        Self { pauses: pauses.into(), ..self.clone() }
    }

    /// How long to wait after `made` attempts; `None` where it is time to give
    /// up.
    ///
    /// `retry_after` is what the destination asked for: the wait is at least
    /// that (within its bound). `random` is drawn evenly from 0 to 1.
    pub fn delay(&self, made: u32, retry_after: Option<Duration>, random: f64) -> Option<Duration> {
        let pause = self.pause(made)?;
        let asked = retry_after.unwrap_or_default().min(self.max_retry_after);
        Some(self.longer(pause.max(asked), random))
    }

    /// No wait after `made` attempts is longer, whatever was asked for.
    pub fn longest(&self, made: u32) -> Duration {
        let pause = self.pause(made).unwrap_or_default();
        self.longer(pause.max(self.max_retry_after), 1.0)
    }

    fn pause(&self, made: u32) -> Option<Duration> {
        let place = usize::try_from(made.saturating_sub(1)).ok()?;
        self.pauses.get(place).map(|pause| (*pause).max(Self::FLOOR))
    }

    /// Never less than it was: all conversations of a destination are asked to come
    /// back at the same moment.
    fn longer(&self, pause: Duration, random: f64) -> Duration {
        let random = if random.is_finite() { random.clamp(0.0, 1.0) } else { 1.0 };
        let jitter = if self.jitter.is_finite() { self.jitter.clamp(0.0, 1.0) } else { 0.0 };
        pause.saturating_add(pause.mul_f64(random * jitter))
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
    fn the_default_is_the_schedule_of_standard_webhooks() {
        let policy = RetryPolicy::default();
        let pauses: Vec<u64> = (1..)
            .map_while(|made| policy.delay(made, None, 0.0))
            .map(|pause| pause.as_secs())
            .collect();
        let hour = 3600;
        assert_eq!(
            pauses,
            [5, 300, 1800, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour]
        );
        assert_eq!(policy.delay(u32::MAX, None, 0.0), None);
    }

    #[test]
    fn jitter_makes_a_pause_longer_by_its_part_at_most() {
        let policy = RetryPolicy { jitter: 0.5, ..RetryPolicy::default() };
        let delay = |random| policy.delay(2, None, random).unwrap().as_secs();
        assert_eq!([delay(0.0), delay(0.5), delay(1.0)], [300, 375, 450]);
    }

    #[test]
    fn retry_after_is_a_lower_bound_with_a_limit() {
        let policy = RetryPolicy::default();
        let delay = |asked| policy.delay(1, Some(Duration::from_secs(asked)), 0.0).unwrap();
        assert_eq!(delay(30), Duration::from_secs(30));
        assert_eq!(delay(0), Duration::from_secs(5));
        assert_eq!(delay(1_000_000), Duration::from_secs(3600));
    }

    #[test]
    fn no_pause_is_nothing_at_all() {
        let policy = RetryPolicy::default().with_pauses(&[Duration::ZERO]);
        assert_eq!(policy.delay(1, None, 0.0), Some(RetryPolicy::FLOOR));
        assert_eq!(policy.delay(2, None, 0.0), None);
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
            prop_assert_eq!(delay.is_none(), made > 9);
            if let Some(delay) = delay {
                prop_assert!(delay >= RetryPolicy::FLOOR);
                prop_assert!(delay <= policy.longest(made));
                if let Some(asked) = asked {
                    let asked = Duration::from_secs(asked).min(policy.max_retry_after);
                    prop_assert!(delay >= asked);
                }
            }
        }
    }
}
