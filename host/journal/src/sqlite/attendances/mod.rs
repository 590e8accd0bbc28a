//! Attendances: opening them, which every message may do, and what is counted.

mod change;
pub(super) mod inbox;
mod interface;
mod list;
mod moments;
mod report;
mod row;
mod transcript;

pub(super) use change::apply;
use eclusa_model::{AttendanceContact, AttendanceState, Protocol};
use rusqlite::{Connection, OptionalExtension, params};
pub(super) use transcript::sent_by;

use super::text::Text;
use super::writer::{Fault, Unit};
use crate::attendance::{Quarter, Record};
use crate::event::Kind;
use crate::id::{Ids, ms_of};
use crate::rfc3339;

/// A conversation of a channel.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) channel: &'a str,
    pub(super) conversation: &'a str,
}

/// An open attendance, as far as what comes in or goes out has to know it.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) id: i64,
    pub(super) state: AttendanceState,
    pub(super) answered: bool,
    /// Its channel named a flow when it opened.
    pub(super) has_flow: bool,
}

/// The open one of a conversation. What belongs to no conversation has none.
pub(super) fn open_in(conn: &Connection, at: Place<'_>) -> rusqlite::Result<Option<Open>> {
    if at.conversation.is_empty() {
        return Ok(None);
    }
    conn.prepare_cached(
        "SELECT id, state, answered_at_ms IS NOT NULL, flow IS NOT NULL FROM sound_attendances
         WHERE channel = ?1 AND conversation = ?2 AND state <> 'closed'",
    )?
    .query_row(params![at.channel, at.conversation], |row| {
        let Text(state) = row.get(1)?;
        Ok(Open { id: row.get(0)?, state, answered: row.get(2)?, has_flow: row.get(3)? })
    })
    .optional()
}

/// The whole of one.
pub(super) fn record(conn: &Connection, id: i64) -> rusqlite::Result<Option<Record>> {
    row::find(conn, "sound_attendances", row::Name::Id(id))
}

/// The number of one, by its id or protocol number.
pub(super) fn number(conn: &Connection, ids: Ids, name: &str) -> rusqlite::Result<Option<i64>> {
    Ok(match change::name(ids, name) {
        Some(row::Name::Id(id)) => Some(id),
        Some(name) => row::find(conn, "attendances", name)?.map(|record| record.id),
        None => None,
    })
}

/// Opens one, with its event.
pub(super) fn open(
    unit: &mut Unit<'_>,
    id: i64,
    at: Place<'_>,
    contact: &AttendanceContact,
) -> Result<Record, Fault> {
    let newest: Option<i64> = unit
        .conn
        .prepare_cached("SELECT max(protocol) FROM attendances")?
        .query_row([], |row| row.get(0))?;
    let flow = unit
        .conn
        .prepare_cached("SELECT profile ->> 'flow' FROM sound_channels WHERE id = ?1")?
        .query_row([at.channel], |row| row.get(0))
        .optional()?
        .flatten();
    let newest = newest.map(Protocol::from_number);
    let record = Record::opened(id, newest, (at.channel, at.conversation), contact, flow);
    row::insert(unit.conn, &record)?;
    inbox::open(unit, &record)?;
    count(unit.conn, at.channel, Quarter::opened(id))?;
    tell(unit, id, Kind::Opened, &record)?;
    Ok(record)
}

/// Marks the first answer.
pub(super) fn answered(
    unit: &Unit<'_>,
    attendance: i64,
    channel: &str,
    message: i64,
) -> rusqlite::Result<()> {
    unit.conn
        .prepare_cached("UPDATE attendances SET answered_at_ms = ?2 WHERE id = ?1")?
        .execute(params![attendance, ms_of(message)])?;
    count(unit.conn, channel, Quarter::answered(attendance, message))
}

/// Adds to what was counted.
fn count(conn: &Connection, channel: &str, quarter: Quarter) -> rusqlite::Result<()> {
    let Quarter { number, opened, answered, closed, waited_ms } = quarter;
    conn.prepare_cached(
        "INSERT INTO attendance_counts (quarter, channel, opened, answered, closed, first_answer_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET opened = opened + ?3, answered = answered + ?4,
             closed = closed + ?5, first_answer_ms = first_answer_ms + ?6",
    )?
    .execute(params![number, channel, opened, answered, closed, waited_ms])
    .map(|_| ())
}

/// Records the event that tells of a change. No request brought it: 0 stands for that.
fn tell(unit: &mut Unit<'_>, event: i64, kind: Kind, record: &Record) -> Result<(), Fault> {
    // It fails as a statement would: what was written before it is undone.
    let told = record
        .told()
        .map_err(|error| Fault::Sql(rusqlite::Error::ToSqlConversionFailure(Box::new(error))))?;
    unit.conn
        .prepare_cached(
            "INSERT INTO events (id, request, kind, channel, conversation, received_at, body,
                                 attendance, attendance_state, checksum)
             VALUES (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
                     row_sum(?1, 0, ?2, ?3, ?4, NULL, ?5, NULL, NULL, ?6, 0, ?7, ?8))",
        )?
        .execute(params![
            event,
            kind.as_str(),
            record.channel,
            record.conversation,
            rfc3339(ms_of(event)),
            told,
            record.id,
            Text(record.state),
        ])?;
    unit.newest_event = Some(event);
    unit.inbox_changed.set(true);
    Ok(())
}
