//! Keys of the configuration about what requests and adapters may use up.

use std::time::Duration;

use eclusa_engine::Limits as EngineLimits;
use serde::Deserialize;

use super::{ConfigError, check_least};

/// What requests and adapters may use up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest body of a request from a chat, in bytes. Default 4 MiB. A channel
    /// can have a limit of its own: `limits.body_bytes` of its profile.
    pub body_bytes: usize,
    /// Largest limit that a channel may set for itself, in bytes. Default 32 MiB.
    pub channel_body_bytes: usize,
    /// How deep its JSON may be nested. Default 64.
    pub json_depth: usize,
    /// How long one call of an adapter may run, in milliseconds. Default 50.
    /// Raise it for adapters in JavaScript or Python.
    pub guest_time_ms: u64,
    /// How large an adapter's memory may become, in bytes. Default 64 MiB.
    pub guest_memory_bytes: usize,
    /// How much one call may return, in bytes. Default 1 MiB.
    pub guest_output_bytes: usize,
    /// How many events one request may become. Default 500.
    pub guest_events: usize,
    /// How many calls may run at the same time. Default 64. Each may take up to
    /// `guest_memory_bytes`.
    pub concurrent_calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let engine = EngineLimits::default();
        Self {
            body_bytes: 4 << 20,
            channel_body_bytes: 32 << 20,
            json_depth: 64,
            guest_time_ms: u64::try_from(engine.guest_time.as_millis()).unwrap_or(50),
            guest_memory_bytes: engine.memory_bytes,
            guest_output_bytes: engine.output_bytes,
            guest_events: engine.max_events,
            concurrent_calls: engine.max_concurrent_calls,
        }
    }
}

impl Limits {
    /// Checks what the types alone cannot say.
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        check_least(&[
            ("limits.body_bytes", self.body_bytes as u64, 1024),
            ("limits.channel_body_bytes", self.channel_body_bytes as u64, 1024),
            ("limits.json_depth", self.json_depth as u64, 1),
            ("limits.guest_time_ms", self.guest_time_ms, 1),
            ("limits.guest_memory_bytes", self.guest_memory_bytes as u64, 1 << 20),
            ("limits.guest_output_bytes", self.guest_output_bytes as u64, 1024),
            ("limits.guest_events", self.guest_events as u64, 1),
            ("limits.concurrent_calls", self.concurrent_calls as u64, 1),
        ])
    }

    /// The part of it that the engine keeps.
    pub fn engine(&self) -> EngineLimits {
        EngineLimits {
            guest_time: Duration::from_millis(self.guest_time_ms),
            memory_bytes: self.guest_memory_bytes,
            output_bytes: self.guest_output_bytes,
            max_events: self.guest_events,
            max_concurrent_calls: self.concurrent_calls,
            ..EngineLimits::default()
        }
    }
}
