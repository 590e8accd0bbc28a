//! Reading events.

use eclusa_model::{AttendanceState, Protocol};
use rusqlite::{Connection, OptionalExtension, Row};

use super::readers::storage;
use super::text::Text;
use crate::body::EventParts;
use crate::event::Kind;
use crate::id::Ids;
use crate::{EventPage, JournalError, StoredEvent};

/// Asks for the columns that [`with_parts`] reads.
pub(super) fn select(condition: &str) -> String {
    format!(
        "SELECT id, kind, channel, conversation, occurred_at, received_at, external_id, message,
                late, body, attendance, attendance_state,
                (SELECT protocol FROM attendances WHERE attendances.id = attendance)
         FROM events WHERE {condition}"
    )
}

/// Gives the columns of a row of [`select`] to `read`.
pub(super) fn with_parts<T>(
    row: &Row<'_>,
    read: impl FnOnce(EventParts<'_>) -> Result<T, serde_json::Error>,
) -> rusqlite::Result<T> {
    let optional = |at| row.get_ref(at).and_then(|value| Ok(value.as_str_or_null()?));
    let text = |at| row.get_ref(at).and_then(|value| Ok(value.as_str()?));
    let unreadable = |at, error: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, error)
    };
    let kind = Kind::parse(text(1)?).ok_or_else(|| unreadable(1, "unknown kind".into()))?;
    read(EventParts {
        id: row.get(0)?,
        kind,
        channel: text(2)?,
        conversation: text(3)?,
        occurred_at: optional(4)?,
        received_at: text(5)?,
        external_id: optional(6)?,
        message: row.get(7)?,
        late: row.get(8)?,
        attendance: attendance(row)?,
        body: text(9)?,
    })
    .map_err(|error| unreadable(9, error.into()))
}

/// What it belongs to; nothing where that is gone for its age.
fn attendance(row: &Row<'_>) -> rusqlite::Result<Option<(i64, Protocol, AttendanceState)>> {
    let (id, state, protocol): (Option<_>, Option<Text<_>>, Option<_>) =
        (row.get(10)?, row.get(11)?, row.get(12)?);
    let state = state.map(|Text(state)| state);
    Ok(id
        .zip(protocol)
        .zip(state)
        .map(|((id, protocol), state)| (id, Protocol::from_number(protocol), state)))
}

/// One event.
pub(super) fn by_id(
    conn: &Connection,
    ids: Ids,
    id: i64,
) -> Result<Option<StoredEvent>, JournalError> {
    conn.prepare_cached(&select("id = ?1"))
        .and_then(|mut statement| {
            statement.query_row([id], |row| with_parts(row, |parts| parts.stored(ids))).optional()
        })
        .map_err(storage)
}

/// The events of a request, in their order.
pub(super) fn of_request(
    conn: &Connection,
    ids: Ids,
    request: i64,
) -> Result<Vec<StoredEvent>, JournalError> {
    conn.prepare_cached(&select("request = ?1 ORDER BY id"))
        .and_then(|mut statement| {
            let stored = |row: &Row<'_>| with_parts(row, |parts| parts.stored(ids));
            statement.query_map([request], stored)?.collect()
        })
        .map_err(storage)
}

/// Events after a cursor, oldest first.
pub(super) fn page(
    conn: &Connection,
    ids: Ids,
    after: Option<String>,
    limit: u32,
) -> Result<EventPage, JournalError> {
    let position = match &after {
        None => 0,
        Some(cursor) => {
            Ids::position(cursor).ok_or_else(|| JournalError::Cursor { cursor: cursor.clone() })?
        }
    };
    if let Some(cursor) = &after {
        let pruned: i64 = conn
            .prepare_cached("SELECT events FROM pruned")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(storage)?;
        if position < pruned {
            return Err(JournalError::CursorExpired { cursor: cursor.clone() });
        }
    }
    let limit = limit.clamp(1, 10_000);
    let mut events = conn
        .prepare_cached(&select("id > ?1 ORDER BY id LIMIT ?2"))
        .and_then(|mut statement| {
            // One more than asked for tells whether there are more.
            let rows = statement.query_map((position, limit + 1), |row| {
                with_parts(row, |parts| parts.stored(ids))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        })
        .map_err(storage)?;
    let more = events.len() > limit as usize;
    events.truncate(limit as usize);
    let next = events.last().map(|event| event.id.clone()).or(after);
    Ok(EventPage { events, next, more })
}
