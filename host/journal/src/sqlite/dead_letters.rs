//! Reading what could not be delivered.

use rusqlite::{Connection, Row};

use super::readers::storage;
use super::text::Text;
use crate::clock::rfc3339;
use crate::id::Ids;
use crate::{DeadLetter, JournalError, Page, Target};

/// Newest first, by the order in which they were accepted.
pub(super) fn page(
    conn: &Connection,
    ids: Ids,
    page: &Page,
) -> Result<Vec<DeadLetter>, JournalError> {
    let before: i64 = match &page.before {
        None => i64::MAX,
        Some(cursor) => {
            cursor.parse().map_err(|_| JournalError::Cursor { cursor: cursor.clone() })?
        }
    };
    conn.prepare_cached(
        "SELECT id, target, channel, conversation, attempts, problem, died_at_ms
         FROM dead_letters WHERE id < ?1 AND (?2 IS NULL OR channel = ?2)
         ORDER BY id DESC LIMIT ?3",
    )
    .and_then(|mut statement| {
        let rows = statement
            .query_map((before, &page.channel, page.limit.clamp(1, 500)), |row| letter(row, ids))?;
        rows.collect()
    })
    .map_err(storage)
}

fn letter(row: &Row<'_>, ids: Ids) -> rusqlite::Result<DeadLetter> {
    let id: i64 = row.get(0)?;
    let Text(target) = row.get(1)?;
    let Text(problem) = row.get(5)?;
    Ok(DeadLetter {
        id: id.to_string(),
        target,
        channel: row.get(2)?,
        conversation: row.get(3)?,
        message: (target == Target::Chat).then(|| ids.text(id)),
        event: (target == Target::Platform).then(|| ids.text(id)),
        problem,
        attempts: row.get(4)?,
        died_at: rfc3339(row.get(6)?),
    })
}
