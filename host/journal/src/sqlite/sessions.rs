//! Sessions of people who have signed in.

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::readers::storage;
use super::{SqliteJournal, audit};
use crate::{JournalError, Session, Sessions, registry::AuditEntry};

#[async_trait]
impl Sessions for SqliteJournal {
    async fn sessions(&self) -> Result<Vec<Session>, JournalError> {
        self.read(|conn, _| all(conn).map_err(storage)).await
    }

    async fn start_session(
        &self,
        session: Session,
        over: Vec<[u8; 32]>,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        self.write(move |unit| {
            for hash in &over {
                remove(unit.conn, *hash)?;
            }
            put(unit.conn, session)?;
            Ok(audit::write(unit.conn, &audit)?)
        })
        .await
    }

    async fn session_seen(&self, hash: [u8; 32], at_ms: i64) -> Result<(), JournalError> {
        self.write(move |unit| {
            unit.conn
                .prepare_cached("UPDATE sessions SET last_seen_at_ms = ?2 WHERE hash = ?1")?
                .execute(params![hash, at_ms])?;
            Ok(())
        })
        .await
    }

    async fn end_session(&self, hash: [u8; 32], audit: AuditEntry) -> Result<(), JournalError> {
        self.write(move |unit| {
            remove(unit.conn, hash)?;
            Ok(audit::write(unit.conn, &audit)?)
        })
        .await
    }
}

fn all(conn: &Connection) -> rusqlite::Result<Vec<Session>> {
    conn.prepare_cached(
        "SELECT hash, token, created_at_ms, last_seen_at_ms FROM sessions ORDER BY hash",
    )?
    .query_map([], |row| {
        Ok(Session {
            hash: row.get(0)?,
            token: row.get(1)?,
            created_at_ms: row.get(2)?,
            last_seen_at_ms: row.get(3)?,
        })
    })?
    .collect()
}

fn put(conn: &Connection, session: Session) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO sessions (hash, token, created_at_ms, last_seen_at_ms)
         VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![session.hash, session.token, session.created_at_ms, session.last_seen_at_ms])
    .map(|_| ())
}

fn remove(conn: &Connection, hash: [u8; 32]) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM sessions WHERE hash = ?1")?.execute([hash]).map(|_| ())
}
