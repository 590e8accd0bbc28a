//! How a journal is, for readiness and metrics.

use serde::Serialize;

use crate::ScrubStatus;

/// How a journal is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Why nothing new is taken in; `None` where it is.
    pub refusal: Option<Refusal>,
    /// What writes.
    pub writer: WriterStatus,
    /// The disk; `None` for a journal in memory.
    pub disk: Option<DiskStatus>,
    /// What is to be handed on.
    pub pending: PendingStatus,
    /// What comparing the rows' checksums has found; `None` for a journal in memory.
    pub scrub: Option<ScrubStatus>,
}

/// Why nothing new is taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", content = "detail", rename_all = "snake_case")]
pub enum Refusal {
    /// Less is free than the limit. It goes on by itself once there is room.
    DiskFull(String),
    /// The storage failed for good: the process ends.
    StorageFailed(String),
}

/// What writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WriterStatus {
    /// Whether it runs.
    pub alive: bool,
    /// Requests and messages that wait to be recorded.
    pub queued: usize,
    /// More than these are refused as busy.
    pub queue_limit: usize,
    /// When something was last recorded since the start, RFC 3339.
    pub last_commit_at: Option<String>,
}

/// The disk of the data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DiskStatus {
    /// Free bytes.
    pub free_bytes: u64,
    /// Nothing new is taken in below so many.
    pub min_free_bytes: u64,
}

/// What is to be handed on, counted every few seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PendingStatus {
    /// How many deliveries, those that are held with them.
    pub count: u64,
    /// When the oldest was accepted, RFC 3339.
    pub oldest_at: Option<String>,
    /// How long ago that was, in seconds.
    pub oldest_age_seconds: u64,
}

impl PendingStatus {
    /// Of so many deliveries, the first of which has this number.
    pub(crate) fn new(count: u64, oldest: Option<i64>, now_ms: i64) -> Self {
        let oldest_ms = oldest.map(crate::id::ms_of);
        let age_ms = oldest_ms.map_or(0, |ms| now_ms.saturating_sub(ms).max(0));
        Self {
            count,
            oldest_at: oldest_ms.map(crate::rfc3339),
            oldest_age_seconds: age_ms.unsigned_abs() / 1000,
        }
    }
}
