//! The methods of the trait for flows.

use async_trait::async_trait;
use eclusa_flow::Flow;

use super::{due, session, store};
use crate::registry::AuditEntry;
use crate::sqlite::readers::storage;
use crate::sqlite::{SqliteJournal, attendances, audit};
use crate::{AdvancedFlows, FlowRecord, FlowSession, FlowSummary, Flows, JournalError, rfc3339};

#[async_trait]
impl Flows for SqliteJournal {
    async fn flow(&self, id: String) -> Result<Option<FlowRecord>, JournalError> {
        self.read(move |conn, _| store::find(conn, &id).map_err(storage)).await
    }

    async fn flows(
        &self,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<FlowSummary>, JournalError> {
        self.read(move |conn, _| store::list(conn, after.as_deref(), limit).map_err(storage)).await
    }

    async fn put_flow(
        &self,
        flow: Flow,
        expected: u64,
        audit: AuditEntry,
    ) -> Result<FlowRecord, JournalError> {
        self.admit(move |unit| {
            let record = store::put(unit, &flow, expected)?;
            audit::write(unit.conn, &audit)?;
            Ok(record)
        })
        .await
    }

    async fn delete_flow(
        &self,
        id: String,
        expected: u64,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        self.write(move |unit| {
            store::delete(unit, &id, expected)?;
            Ok(audit::write(unit.conn, &audit)?)
        })
        .await
    }

    async fn flow_session(&self, attendance: String) -> Result<Option<FlowSession>, JournalError> {
        self.read(move |conn, ids| {
            let Some(number) = attendances::number(conn, ids, &attendance).map_err(storage)? else {
                return Ok(None);
            };
            let kept = session::find(conn, "flow_sessions", number).map_err(storage)?;
            Ok(kept.map(|kept| FlowSession {
                flow: kept.flow,
                revision: kept.revision.unsigned_abs(),
                session: kept.session,
                due_at: kept.due_at_ms.map(rfc3339),
            }))
        })
        .await
    }

    async fn flows_due(&self) -> Result<Option<i64>, JournalError> {
        self.read(|conn, _| session::next_due(conn).map_err(storage)).await
    }

    async fn advance_flows(&self, limit: u32, push: bool) -> Result<AdvancedFlows, JournalError> {
        self.admit(move |unit| due::advance(unit, limit, push)).await
    }
}
