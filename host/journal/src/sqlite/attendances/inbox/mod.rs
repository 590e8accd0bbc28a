//! The inbox: a row for each open attendance, which every message moves.

mod list;
mod search;

use rusqlite::{Connection, params};

pub(super) use list::{page, unanswered};
pub(in crate::sqlite) use search::forget_words;

use crate::attendance::Record;
use crate::sqlite::text::Text;
use crate::sqlite::writer::Unit;
use eclusa_model::AttendanceState;

/// Takes one in that has opened.
pub(super) fn open(unit: &Unit<'_>, record: &Record) -> rusqlite::Result<()> {
    let state = Text(record.state);
    unit.conn
        .prepare_cached(
            "INSERT INTO inbox (attendance, channel, state, agent, unanswered, last_message,
                                since, checksum)
             VALUES (?1, ?2, ?3, NULL, 0, ?1, ?1, row_sum(?1, ?2, ?3, NULL, 0, ?1, ?1))",
        )?
        .execute(params![record.id, record.channel, state])?;
    search::learn_words(unit.conn, record)?;
    unit.inbox_changed.set(true);
    Ok(())
}

/// The chat has said something.
pub(in crate::sqlite) fn told(
    unit: &Unit<'_>,
    attendance: i64,
    event: i64,
) -> rusqlite::Result<()> {
    said(unit, attendance, event, true)
}

/// The chat is told something.
pub(in crate::sqlite) fn answered(
    unit: &Unit<'_>,
    attendance: i64,
    message: i64,
) -> rusqlite::Result<()> {
    said(unit, attendance, message, false)
}

/// Every message comes by here, so the row is written once, with its checksum.
fn said(unit: &Unit<'_>, attendance: i64, id: i64, unanswered: bool) -> rusqlite::Result<()> {
    unit.conn
        .prepare_cached(
            "UPDATE inbox SET
                 unanswered = ?3, last_message = ?2, since = iif(unanswered = ?3, since, ?2),
                 checksum = iif(
                     checksum IS row_sum(attendance, channel, state, agent, unanswered,
                                         last_message, since),
                     row_sum(attendance, channel, state, agent, ?3, ?2,
                             iif(unanswered = ?3, since, ?2)),
                     checksum)
             WHERE attendance = ?1",
        )?
        .execute(params![attendance, id, unanswered])?;
    unit.inbox_changed.set(true);
    Ok(())
}

/// One has changed, or closed.
pub(super) fn changed(conn: &Connection, record: &Record) -> rusqlite::Result<()> {
    if record.state == AttendanceState::Closed {
        conn.prepare_cached("DELETE FROM inbox WHERE attendance = ?1")?.execute([record.id])?;
        return Ok(());
    }
    conn.prepare_cached("UPDATE inbox SET state = ?2, agent = ?3 WHERE attendance = ?1")?
        .execute(params![record.id, Text(record.state), record.agent])
        .map(|_| ())
}
