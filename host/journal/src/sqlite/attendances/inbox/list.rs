//! Pages of an inbox.

use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter};

use super::search;
use crate::attendance::InboxPlace;
use crate::id::{Ids, ms_of};
use crate::sqlite::attendances::{row, transcript};
use crate::sqlite::readers::storage;
use crate::{InboxEntry, InboxQuery, InboxView, JournalError, Said, Turn, rfc3339};

/// The entries after a cursor.
pub(in super::super) fn page(
    conn: &Connection,
    ids: Ids,
    query: &InboxQuery,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<InboxEntry>, JournalError> {
    let place = InboxPlace::read(after)?;
    let limit = limit.clamp(1, 500);
    let channel = query.channel.as_deref();
    let found = match &query.view {
        InboxView::Open => open(conn, ("1", None), channel, place, limit),
        InboxView::Of { agent } => open(conn, ("agent = ?4", Some(agent)), channel, place, limit),
        InboxView::Waiting => {
            open(conn, ("state IN ('queued', 'transferred')", None), channel, place, limit)
        }
        InboxView::Closed => closed(conn, channel, place.before, limit),
        InboxView::Found { text } => search::found(conn, ids, text, channel, place.before, limit),
    };
    let found = found.map_err(storage)?;
    let entries = found.into_iter().map(|(id, place)| entry(conn, ids, id, place));
    entries.filter_map(|entry| entry.map_err(storage).transpose()).collect()
}

/// How many open attendances have something unanswered, up to `most`.
pub(in super::super) fn unanswered(conn: &Connection, most: u32) -> rusqlite::Result<u32> {
    // Of the index alone, whose rows have no checksums.
    conn.prepare_cached(
        "SELECT count(*) FROM (SELECT 1 FROM main.inbox WHERE unanswered = 1 LIMIT ?1)",
    )?
    .query_row([most], |row| row.get(0))
}

/// The open ones: those with something unanswered, then the others. The index has
/// all that is asked for.
fn open(
    conn: &Connection,
    (condition, agent): (&str, Option<&String>),
    channel: Option<&str>,
    from: InboxPlace,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, InboxPlace)>> {
    let mut found: Vec<(i64, InboxPlace)> = Vec::new();
    for answered in [false, true] {
        if from.answered && !answered {
            continue;
        }
        let before = if from.answered == answered { from.before } else { i64::MAX };
        let left = limit - found.len() as u32;
        let unanswered = !answered;
        let mut values: Vec<&dyn ToSql> = vec![&unanswered, &before, &left, &agent];
        let mut query = format!(
            "SELECT attendance, last_message FROM main.inbox
             WHERE unanswered = ?1 AND last_message < ?2 AND {condition}"
        );
        if let Some(channel) = &channel {
            values.push(channel);
            query.push_str(" AND channel = ?5");
        }
        if agent.is_none() {
            query.push_str(" AND ?4 IS NULL");
        }
        query.push_str(" ORDER BY last_message DESC LIMIT ?3");
        let mut statement = conn.prepare_cached(&query)?;
        let rows = statement.query_map(params_from_iter(values), |row| {
            Ok((row.get(0)?, InboxPlace { answered, before: row.get(1)? }))
        })?;
        found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    Ok(found)
}

/// The closed ones, newest first.
fn closed(
    conn: &Connection,
    channel: Option<&str>,
    before: i64,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, InboxPlace)>> {
    let (condition, channel) = match &channel {
        Some(channel) => ("channel = ?3 AND +state = 'closed'", channel as &dyn ToSql),
        None => ("state = 'closed' AND ?3 IS NULL", &channel as &dyn ToSql),
    };
    let query = format!(
        "SELECT id FROM attendances WHERE {condition} AND id < ?1 ORDER BY id DESC LIMIT ?2"
    );
    let values: [&dyn ToSql; 3] = [&before, &limit, channel];
    let mut statement = conn.prepare_cached(&query)?;
    let rows = statement.query_map(&values[..], |row| {
        let id = row.get(0)?;
        Ok((id, InboxPlace { answered: false, before: id }))
    })?;
    rows.collect()
}

/// What a list shows of one; nothing of one that is gone.
fn entry(
    conn: &Connection,
    ids: Ids,
    id: i64,
    place: InboxPlace,
) -> rusqlite::Result<Option<InboxEntry>> {
    let Some(record) = row::find(conn, "attendances", row::Name::Id(id))? else { return Ok(None) };
    let standing: Option<(bool, i64, i64)> = conn
        .prepare_cached("SELECT unanswered, last_message, since FROM inbox WHERE attendance = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let last: Option<(i64, Said)> = match standing {
        Some((_, last, _)) => transcript::by_id(conn, ids, last)?,
        None => transcript::newest(conn, ids, id)?,
    };
    let last_id = last.as_ref().map_or(record.id, |(id, _)| *id);
    Ok(Some(InboxEntry {
        attendance: record.shown(ids),
        turn: standing
            .map(|(unanswered, _, since)| Turn { unanswered, since: rfc3339(ms_of(since)) }),
        last: last.map(|(_, said)| said),
        last_at: rfc3339(ms_of(last_id)),
        cursor: place.cursor(ids),
    }))
}
