//! What is known of adapters.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use ulid::Ulid;

use super::readers::storage;
use super::text::Text;
use super::writer::{Fault, Unit};
use super::{SqliteJournal, audit};
use crate::registry::{AdapterRecord, AuditAbout, AuditEntry, Deployment};
use crate::{JournalError, Page, Registry, RegistryChange};

#[async_trait]
impl Registry for SqliteJournal {
    async fn put_component(&self, sha256: String, bytes: Vec<u8>) -> Result<(), JournalError> {
        if self.health.space.is_full() {
            return Err(self.health.disk_full());
        }
        self.components.run(move |components| components.put(&sha256, &bytes)).await
    }

    async fn component(&self, sha256: String) -> Result<Option<Vec<u8>>, JournalError> {
        self.components.run(move |components| components.get(&sha256)).await
    }

    async fn remove_component(&self, sha256: String) -> Result<(), JournalError> {
        self.components.run(move |components| components.remove(&sha256)).await
    }

    async fn adapters(&self) -> Result<Vec<AdapterRecord>, JournalError> {
        self.read(|conn, _| adapters(conn).map_err(storage)).await
    }

    async fn record(&self, change: RegistryChange) -> Result<(), JournalError> {
        let prepared = PreparedChange::new(change)?;
        self.write(move |unit| write(unit, &prepared)).await
    }

    async fn deployment(&self, id: String) -> Result<Option<Deployment>, JournalError> {
        self.read(move |conn, _| deployment(conn, &id).map_err(storage)).await
    }

    async fn deployments(
        &self,
        adapter: Option<String>,
        page: Page,
    ) -> Result<Vec<Deployment>, JournalError> {
        self.read(move |conn, _| newest(conn, adapter.as_deref(), &page)).await
    }

    async fn audit(
        &self,
        about: Option<AuditAbout>,
        page: Page,
    ) -> Result<Vec<AuditEntry>, JournalError> {
        self.read(move |conn, _| audit::page(conn, about.as_ref(), &page)).await
    }
}

/// A row made ready for storing: its key, its adapter, its JSON.
pub(super) type Prepared = (String, String, String);

/// A change made ready for storing.
struct PreparedChange {
    adapter: Option<(String, u64, String)>,
    deployments: Vec<Prepared>,
    audit: Vec<AuditEntry>,
}

impl PreparedChange {
    fn new(change: RegistryChange) -> Result<Self, JournalError> {
        let adapter = change.adapter.as_ref();
        let deployments = change.deployments.iter();
        Ok(Self {
            adapter: adapter.map(|it| Ok((it.name.clone(), it.revision, json(it)?))).transpose()?,
            deployments: deployments
                .map(|it| Ok((it.id.clone(), it.adapter.clone(), json(it)?)))
                .collect::<Result<_, JournalError>>()?,
            audit: change.audit,
        })
    }
}

fn json(value: &impl Serialize) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(storage)
}

fn write(unit: &Unit<'_>, change: &PreparedChange) -> Result<(), Fault> {
    if let Some((name, revision, record)) = &change.adapter {
        let found: Option<i64> = unit
            .conn
            .prepare_cached("SELECT revision FROM sound_adapters WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?;
        let found = found.map_or(0, i64::unsigned_abs);
        if found.checked_add(1) != Some(*revision) {
            return Err(Fault::Refused(JournalError::RevisionConflict {
                id: name.clone(),
                expected: revision.saturating_sub(1),
                found,
            }));
        }
        unit.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO adapters (name, revision, record) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![name, i64::try_from(*revision).unwrap_or(i64::MAX), record])?;
    }
    for (id, adapter, record) in &change.deployments {
        unit.conn
            .prepare_cached(
                "INSERT INTO deployments (id, adapter, record) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET adapter = ?2, record = ?3",
            )?
            .execute(params![id, adapter, record])?;
    }
    for entry in &change.audit {
        audit::write(unit.conn, entry)?;
    }
    Ok(())
}

fn adapters(conn: &Connection) -> rusqlite::Result<Vec<AdapterRecord>> {
    conn.prepare_cached("SELECT record FROM adapters ORDER BY name")?
        .query_map([], |row| row.get(0).map(|Text(record)| record))?
        .collect()
}

fn deployment(conn: &Connection, id: &str) -> rusqlite::Result<Option<Deployment>> {
    conn.prepare_cached("SELECT record FROM deployments WHERE id = ?1")?
        .query_row([id], |row| row.get(0).map(|Text(record)| record))
        .optional()
}

/// Before which id a page begins.
pub(super) fn before(page: &Page) -> Result<String, JournalError> {
    match &page.before {
        // Younger than any ULID.
        None => Ok("~".to_owned()),
        Some(cursor) => Ulid::from_string(cursor)
            .map(|id| id.to_string())
            .map_err(|_| JournalError::Cursor { cursor: cursor.clone() }),
    }
}

fn newest(
    conn: &Connection,
    adapter: Option<&str>,
    page: &Page,
) -> Result<Vec<Deployment>, JournalError> {
    const ALL: &str = "SELECT record FROM deployments WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
    const OF_ADAPTER: &str = "SELECT record FROM deployments WHERE id < ?1 AND adapter = ?3
                              ORDER BY id DESC LIMIT ?2";
    let before = before(page)?;
    let limit = page.limit.clamp(1, 500);
    let rows = || -> rusqlite::Result<Vec<Deployment>> {
        let read = |row: &rusqlite::Row<'_>| row.get(0).map(|Text(record)| record);
        match adapter {
            None => conn.prepare_cached(ALL)?.query_map((before, limit), read)?.collect(),
            Some(adapter) => conn
                .prepare_cached(OF_ADAPTER)?
                .query_map((before, limit, adapter), read)?
                .collect(),
        }
    };
    rows().map_err(storage)
}
