//! Keys of the configuration about how messages are handed on.

use std::time::Duration;

use eclusa_model::Seconds;
use eclusa_relay::{BreakerPolicy, PausePolicy, RelayConfig, RetryPolicy, STANDARD_PAUSES};
use serde::Deserialize;

use super::{ConfigError, check_least};

/// How messages are handed on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// How long a request to a chat or to the platform may take, with its body,
    /// in milliseconds. Default 15,000.
    pub timeout_ms: u64,
    /// How many requests may be under way at once. Default 256.
    pub concurrent: usize,
    /// How many of them to one destination: a channel's chat, or the platform.
    /// Default 32. A channel may say otherwise.
    pub concurrent_per_destination: usize,
    /// The pauses between the attempts of a message or event, in seconds. It becomes
    /// a dead letter when the attempt after the last one fails. Default: the
    /// schedule of Standard Webhooks, 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20
    /// and 24 hours. A channel may say otherwise.
    pub retry: Vec<Seconds>,
    /// By how much a pause may be longer at random: 0.2 for up to a fifth. Default
    /// 0.2. It keeps what failed together from coming back together.
    pub retry_jitter: f64,
    /// When a host that fails is left alone for a while.
    pub breaker: Breaker,
    /// When a destination is paused without a person.
    pub pause: Pause,
}

/// When a host that fails is left alone for a while. What is for it waits, and uses
/// up no attempts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Breaker {
    /// After so many failures in a row: no connection, no complete response, a
    /// status of 500 or above. Default 10; 0 switches it off.
    pub failures: u32,
    /// The first pause, in seconds; each further one is twice as long. Default 5.
    pub first_pause: Seconds,
    /// The longest pause, in seconds: so long a host that is well again may wait
    /// for its first request. Default 60.
    pub longest_pause: Seconds,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { failures: 10, first_pause: Seconds::new(5.0), longest_pause: Seconds::new(60.0) }
    }
}

/// When a destination is paused without a person.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pause {
    /// After so many dead letters in a row, with no success between them. Default
    /// 20; 0 switches it off.
    pub letters: u32,
    /// And only where the first and the last of them are so far apart, in seconds.
    /// Default 60.
    pub over: Seconds,
}

impl Default for Pause {
    fn default() -> Self {
        Self { letters: 20, over: Seconds::new(60.0) }
    }
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            timeout_ms: 15_000,
            concurrent: 256,
            concurrent_per_destination: 32,
            retry: STANDARD_PAUSES.map(|seconds| Seconds::new(seconds as f64)).into(),
            retry_jitter: 0.2,
            breaker: Breaker::default(),
            pause: Pause::default(),
        }
    }
}

impl Delivery {
    /// The part of it that the relay keeps.
    pub(crate) fn relay(&self) -> RelayConfig {
        let over_ms = i64::try_from(self.pause.over.duration().as_millis()).unwrap_or(i64::MAX);
        RelayConfig {
            retry: RetryPolicy {
                pauses: self.retry.iter().map(|pause| pause.duration()).collect(),
                jitter: self.retry_jitter,
                ..RetryPolicy::default()
            },
            breaker: BreakerPolicy {
                failures: self.breaker.failures,
                first_pause: self.breaker.first_pause.duration(),
                longest_pause: self.breaker.longest_pause.duration(),
                // One that tries has its time, and some for the adapter.
                patience: Duration::from_millis(self.timeout_ms.saturating_mul(2)),
            },
            pause: PausePolicy { letters: self.pause.letters, over_ms },
            concurrency: self.concurrent,
            per_destination: self.concurrent_per_destination,
        }
    }

    /// Checks what the types alone cannot say.
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        check_least(&[
            ("delivery.timeout_ms", self.timeout_ms, 1),
            ("delivery.concurrent", self.concurrent as u64, 1),
            ("delivery.concurrent_per_destination", self.concurrent_per_destination as u64, 1),
        ])?;
        let wrong = |key, what: &str| Err(ConfigError::Value(key, what.to_owned()));
        let week = "0 to 604800 seconds";
        if self.retry.len() > 1000 || !self.retry.iter().all(|pause| pause.is_valid()) {
            return wrong("delivery.retry", "at most 1000 pauses of 0 to 604800 seconds");
        }
        if !(0.0..=1.0).contains(&self.retry_jitter) {
            return wrong("delivery.retry_jitter", "0 to 1");
        }
        if !self.pause.over.is_valid() {
            return wrong("delivery.pause.over", week);
        }
        let at_least_a_moment =
            |pause: Seconds| pause.is_valid() && pause.duration() >= Duration::from_millis(10);
        if !at_least_a_moment(self.breaker.first_pause) {
            return wrong("delivery.breaker.first_pause", "0.01 to 604800 seconds");
        }
        if !at_least_a_moment(self.breaker.longest_pause) {
            return wrong("delivery.breaker.longest_pause", "0.01 to 604800 seconds");
        }
        Ok(())
    }
}
