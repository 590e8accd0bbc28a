//! What comparing the rows' checksums in the background has found.

use serde::{Deserialize, Serialize};

/// A row that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DamagedRow {
    /// The table.
    pub table: String,
    /// The row: the id of a request, event or message; else its key.
    pub row: String,
}

/// What one part of it came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// Rows whose checksum was compared.
    pub rows: u64,
    /// What they hold, in bytes.
    pub bytes: u64,
    /// Those of them that are not as they were written.
    pub damaged: Vec<DamagedRow>,
    /// Whether it was the last part: the next one begins anew.
    pub ended: bool,
}

/// How far it has come; kept over restarts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ScrubStatus {
    /// When all rows had been read once more, RFC 3339; `None`: not yet.
    pub last_pass_at: Option<String>,
    /// The rows that the last whole pass found to be damaged, and those found since; at
    /// most 200. One that is read and found well by a whole pass is none any more.
    pub damaged: Vec<DamagedRow>,
}
