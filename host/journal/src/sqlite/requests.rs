//! Reading requests.

use rusqlite::{Connection, OptionalExtension, Row};

use super::accept::Meta;
use super::readers::storage;
use super::text::Text;
use crate::id::Ids;
use crate::{JournalError, Page, RawRequest, RequestRecord};

const COLUMNS: &str = "id, channel, received_at, meta, body, problem";

/// One request.
pub(super) fn by_id(
    conn: &Connection,
    ids: Ids,
    id: i64,
) -> Result<Option<RequestRecord>, JournalError> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM requests WHERE id = ?1"))
        .and_then(|mut statement| statement.query_row([id], |row| record(row, ids)).optional())
        .map_err(storage)
}

/// Those that were not mapped, newest first.
pub(super) fn unmapped(
    conn: &Connection,
    ids: Ids,
    page: &Page,
) -> Result<Vec<RequestRecord>, JournalError> {
    let before = match &page.before {
        None => i64::MAX,
        Some(cursor) => {
            Ids::position(cursor).ok_or_else(|| JournalError::Cursor { cursor: cursor.clone() })?
        }
    };
    conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM requests
         WHERE problem IS NOT NULL AND id < ?1 AND (?2 IS NULL OR channel = ?2)
         ORDER BY id DESC LIMIT ?3"
    ))
    .and_then(|mut statement| {
        let rows = statement
            .query_map((before, &page.channel, page.limit.clamp(1, 500)), |row| record(row, ids))?;
        rows.collect()
    })
    .map_err(storage)
}

fn record(row: &Row<'_>, ids: Ids) -> rusqlite::Result<RequestRecord> {
    let Text(Meta { method, path, query, headers, revision, warnings }) = row.get(3)?;
    let problem: Option<Text<_>> = row.get(5)?;
    Ok(RequestRecord {
        id: ids.text(row.get(0)?),
        channel: row.get(1)?,
        raw: RawRequest {
            received_at: row.get(2)?,
            method,
            path,
            query,
            headers,
            body: row.get(4)?,
        },
        revision,
        warnings,
        problem: problem.map(|Text(problem)| problem),
    })
}
