//! An attendance's row.

use eclusa_model::{AttendanceContact, Protocol};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use crate::attendance::Record;
use crate::sqlite::text::Text;

pub(super) const COLUMNS: &str = "id, protocol, channel, conversation, contact, contact_name, flow, \
                                  state, queue, agent, answered_at_ms, closed_at_ms, changed_by, \
                                  reason";

/// Reads a row of [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Record> {
    let Text(state) = row.get(7)?;
    Ok(Record {
        id: row.get(0)?,
        protocol: Protocol::from_number(row.get(1)?),
        channel: row.get(2)?,
        conversation: row.get(3)?,
        contact: AttendanceContact { id: row.get(4)?, name: row.get(5)? },
        flow: row.get(6)?,
        state,
        queue: row.get(8)?,
        agent: row.get(9)?,
        answered_at_ms: row.get(10)?,
        closed_at_ms: row.get(11)?,
        changed_by: row.get(12)?,
        reason: row.get(13)?,
    })
}

/// What a row is found by.
#[derive(Clone, Copy)]
pub(super) enum Name {
    Id(i64),
    Protocol(Protocol),
}

/// One row of `table`, which is a view of sound rows.
pub(super) fn find(conn: &Connection, table: &str, name: Name) -> rusqlite::Result<Option<Record>> {
    let (column, value) = match name {
        Name::Id(id) => ("id", id),
        Name::Protocol(protocol) => ("protocol", protocol.number()),
    };
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM {table} WHERE {column} = ?1"))?
        .query_row([value], read)
        .optional()
}

/// Writes one that has opened.
pub(super) fn insert(conn: &Connection, record: &Record) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO attendances
         (id, protocol, channel, conversation, contact, contact_name, flow, state, checksum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
                 row_sum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, NULL, NULL, NULL, NULL, NULL))",
    )?
    .execute(params![
        record.id,
        record.protocol.number(),
        record.channel,
        record.conversation,
        record.contact.id,
        record.contact.name,
        record.flow,
        Text(record.state),
    ])
    .map(|_| ())
}

/// Writes what a change has changed.
pub(super) fn update(conn: &Connection, record: &Record) -> rusqlite::Result<()> {
    let state = Text(record.state);
    let values: [&dyn ToSql; 7] = [
        &record.id,
        &state,
        &record.queue,
        &record.agent,
        &record.closed_at_ms,
        &record.changed_by,
        &record.reason,
    ];
    conn.prepare_cached(
        "UPDATE attendances SET state = ?2, queue = ?3, agent = ?4, closed_at_ms = ?5,
                                changed_by = ?6, reason = ?7
         WHERE id = ?1",
    )?
    .execute(&values[..])
    .map(|_| ())
}
