//! The documents of flows.

use eclusa_flow::Flow;
use rusqlite::{Connection, OptionalExtension, params};

use crate::sqlite::text::Text;
use crate::sqlite::writer::{Fault, Unit};
use crate::{FlowRecord, FlowSummary, JournalError, rfc3339};

/// Whether there is a flow.
pub(in crate::sqlite) fn exists(conn: &Connection, id: &str) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM sound_flows WHERE id = ?1 AND current = 1")?.exists([id])
}

/// The number of a flow's newest revision.
pub(super) fn current(conn: &Connection, id: &str) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT revision FROM sound_flows WHERE id = ?1 AND current = 1")?
        .query_row([id], |row| row.get(0))
        .optional()
}

/// The newest revision of a flow.
pub(super) fn find(conn: &Connection, id: &str) -> rusqlite::Result<Option<FlowRecord>> {
    conn.prepare_cached(
        "SELECT document, revision, created_at, updated_at FROM flows
         WHERE id = ?1 AND current = 1",
    )?
    .query_row([id], |row| {
        let Text(document) = row.get(0)?;
        Ok(FlowRecord {
            document,
            revision: row.get::<_, i64>(1)?.unsigned_abs(),
            created_at: row.get(2)?,
            updated_at: row.get(3)?,
        })
    })
    .optional()
}

/// By id.
pub(super) fn list(
    conn: &Connection,
    after: Option<&str>,
    limit: u32,
) -> rusqlite::Result<Vec<FlowSummary>> {
    conn.prepare_cached(
        "SELECT id, document ->> 'name', revision, created_at, updated_at FROM flows
         WHERE current = 1 AND id > ?1 ORDER BY id LIMIT ?2",
    )?
    .query_map((after.unwrap_or_default(), limit.clamp(1, 500)), |row| {
        Ok(FlowSummary {
            id: row.get(0)?,
            name: row.get(1)?,
            revision: row.get::<_, i64>(2)?.unsigned_abs(),
            created_at: row.get(3)?,
            updated_at: row.get(4)?,
        })
    })?
    .collect()
}

/// The revision of a flow and when it was created; `None` where there is none.
fn newest(conn: &Connection, id: &str) -> rusqlite::Result<Option<(u64, String)>> {
    conn.prepare_cached(
        "SELECT revision, created_at FROM sound_flows WHERE id = ?1 AND current = 1",
    )?
    .query_row([id], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?)))
    .optional()
}

fn expect(id: &str, found: u64, expected: u64) -> Result<(), Fault> {
    if found == expected {
        return Ok(());
    }
    let id = id.to_owned();
    Err(Fault::Refused(JournalError::RevisionConflict { id, expected, found }))
}

pub(super) fn put(unit: &mut Unit<'_>, flow: &Flow, expected: u64) -> Result<FlowRecord, Fault> {
    let document = flow.document();
    let before = newest(unit.conn, &document.id)?;
    expect(&document.id, before.as_ref().map_or(0, |(revision, _)| *revision), expected)?;
    // One that was deleted may still run: its numbers are not used again.
    let last: i64 = unit
        .conn
        .prepare_cached("SELECT coalesce(max(revision), 0) FROM flows WHERE id = ?1")?
        .query_row([&document.id], |row| row.get(0))?;
    let now = rfc3339(unit.now_ms);
    let record = FlowRecord {
        document: document.clone(),
        revision: last.unsigned_abs() + 1,
        created_at: before.map_or_else(|| now.clone(), |(_, created_at)| created_at),
        updated_at: now,
    };
    retire(unit, &document.id)?;
    unit.conn
        .prepare_cached(
            "INSERT INTO flows (id, revision, current, document, created_at, updated_at)
             VALUES (?1, ?2, 1, ?3, ?4, ?5)",
        )?
        .execute(params![
            document.id,
            last + 1,
            Text(document),
            record.created_at,
            record.updated_at
        ])?;
    Ok(record)
}

pub(super) fn delete(unit: &mut Unit<'_>, id: &str, expected: u64) -> Result<(), Fault> {
    let Some((found, _)) = newest(unit.conn, id)? else {
        return Err(Fault::Refused(JournalError::FlowUnknown { id: id.to_owned() }));
    };
    expect(id, found, expected)?;
    let channel: Option<String> = unit
        .conn
        .prepare_cached(
            "SELECT id FROM sound_channels
             WHERE profile ->> 'flow' = ?1 AND profile ->> 'flow_runner' = 'eclusa'
             ORDER BY id LIMIT 1",
        )?
        .query_row([id], |row| row.get(0))
        .optional()?;
    if let Some(channel) = channel {
        let id = id.to_owned();
        return Err(Fault::Refused(JournalError::FlowInUse { id, channel }));
    }
    Ok(retire(unit, id)?)
}

/// No attendance begins on a flow's revision any more; those that no attendance is on are
/// removed.
fn retire(unit: &mut Unit<'_>, id: &str) -> rusqlite::Result<()> {
    unit.flows.clear();
    unit.conn
        .prepare_cached("UPDATE flows SET current = 0 WHERE id = ?1 AND current = 1")?
        .execute([id])?;
    unit.conn
        .prepare_cached(
            "DELETE FROM flows WHERE id = ?1 AND NOT EXISTS
             (SELECT 1 FROM flow_sessions
              WHERE flow_sessions.flow = flows.id AND flow_sessions.revision = flows.revision)",
        )?
        .execute([id])?;
    Ok(())
}
