//! How far flows have come, a row for each open attendance with one.

use eclusa_flow::Session;
use rusqlite::{Connection, OptionalExtension, params};

use crate::sqlite::sums::is_of_one_row;
use crate::sqlite::text::Text;

/// A row.
pub(super) struct Kept {
    pub(super) flow: String,
    pub(super) revision: i64,
    pub(super) session: Session,
    pub(super) due_at_ms: Option<i64>,
}

/// The one of an attendance; `table` is a view of sound rows.
pub(super) fn find(
    conn: &Connection,
    table: &str,
    attendance: i64,
) -> rusqlite::Result<Option<Kept>> {
    conn.prepare_cached(&format!(
        "SELECT flow, revision, state, due_at_ms FROM {table} WHERE attendance = ?1"
    ))?
    .query_row([attendance], |row| {
        let Text(session) = row.get(2)?;
        Ok(Kept { flow: row.get(0)?, revision: row.get(1)?, session, due_at_ms: row.get(3)? })
    })
    .optional()
}

pub(super) fn insert(conn: &Connection, attendance: i64, kept: &Kept) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO flow_sessions (attendance, flow, revision, state, due_at_ms)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![attendance, kept.flow, kept.revision, Text(&kept.session), kept.due_at_ms])
    .map(|_| ())
}

pub(super) fn update(
    conn: &Connection,
    attendance: i64,
    session: &Session,
    due_at_ms: Option<i64>,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE flow_sessions SET state = ?2, due_at_ms = ?3 WHERE attendance = ?1",
    )?
    .execute(params![attendance, Text(session), due_at_ms])
    .map(|_| ())
}

pub(super) fn remove(conn: &Connection, attendance: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM flow_sessions WHERE attendance = ?1")?
        .execute([attendance])
        .map(|_| ())
}

/// Removes one, damaged or not. A damaged one's entries in the indexes may be of other
/// values, and SQLite takes that for damage to its structure: so they are made anew.
pub(super) fn discard(conn: &Connection, attendance: i64) -> rusqlite::Result<()> {
    match find(conn, "sound_flow_sessions", attendance) {
        Err(error) if is_of_one_row(&error) => reindex(conn)?,
        found => drop(found?),
    }
    remove(conn, attendance)
}

/// Makes the indexes fit the rows.
pub(super) fn reindex(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch("REINDEX main.flow_sessions")
}

/// Whether one is there and due at this time, as its row tells and not an index.
pub(super) fn is_due_at(conn: &Connection, attendance: i64, ms: i64) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT due_at_ms IS ?2 FROM flow_sessions WHERE attendance = ?1")?
        .query_row((attendance, ms), |row| row.get(0))
        .optional()
        .map(Option::unwrap_or_default)
}

/// When the next one is due. It reads the index alone, whose rows have no checksums.
pub(super) fn next_due(conn: &Connection) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached(
        "SELECT min(due_at_ms) FROM main.flow_sessions WHERE due_at_ms IS NOT NULL",
    )?
    .query_row([], |row| row.get(0))
}
