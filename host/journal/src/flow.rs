//! Service flows: what is asked of a journal, and what it answers.

use async_trait::async_trait;
use eclusa_flow::{Flow, FlowDocument, Session};
use serde::{Deserialize, Serialize};

use crate::JournalError;
use crate::registry::AuditEntry;

/// So many attendances are gone on with by one call of [`Flows::advance_flows`] at most.
pub const LONGEST_ADVANCE: u32 = 64;

/// The flows of a journal, and how far they have come. Each method is one transaction;
/// writes are fsynced before it returns.
///
/// A flow runs by itself, in the commit of what it reacts to: where a chat's message
/// opens an attendance or belongs to it, a message is sent, an attendance changes, and in
/// [`Flows::advance_flows`]. Its messages, what it does to the attendance and how far it
/// has come are in that commit, so none of these is ever there without the others.
#[async_trait]
pub trait Flows: Send + Sync + 'static {
    /// The newest revision of a flow.
    async fn flow(&self, id: String) -> Result<Option<FlowRecord>, JournalError>;

    /// Flows by id: those after this id, 1 to 500 at once.
    async fn flows(
        &self,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<FlowSummary>, JournalError>;

    /// Creates a flow, or replaces it: `expected` is the revision it was made from, 0
    /// where it must not exist. Attendances that are open go on with the revision that
    /// they began on.
    ///
    /// # Errors
    /// `RevisionConflict` where that is not the newest revision.
    async fn put_flow(
        &self,
        flow: Flow,
        expected: u64,
        audit: AuditEntry,
    ) -> Result<FlowRecord, JournalError>;

    /// Deletes a flow. Attendances that are open go on with it.
    ///
    /// # Errors
    /// `FlowUnknown`; `RevisionConflict` where `expected` is not its newest revision;
    /// `FlowInUse` where Eclusa runs it on a channel.
    async fn delete_flow(
        &self,
        id: String,
        expected: u64,
        audit: AuditEntry,
    ) -> Result<(), JournalError>;

    /// How far a flow has come in an attendance, by its id or protocol number. `None`
    /// where none runs in it, or not any more.
    async fn flow_session(&self, attendance: String) -> Result<Option<FlowSession>, JournalError>;

    /// When the next attendance is to be gone on with, in Unix milliseconds.
    async fn flows_due(&self) -> Result<Option<i64>, JournalError>;

    /// Goes on with the attendances that are due, the oldest first, up to a number of
    /// them (1 to [`LONGEST_ADVANCE`]). `push`: whether events are to be pushed to the
    /// platform.
    async fn advance_flows(&self, limit: u32, push: bool) -> Result<AdvancedFlows, JournalError>;
}

/// A flow as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlowRecord {
    /// What it says.
    #[serde(flatten)]
    pub document: FlowDocument,
    /// Grows with every change.
    pub revision: u64,
    /// RFC 3339.
    pub created_at: String,
    /// When this revision was made, RFC 3339.
    pub updated_at: String,
}

/// A flow as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowSummary {
    /// Its id.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// Grows with every change.
    pub revision: u64,
    /// RFC 3339.
    pub created_at: String,
    /// When this revision was made, RFC 3339.
    pub updated_at: String,
}

/// How far a flow has come in an attendance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowSession {
    /// The flow's id.
    pub flow: String,
    /// The revision that it began on.
    pub revision: u64,
    /// How far it has come.
    #[serde(flatten)]
    pub session: Session,
    /// When time alone brings something next, RFC 3339.
    pub due_at: Option<String>,
}

/// What came of going on with what was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdvancedFlows {
    /// How many attendances were gone on with.
    pub count: u32,
    /// When the next one is to be, in Unix milliseconds; it may be due already.
    pub next_due_ms: Option<i64>,
}

/// Who sent a message to a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SentBy {
    /// The platform, or a person in the console.
    Platform,
    /// The channel's flow.
    Flow,
    /// Somebody who tried the channel from the console.
    Test,
}

/// Who changed an attendance, where a flow did.
pub(crate) fn actor(flow: &str) -> String {
    format!("flow:{flow}")
}
