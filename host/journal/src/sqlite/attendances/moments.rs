//! What happened in an attendance, backwards.

use rusqlite::{Connection, Row};

use super::row::Name;
use super::transcript::{outbound_object, sent_by};
use crate::id::Ids;
use crate::sqlite::events::{self, with_parts};
use crate::sqlite::readers::storage;
use crate::sqlite::text::Text;
use crate::{JournalError, Moment};

/// Newest first.
pub(super) fn page(
    conn: &Connection,
    ids: Ids,
    name: Name,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Moment>, JournalError> {
    let before = match before {
        None => i64::MAX,
        Some(cursor) => {
            let wrong = || JournalError::Cursor { cursor: cursor.to_owned() };
            Ids::position(cursor).ok_or_else(wrong)?
        }
    };
    let limit = limit.clamp(1, 500);
    let found = super::row::find(conn, "attendances", name).map_err(storage)?;
    let Some(attendance) = found.map(|record| record.id) else { return Ok(Vec::new()) };
    let mut moments = told(conn, ids, attendance, before, limit).map_err(storage)?;
    moments.extend(sent(conn, ids, attendance, before, limit).map_err(storage)?);
    moments.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
    moments.truncate(limit as usize);
    Ok(moments.into_iter().map(|(_, moment)| moment).collect())
}

fn told(
    conn: &Connection,
    ids: Ids,
    attendance: i64,
    before: i64,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, Moment)>> {
    let condition = "attendance = ?1 AND id < ?2 AND kind NOT IN ('message.status', 'typing')
                     ORDER BY id DESC LIMIT ?3";
    conn.prepare_cached(&events::select(condition))?
        .query_map((attendance, before, limit), |row| {
            with_parts(row, |parts| Ok((parts.id, parts.moment(ids)?)))
        })?
        .collect()
}

fn sent(
    conn: &Connection,
    ids: Ids,
    attendance: i64,
    before: i64,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, Moment)>> {
    let moment = |row: &Row<'_>| {
        let id: i64 = row.get(0)?;
        let name = ids.text(id);
        let Text(state) = row.get(2)?;
        let problem: Option<Text<_>> = row.get(4)?;
        let (channel, body) = (row.get_ref(1)?.as_str()?, row.get_ref(3)?.as_str()?);
        let moment = Moment {
            object: outbound_object(&name, channel, body)?,
            id: name,
            kind: "message.sent".to_owned(),
            at: row.get(5)?,
            state: Some(state),
            sent_by: Some(sent_by(row, 7)?),
            problem: problem.map(|Text(problem)| problem),
            external_id: row.get(6)?,
            about: None,
        };
        Ok((id, moment))
    };
    conn.prepare_cached(
        "SELECT id, channel, state, body, problem, created_at, external_id,
                sent_by FROM messages
         WHERE attendance = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
    )?
    .query_map((attendance, before, limit), moment)?
    .collect()
}
