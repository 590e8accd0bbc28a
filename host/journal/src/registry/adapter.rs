//! What serves under an adapter's name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Policy;

/// What serves under an adapter's name, and by which rules it changes.
/// Revisions are named by their SHA-256 in hexadecimal.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdapterRecord {
    /// The adapter's name.
    pub name: String,
    /// Grows by one with every change.
    pub revision: u64,
    /// By which rules candidates go live.
    pub policy: Policy,
    /// What serves; `None` before the first revision passed its checks.
    pub active: Option<Served>,
    /// What served before it, the last one at the end: where a rollback leads.
    pub history: Vec<Served>,
    /// What serves is watched, and what takes over where it proves worse.
    pub trial: Option<TrialRecord>,
    /// A share of the conversations is on a candidate.
    pub canary: Option<CanaryRecord>,
    /// What waits for a person.
    pub waiting: Option<Served>,
    /// Channels that an operator has set to one revision.
    pub pins: BTreeMap<String, String>,
    /// Channels that stay behind, since they lack what the active one needs.
    pub holds: BTreeMap<String, Hold>,
    /// Revisions that can serve at once, newest first, the active one among them.
    pub kept: Vec<KeptRevision>,
    /// The last file that was taken from the adapters' folder, so that a restart
    /// does not take the same again.
    pub folder: Option<String>,
}

/// A revision, and the deployment by which it serves, has served or may serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Served {
    /// The revision.
    pub revision: String,
    /// The deployment.
    pub deployment: String,
}

/// A revision that went live not long ago.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialRecord {
    /// The deployment.
    pub deployment: String,
    /// What takes over.
    pub predecessor: String,
    /// When it went live, RFC 3339.
    pub since: String,
    /// When it counts as proven, in Unix milliseconds.
    pub until_ms: i64,
}

/// A candidate that serves a share of the conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryRecord {
    /// The deployment.
    pub deployment: String,
    /// The candidate.
    pub candidate: String,
    /// The share of conversations in percent.
    pub percent: u8,
    /// When it began, RFC 3339.
    pub since: String,
    /// When it takes over, in Unix milliseconds.
    pub until_ms: i64,
    /// After how many calls it takes over before that.
    pub calls: Option<u32>,
}

/// Why a channel stays on an older revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The revision it stays on.
    pub revision: String,
    /// What the channel lacks: JSON pointer into the channel, and why.
    pub missing: Vec<(String, String)>,
}

/// A revision that can serve at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptRevision {
    /// SHA-256 of its file.
    pub sha256: String,
    /// The version that its manifest states.
    pub version: String,
    /// The version of `eclusa:adapter` it was built against.
    pub interface: String,
    /// Size of its file in bytes.
    pub bytes: u64,
    /// When it passed its checks, RFC 3339.
    pub added_at: String,
}
