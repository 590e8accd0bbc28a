//! Keys of the configuration about the journal's disk, and what stays on it.

use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, check_least};

/// How the journal uses its disk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// Requests and messages are refused with 503 while less than this is free on
    /// the data folder's disk, in bytes; deliveries go on and can be recorded.
    /// Backups leave as much free on their disk. Default 256 MiB. Raise it where much
    /// is pending and the disk is shared.
    pub min_free_bytes: u64,
    /// Where `POST /v1/backups` and `eclusa backup` put backups. Default `backups`
    /// in the data folder. Set it to another disk.
    pub backups: Option<PathBuf>,
    /// All rows of the journal are read, and their checksums compared, once in about so
    /// many days, in the background; a small journal sooner. 0: never. Default 7. Lower
    /// it to less than the days for which backups are kept; raise it where reading all of
    /// a large journal in a week disturbs others on its disk.
    pub scrub_days: u32,
}

impl Default for Storage {
    fn default() -> Self {
        Self { min_free_bytes: 256 << 20, backups: None, scrub_days: 7 }
    }
}

impl Storage {
    /// Checks what the types alone cannot say.
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        check_least(&[("storage.min_free_bytes", self.min_free_bytes, 1 << 20)])
    }
}

/// How long what was recorded is kept. Without any of it all is kept. What is still
/// to be handed on, channels, adapters and deployments are never removed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Requests, events and messages with their attempts, in days. Default: for
    /// ever. At least `dedupe_days`.
    pub days: Option<u32>,
    /// Requests that could not be mapped, and dead letters, in days. A letter goes
    /// with the message or event it is of, so not before `days`. Default: for ever.
    pub letter_days: Option<u32>,
    /// Entries of the audit log, in days. Default: for ever.
    pub audit_days: Option<u32>,
    /// The oldest goes while the journal's records take more than this, in bytes.
    /// Default: no limit. At least 1 MiB.
    pub max_bytes: Option<u64>,
    /// For so many days a message that comes again is known as such; nothing
    /// younger is removed by `max_bytes`. Default 7. Raise it for chats that
    /// deliver again after longer.
    pub dedupe_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: None, letter_days: None, audit_days: None, max_bytes: None, dedupe_days: 7 }
    }
}

impl Retention {
    /// Checks what the types alone cannot say.
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let dedupe_days = u64::from(self.dedupe_days);
        check_least(&[
            ("retention.dedupe_days", dedupe_days, 1),
            ("retention.days", u64::from(self.days.unwrap_or(u32::MAX)), dedupe_days),
            ("retention.letter_days", u64::from(self.letter_days.unwrap_or(1)), 1),
            ("retention.audit_days", u64::from(self.audit_days.unwrap_or(1)), 1),
            ("retention.max_bytes", self.max_bytes.unwrap_or(u64::MAX), 1 << 20),
        ])
    }
}
