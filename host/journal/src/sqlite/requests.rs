//! Reading requests.

use rusqlite::{Connection, OptionalExtension, Row};

use super::accept::Meta;
use super::readers::storage;
use super::text::Text;
use crate::id::Ids;
use crate::{JournalError, Page, RawRequest, RequestRecord, RevisionRef};

const COLUMNS: &str = "id, channel, received_at, meta, body, problem, discarded";

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

/// Newest first.
pub(super) fn page(
    conn: &Connection,
    ids: Ids,
    page: &Page,
) -> Result<Vec<RequestRecord>, JournalError> {
    let (before, limit) = (before(page)?, page.limit.clamp(1, 500));
    let found = || -> rusqlite::Result<Vec<RequestRecord>> {
        match &page.channel {
            None => conn
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM requests WHERE id < ?1 ORDER BY id DESC LIMIT ?2"
                ))?
                .query_map((before, limit), |row| record(row, ids))?
                .collect(),
            Some(channel) => conn
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM requests WHERE channel = ?3 AND id < ?1
                     ORDER BY id DESC LIMIT ?2"
                ))?
                .query_map((before, limit, channel), |row| record(row, ids))?
                .collect(),
        }
    };
    found().map_err(storage)
}

/// Those that a revision could not map, oldest first.
pub(super) fn failed_by(
    conn: &Connection,
    ids: Ids,
    revision: &RevisionRef,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<RequestRecord>, JournalError> {
    let after = after.map_or(Ok(0), position)?;
    // Word for word what the index `requests_failed` is over.
    conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM requests
         WHERE problem IS NOT NULL AND discarded IS NULL
           AND json_extract(meta, '$.revision.sha256') = ?1
           AND json_extract(meta, '$.revision.adapter') = ?2 AND id > ?3
         ORDER BY id LIMIT ?4"
    ))
    .and_then(|mut statement| {
        let parameters = (&revision.sha256, &revision.adapter, after, limit.clamp(1, 500));
        statement.query_map(parameters, |row| record(row, ids))?.collect()
    })
    .map_err(storage)
}

/// Those that were not mapped and that nobody gave up, newest first.
pub(super) fn unmapped(
    conn: &Connection,
    ids: Ids,
    page: &Page,
) -> Result<Vec<RequestRecord>, JournalError> {
    let before = before(page)?;
    conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM requests
         WHERE problem IS NOT NULL AND discarded IS NULL AND id < ?1 AND (?2 IS NULL OR channel = ?2)
         ORDER BY id DESC LIMIT ?3"
    ))
    .and_then(|mut statement| {
        let rows = statement
            .query_map((before, &page.channel, page.limit.clamp(1, 500)), |row| record(row, ids))?;
        rows.collect()
    })
    .map_err(storage)
}

/// The number that a page ends before.
pub(super) fn before(page: &Page) -> Result<i64, JournalError> {
    page.before.as_deref().map_or(Ok(i64::MAX), position)
}

fn position(cursor: &str) -> Result<i64, JournalError> {
    Ids::position(cursor).ok_or_else(|| JournalError::Cursor { cursor: cursor.to_owned() })
}

fn record(row: &Row<'_>, ids: Ids) -> rusqlite::Result<RequestRecord> {
    let Text(meta) = row.get(3)?;
    let Meta { method, path, query, headers, verified_by, revision, warnings, earlier } = meta;
    let problem: Option<Text<_>> = row.get(5)?;
    let discarded: Option<Text<_>> = row.get(6)?;
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
        verified_by,
        revision,
        warnings,
        problem: problem.map(|Text(problem)| problem),
        earlier,
        discarded: discarded.map(|Text(discarded)| discarded),
    })
}
