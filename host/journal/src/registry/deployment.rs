//! One attempt to put a revision into service.

use serde::{Deserialize, Serialize};

use super::{Mode, ShadowReport};

/// One attempt to put a revision into service, with all its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// A ULID.
    pub id: String,
    /// The adapter's name.
    pub adapter: String,
    /// SHA-256 of the file, in hexadecimal.
    pub revision: String,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// What served when it came.
    pub predecessor: Option<String>,
    /// The way it came.
    pub door: Door,
    /// Who brought it: a token's name, or `folder`.
    pub actor: String,
    /// The mode by which it is decided.
    pub mode: Mode,
    /// When it came, RFC 3339.
    pub created_at: String,
    /// When its state last changed, RFC 3339.
    pub updated_at: String,
    /// How far it has come.
    pub state: DeploymentState,
    /// Why it is in this state, where that is not plain.
    pub reason: Option<DeploymentReason>,
    /// The stages so far, in their order.
    pub stages: Vec<StageRecord>,
    /// What its manifest says otherwise than its predecessor's.
    pub changes: Vec<ManifestChange>,
    /// What recorded traffic becomes in it and in its predecessor.
    pub shadow: Option<ShadowReport>,
}

/// The way by which a revision came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// A file of the adapters' folder.
    Folder,
    /// The API or the command line.
    Api,
}

/// How far a deployment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentState {
    /// Its checks run.
    Checking,
    /// A check was not passed.
    Rejected,
    /// It waits for a person.
    Waiting,
    /// A person has declined it.
    Declined,
    /// It serves a share of the conversations.
    Canary,
    /// It serves, and is watched.
    Trial,
    /// It serves, and has proven itself.
    Live,
    /// It has served, or could have; a newer one took its place.
    Superseded,
    /// It proved worse, or a person took it back.
    RolledBack,
    /// The same bytes served already.
    Unchanged,
    /// The process ended while it was checked, or the host could not do the checks.
    Interrupted,
}

impl DeploymentState {
    /// Whether no more can happen to it by itself, unless another one comes.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Checking | Self::Canary | Self::Trial)
    }
}

/// Why a deployment is in its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeploymentReason {
    /// The stage that was not passed, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Stable, in snake case.
    pub code: String,
    /// What was found.
    pub message: String,
    /// What to do.
    pub action: String,
    /// More about it, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
}

/// One stage of the checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageRecord {
    /// `format`, `world`, `imports`, `memory`, `compile`, `instantiate`,
    /// `describe`, `samples`, `requirements`, `shadow`.
    pub stage: String,
    /// It was passed.
    pub ok: bool,
    /// The code of the failure where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How long it took.
    pub duration_ms: f64,
    /// What was found, in one sentence.
    pub message: String,
}

/// A part of the manifest that an operator should know of before it goes live:
/// secrets, settings, verification, limits, interface version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestChange {
    /// JSON pointer into the manifest; `/interface` is the interface version.
    pub pointer: String,
    /// What it was; `null` where it was not there.
    pub before: serde_json::Value,
    /// What it is; `null` where it is not there any more.
    pub after: serde_json::Value,
}
