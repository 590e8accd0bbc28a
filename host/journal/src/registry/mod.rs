//! What is known of adapters: their revisions, what became of each, and who
//! decided so.

mod adapter;
mod audit;
mod deployment;
mod evidence;
mod policy;

use async_trait::async_trait;

pub use adapter::{AdapterRecord, CanaryRecord, Hold, KeptRevision, Served, TrialRecord};
pub use audit::{AuditAbout, AuditAction, AuditEntry, AuditSubject, SubjectKind};
pub use deployment::{
    Deployment, DeploymentReason, DeploymentState, Door, ManifestChange, StageRecord,
};
pub use evidence::{
    Change, ChangeKind, ChannelShadow, Comparison, Example, FailureGroup, Latency, ShadowReport,
};
pub use policy::{CanaryPolicy, Mode, Policy, RollbackPolicy, ShadowPolicy};

use crate::{JournalError, Page};

/// The durable record of adapters, in the journal's database and folder. Each
/// method is one transaction; writes are fsynced before it returns.
#[async_trait]
pub trait Registry: Send + Sync + 'static {
    /// Keeps a component's bytes under their SHA-256. Keeping them again changes
    /// nothing.
    async fn put_component(&self, sha256: String, bytes: Vec<u8>) -> Result<(), JournalError>;

    /// A component's bytes; `None` where they are not kept, or are not whole any
    /// more.
    async fn component(&self, sha256: String) -> Result<Option<Vec<u8>>, JournalError>;

    /// Forgets a component's bytes.
    async fn remove_component(&self, sha256: String) -> Result<(), JournalError>;

    /// All adapters, by name.
    async fn adapters(&self) -> Result<Vec<AdapterRecord>, JournalError>;

    /// Records what has changed, in one commit: the adapter's new state, its
    /// deployments and who did it.
    ///
    /// # Errors
    /// `RevisionConflict` where the adapter's `revision` is not one more than the
    /// newest (1 for a new one); nothing is recorded then.
    async fn record(&self, change: RegistryChange) -> Result<(), JournalError>;

    /// One deployment.
    async fn deployment(&self, id: String) -> Result<Option<Deployment>, JournalError>;

    /// Deployments, newest first; `page.channel` is not used.
    async fn deployments(
        &self,
        adapter: Option<String>,
        page: Page,
    ) -> Result<Vec<Deployment>, JournalError>;

    /// Who did what, newest first; `about`: only to this. `page.channel` is not
    /// used.
    async fn audit(
        &self,
        about: Option<AuditAbout>,
        page: Page,
    ) -> Result<Vec<AuditEntry>, JournalError>;
}

/// What is recorded in one commit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RegistryChange {
    /// The adapter's new state, where it has changed.
    pub adapter: Option<AdapterRecord>,
    /// Deployments, new ones and changed ones, each as a whole.
    pub deployments: Vec<Deployment>,
    /// What happened, in its order.
    pub audit: Vec<AuditEntry>,
}
