//! By which rules an adapter's candidates go live.

use serde::{Deserialize, Serialize};

/// By which rules an adapter's candidates go live. In JSON every key has its
/// default; unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Who decides. Default `auto`.
    pub mode: Mode,
    /// How much of the recorded traffic is run through a candidate.
    pub shadow: ShadowPolicy,
    /// A share of the conversations first. Default: none, all at once.
    pub canary: Option<CanaryPolicy>,
    /// When a revision that went live is taken back.
    pub rollback: RollbackPolicy,
}

/// Who decides that a candidate goes live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It goes live by itself when every check passed and the shadow shows neither
    /// a new failure nor a latency beyond the rollback policy's; otherwise it is
    /// rejected.
    #[default]
    Auto,
    /// It goes live by itself when nothing differs; otherwise it waits for a
    /// person.
    Review,
    /// It always waits for a person.
    Manual,
}

/// How much of the recorded traffic is run through a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ShadowPolicy {
    /// Newest requests of each channel, 0 to 5,000. Default 200.
    pub requests: u32,
    /// Newest messages to each channel's chat, 0 to 5,000. Default 100.
    pub messages: u32,
}

impl Default for ShadowPolicy {
    fn default() -> Self {
        Self { requests: 200, messages: 100 }
    }
}

/// A share of the conversations first. A conversation stays on one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryPolicy {
    /// The share of conversations in percent, 1 to 99.
    pub percent: u8,
    /// For so long, in seconds, 1 to 604,800 (a week).
    pub seconds: u32,
    /// Or until the candidate has answered so many calls, whichever comes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<u32>,
}

/// When a revision that went live is taken back by itself. While this window is
/// open, a call that fails in it is answered by its predecessor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RollbackPolicy {
    /// For so long after going live, in seconds, 0 (never) to 604,800. Default 600.
    pub seconds: u32,
    /// A call counts as worse when it fails and the predecessor answers the same.
    /// At least so many must be worse, 1 or more. Default 3.
    pub failures: u32,
    /// And at least this share of all calls, in percent. Default 1.
    pub failure_percent: f64,
    /// Or: the 95th percentile of guest time is more than so many times the
    /// predecessor's. Default 3.
    pub latency_factor: f64,
    /// And longer than this, in milliseconds. Default 2.
    pub latency_floor_ms: f64,
    /// After at least so many calls of both. Default 100.
    pub latency_calls: u32,
}

impl Default for RollbackPolicy {
    fn default() -> Self {
        Self {
            seconds: 600,
            failures: 3,
            failure_percent: 1.0,
            latency_factor: 3.0,
            latency_floor_ms: 2.0,
            latency_calls: 100,
        }
    }
}

impl Policy {
    /// Checks what the types alone cannot say.
    ///
    /// # Errors
    /// JSON pointer of each wrong value, and what is expected there.
    pub fn validate(&self) -> Result<(), Vec<(&'static str, &'static str)>> {
        const WEEK: u32 = 7 * 24 * 60 * 60;
        let canary = self.canary.as_ref();
        let rollback = &self.rollback;
        let positive = |value: f64| value.is_finite() && value >= 0.0;
        let rules = [
            (self.shadow.requests <= 5_000, "/shadow/requests", "expected 0 to 5000"),
            (self.shadow.messages <= 5_000, "/shadow/messages", "expected 0 to 5000"),
            (
                canary.is_none_or(|canary| (1..=99).contains(&canary.percent)),
                "/canary/percent",
                "expected 1 to 99",
            ),
            (
                canary.is_none_or(|canary| (1..=WEEK).contains(&canary.seconds)),
                "/canary/seconds",
                "expected 1 to 604800",
            ),
            (canary.is_none_or(|c| c.calls != Some(0)), "/canary/calls", "expected 1 or more"),
            (rollback.seconds <= WEEK, "/rollback/seconds", "expected 0 to 604800"),
            (rollback.failures >= 1, "/rollback/failures", "expected 1 or more"),
            (
                (0.0..=100.0).contains(&rollback.failure_percent),
                "/rollback/failure_percent",
                "expected 0 to 100",
            ),
            (
                rollback.latency_factor.is_finite() && rollback.latency_factor >= 1.0,
                "/rollback/latency_factor",
                "expected 1 or more",
            ),
            (
                positive(rollback.latency_floor_ms),
                "/rollback/latency_floor_ms",
                "expected 0 or more",
            ),
            (rollback.latency_calls >= 1, "/rollback/latency_calls", "expected 1 or more"),
        ];
        let wrong: Vec<_> = rules
            .into_iter()
            .filter(|(holds, ..)| !holds)
            .map(|(_, pointer, expected)| (pointer, expected))
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}
