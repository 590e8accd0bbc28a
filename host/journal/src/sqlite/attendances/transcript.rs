//! What was said in an attendance.

use rusqlite::{Connection, Row};

use super::row::Name;
use crate::event::Kind;
use crate::id::Ids;
use crate::sqlite::events::{self, with_parts};
use crate::sqlite::readers::storage;
use crate::sqlite::text::Text;
use crate::{JournalError, Said, body};

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

fn inbound(
    conn: &Connection,
    ids: Ids,
    attendance: i64,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, Said)>> {
    let condition = "events.attendance = ?1 AND id > ?2
                     AND kind IN ('message.received', 'postback') ORDER BY id LIMIT ?3";
    conn.prepare_cached(&events::select(condition))?
        .query_map((attendance, after, limit), |row| {
            with_parts(row, |parts| {
                let kind = if parts.kind == Kind::Postback { "postback" } else { "message" };
                let said = Said {
                    id: ids.text(parts.id),
                    direction: "inbound".to_owned(),
                    state: None,
                    kind: kind.to_owned(),
                    object: parts.object(ids)?,
                };
                Ok((parts.id, said))
            })
        })?
        .collect()
}

fn outbound(
    conn: &Connection,
    ids: Ids,
    attendance: i64,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, Said)>> {
    let said = |row: &Row<'_>| {
        let id: i64 = row.get(0)?;
        let Text(state) = row.get(2)?;
        let (channel, body) = (row.get_ref(1)?.as_str()?, row.get_ref(3)?.as_str()?);
        let object = body::outbound_json(&ids.text(id), channel, body).map_err(|error| {
            let column = rusqlite::types::Type::Text;
            rusqlite::Error::FromSqlConversionFailure(3, column, Box::new(error))
        })?;
        let said = Said {
            id: ids.text(id),
            direction: "outbound".to_owned(),
            state: Some(state),
            kind: "message".to_owned(),
            object,
        };
        Ok((id, said))
    };
    conn.prepare_cached(
        "SELECT id, channel, state, body FROM messages
         WHERE attendance = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    )?
    .query_map((attendance, after, limit), said)?
    .collect()
}
