//! Lists of attendances.

use eclusa_model::Attendance;
use rusqlite::{Connection, ToSql, params_from_iter};

use super::row;
use crate::id::{Ids, number_at};
use crate::sqlite::readers::storage;
use crate::sqlite::text::Text;
use crate::{AttendanceFilter, JournalError};

/// Newest first.
pub(super) fn page(
    conn: &Connection,
    ids: Ids,
    filter: &AttendanceFilter,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Attendance>, JournalError> {
    let before = match before {
        None => i64::MAX,
        Some(cursor) => {
            let wrong = || JournalError::Cursor { cursor: cursor.to_owned() };
            Ids::position(cursor).ok_or_else(wrong)?
        }
    };
    let before = filter.opened_before_ms.map_or(before, |ms| before.min(number_at(ms)));
    let from = filter.opened_from_ms.map_or(0, number_at);
    let limit = limit.clamp(1, 500);
    let state = filter.state.map(Text);
    let mut values: Vec<&dyn ToSql> = vec![&from, &before, &limit];
    let mut query = format!("SELECT {} FROM attendances WHERE id >= ?1 AND id < ?2", row::COLUMNS);
    // The one that leaves the fewest is looked up in its index, others in its rows.
    let mut index = "";
    let conditions: [(&str, Option<&dyn ToSql>); 7] = [
        ("contact", filter.contact.as_ref().map(|it| it as _)),
        ("conversation", filter.conversation.as_ref().map(|it| it as _)),
        ("agent", filter.agent.as_ref().map(|it| it as _)),
        ("queue", filter.queue.as_ref().map(|it| it as _)),
        ("flow", filter.flow.as_ref().map(|it| it as _)),
        ("channel", filter.channel.as_ref().map(|it| it as _)),
        ("state", state.as_ref().map(|it| it as _)),
    ];
    for (column, value) in conditions {
        let Some(value) = value else { continue };
        values.push(value);
        query.push_str(&format!(" AND {index}{column} = ?{}", values.len()));
        index = "+";
    }
    query.push_str(" ORDER BY id DESC LIMIT ?3");
    conn.prepare_cached(&query)
        .and_then(|mut statement| {
            let rows = statement.query_map(params_from_iter(values), row::read)?;
            rows.map(|record| record.map(|record| record.shown(ids))).collect()
        })
        .map_err(storage)
}
