//! What was said in an attendance.

use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::value::RawValue;

use super::row::Name;
use crate::event::Kind;
use crate::id::Ids;
use crate::sqlite::events::{self, with_parts};
use crate::sqlite::readers::storage;
use crate::sqlite::text::Text;
use crate::{JournalError, Said, SentBy, body};

/// Oldest first.
pub(super) fn page(
    conn: &Connection,
    ids: Ids,
    name: Name,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Said>, JournalError> {
    let after = match after {
        None => 0,
        Some(cursor) => {
            let wrong = || JournalError::Cursor { cursor: cursor.to_owned() };
            Ids::position(cursor).ok_or_else(wrong)?
        }
    };
    let limit = limit.clamp(1, 500);
    let attendance = match name {
        Name::Id(id) => Some(id),
        Name::Protocol(_) => {
            super::row::find(conn, "attendances", name).map_err(storage)?.map(|record| record.id)
        }
    };
    let Some(attendance) = attendance else { return Ok(Vec::new()) };
    let mut said = inbound(conn, ids, attendance, after, limit).map_err(storage)?;
    said.extend(outbound(conn, ids, attendance, after, limit).map_err(storage)?);
    said.sort_by_key(|(id, _)| *id);
    said.truncate(limit as usize);
    Ok(said.into_iter().map(|(_, said)| said).collect())
}

/// What has this number, in either direction.
pub(super) fn by_id(conn: &Connection, ids: Ids, id: i64) -> rusqlite::Result<Option<(i64, Said)>> {
    one(conn, ids, "id = ?1", id)
}

/// What was said last in an attendance.
pub(super) fn newest(
    conn: &Connection,
    ids: Ids,
    attendance: i64,
) -> rusqlite::Result<Option<(i64, Said)>> {
    one(conn, ids, "attendance = ?1", attendance)
}

fn one(
    conn: &Connection,
    ids: Ids,
    condition: &str,
    value: i64,
) -> rusqlite::Result<Option<(i64, Said)>> {
    let told = format!("{condition} AND {SAID} ORDER BY id DESC LIMIT 1");
    let told = conn
        .prepare_cached(&events::select(&told))?
        .query_row([value], |row| told_in(row, ids))
        .optional()?;
    let answered = format!("SELECT {SENT} WHERE {condition} ORDER BY id DESC LIMIT 1");
    let answered =
        conn.prepare_cached(&answered)?.query_row([value], |row| sent(row, ids)).optional()?;
    Ok(told.into_iter().chain(answered).max_by_key(|(id, _)| *id))
}

/// The events by which a chat says something.
const SAID: &str = "kind IN ('message.received', 'postback')";

/// What [`sent`] reads.
const SENT: &str = "id, channel, state, body, sent_by FROM messages";

fn told_in(row: &Row<'_>, ids: Ids) -> rusqlite::Result<(i64, Said)> {
    with_parts(row, |parts| {
        let kind = if parts.kind == Kind::Postback { "postback" } else { "message" };
        let said = Said {
            id: ids.text(parts.id),
            direction: "inbound".to_owned(),
            state: None,
            sent_by: None,
            kind: kind.to_owned(),
            object: parts.object(ids)?,
        };
        Ok((parts.id, said))
    })
}

fn sent(row: &Row<'_>, ids: Ids) -> rusqlite::Result<(i64, Said)> {
    let id: i64 = row.get(0)?;
    let Text(state) = row.get(2)?;
    let (channel, body) = (row.get_ref(1)?.as_str()?, row.get_ref(3)?.as_str()?);
    let said = Said {
        id: ids.text(id),
        direction: "outbound".to_owned(),
        state: Some(state),
        sent_by: Some(sent_by(row, 4)?),
        kind: "message".to_owned(),
        object: outbound_object(&ids.text(id), channel, body)?,
    };
    Ok((id, said))
}

/// Who sent a message.
pub(in crate::sqlite) fn sent_by(row: &Row<'_>, column: usize) -> rusqlite::Result<SentBy> {
    let sent_by: Option<Text<_>> = row.get(column)?;
    Ok(sent_by.map_or(SentBy::Platform, |Text(sent_by)| sent_by))
}

/// The canonical message, of column 3.
pub(super) fn outbound_object(
    id: &str,
    channel: &str,
    body: &str,
) -> rusqlite::Result<Box<RawValue>> {
    body::outbound_json(id, channel, body).map_err(|error| {
        let column = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(3, column, Box::new(error))
    })
}

fn inbound(
    conn: &Connection,
    ids: Ids,
    attendance: i64,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, Said)>> {
    let condition = format!("attendance = ?1 AND id > ?2 AND {SAID} ORDER BY id LIMIT ?3");
    conn.prepare_cached(&events::select(&condition))?
        .query_map((attendance, after, limit), |row| told_in(row, ids))?
        .collect()
}

fn outbound(
    conn: &Connection,
    ids: Ids,
    attendance: i64,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, Said)>> {
    conn.prepare_cached(&format!(
        "SELECT {SENT} WHERE attendance = ?1 AND id > ?2 ORDER BY id LIMIT ?3"
    ))?
    .query_map((attendance, after, limit), |row| sent(row, ids))?
    .collect()
}
