//! What an adapter may use up.

use std::path::PathBuf;
use std::time::Duration;

/// Limits of one call and of one adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How long a call may run.
    pub guest_time: Duration,
    /// How large the memory of an adapter may become.
    pub memory_bytes: usize,
    /// How much one call may return: its strings and the lists around them.
    pub output_bytes: usize,
    /// How many events one `receive` may return.
    pub max_events: usize,
    /// How much one call may write to the log, and how much of what it writes
    /// to standard output and standard error is kept.
    pub log_bytes: usize,
    /// How large an adapter's file may be.
    pub component_bytes: usize,
    /// How many calls run at the same time; the size of the pool of memories.
    pub max_concurrent_calls: usize,
    /// How long a call waits for its turn before it is refused as `busy`.
    pub queue_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            guest_time: Duration::from_millis(50),
            memory_bytes: 64 << 20,
            output_bytes: 1 << 20,
            max_events: 500,
            log_bytes: 16 << 10,
            component_bytes: 64 << 20,
            max_concurrent_calls: 64,
            queue_time: Duration::from_secs(1),
        }
    }
}

/// How an [`Engine`](crate::Engine) is set up.
#[derive(Debug, Clone, Default)]
pub struct EngineConfig {
    /// What an adapter may use up.
    pub limits: Limits,
    /// The host's own folder for compiled code. Nobody else may be able to write
    /// to it. Without one, every start compiles anew.
    pub cache_dir: Option<PathBuf>,
}
