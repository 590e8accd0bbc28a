//! Lists of attendances.

use eclusa_model::{Attendance, AttendanceState};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::row;
use crate::id::{Ids, number_at};
use crate::sqlite::readers::storage;
use crate::sqlite::text::Text;
use crate::{AttendanceFilter, JournalError};

/// Those that opened before another one, newest first.
pub(super) fn older(
    conn: &Connection,
    ids: Ids,
    filter: &AttendanceFilter,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Attendance>, JournalError> {
    let (from, to) = opened(filter);
    let before = before.map_or(Ok(to), |cursor| Ok(position(cursor)?.min(to)))?;
    page(conn, ids, filter, (from, before), "DESC", limit)
}

/// Those that opened just after another one, newest first.
pub(super) fn newer(
    conn: &Connection,
    ids: Ids,
    filter: &AttendanceFilter,
    after: &str,
    limit: u32,
) -> Result<Vec<Attendance>, JournalError> {
    let (from, to) = opened(filter);
    let from = position(after)?.saturating_add(1).max(from);
    let mut found = page(conn, ids, filter, (from, to), "ASC", limit)?;
    found.reverse();
    Ok(found)
}

fn position(cursor: &str) -> Result<i64, JournalError> {
    Ids::position(cursor).ok_or_else(|| JournalError::Cursor { cursor: cursor.to_owned() })
}

/// The ids from and before which they opened.
fn opened(filter: &AttendanceFilter) -> (i64, i64) {
    let from = filter.opened_from_ms.map_or(0, number_at);
    (from, filter.opened_before_ms.map_or(i64::MAX, number_at))
}

fn page(
    conn: &Connection,
    ids: Ids,
    filter: &AttendanceFilter,
    (from, before): (i64, i64),
    order: &str,
    limit: u32,
) -> Result<Vec<Attendance>, JournalError> {
    let limit = limit.clamp(1, 500);
    // Few are open, and nearly all are closed, whatever else is asked for.
    let (open, closed) = match filter.state {
        Some(AttendanceState::Closed) => (None, filter.state.map(Text)),
        state => (state.map(Text), None),
    };
    let mut values: Vec<&dyn ToSql> = vec![&from, &before, &limit];
    let mut query = format!("SELECT {} FROM attendances WHERE id >= ?1 AND id < ?2", row::COLUMNS);
    // The one that leaves the fewest is looked up in its index, others in its rows.
    let mut index = "";
    let conditions: [(&str, Option<&dyn ToSql>); 8] = [
        ("contact", filter.contact.as_ref().map(|it| it as _)),
        ("conversation", filter.conversation.as_ref().map(|it| it as _)),
        ("state", open.as_ref().map(|it| it as _)),
        ("agent", filter.agent.as_ref().map(|it| it as _)),
        ("queue", filter.queue.as_ref().map(|it| it as _)),
        ("flow", filter.flow.as_ref().map(|it| it as _)),
        ("channel", filter.channel.as_ref().map(|it| it as _)),
        ("state", closed.as_ref().map(|it| it as _)),
    ];
    for (column, value) in conditions {
        let Some(value) = value else { continue };
        values.push(value);
        query.push_str(&format!(" AND {index}{column} = ?{}", values.len()));
        index = "+";
    }
    query.push_str(&format!(" ORDER BY id {order} LIMIT ?3"));
    conn.prepare_cached(&query)
        .and_then(|mut statement| {
            let rows = statement.query_map(params_from_iter(values), row::read)?;
            rows.map(|record| record.map(|record| record.shown(ids))).collect()
        })
        .map_err(storage)
}
