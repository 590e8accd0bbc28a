//! What a call used up and said.

use std::time::Duration;

use serde::Serialize;

/// The answer to a call, and what the call used up.
#[derive(Debug, Clone, PartialEq)]
pub struct Called<T> {
    /// The answer.
    pub value: T,
    /// What the call used up and said.
    pub report: CallReport,
}

/// What a call used up and said.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct CallReport {
    /// From the start of the instance to the converted answer, without waiting.
    pub duration: Duration,
    /// How large the guest's memory was at its largest.
    pub memory_bytes: usize,
    /// What the guest logged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<LogLine>,
    /// The guest logged more than is kept.
    pub log_cut: bool,
}

/// A line that a guest logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// The text.
    pub text: String,
}

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For whoever writes the adapter.
    Debug,
    /// Worth knowing.
    Info,
    /// Something was off.
    Warn,
    /// Something failed.
    Error,
}
