//! What became of a change of keys.

use serde::Serialize;

/// What became of a change of the key that encrypts secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct KeyRotation {
    /// Id of the key under which all secrets are now; `None` where nothing is on a
    /// disk.
    pub key: Option<String>,
    /// So many channels' secrets were under another.
    pub rewrapped: u64,
    /// So many were under this one already.
    pub unchanged: u64,
    /// Ids of the keys that nothing here needs any more; backups of before do.
    pub older: Vec<String>,
}
