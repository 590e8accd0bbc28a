//! What was counted.

use rusqlite::{Connection, Row};

use crate::attendance::{AttendanceCount, OpenAttendances, QUARTER_MS};
use crate::sqlite::text::Text;

/// The quarters that begin from one time to another, by time and channel.
pub(super) fn counts(
    conn: &Connection,
    from_ms: i64,
    before_ms: i64,
) -> rusqlite::Result<Vec<AttendanceCount>> {
    // The first quarter that begins then or later.
    let first = |ms: i64| ms.saturating_add(QUARTER_MS - 1).div_euclid(QUARTER_MS);
    conn.prepare_cached(
        "SELECT quarter, channel, opened, answered, closed, first_answer_ms
         FROM attendance_counts WHERE quarter >= ?1 AND quarter < ?2
         ORDER BY quarter, channel",
    )?
    .query_map((first(from_ms), first(before_ms)), |row| {
        Ok(AttendanceCount {
            start_ms: row.get::<_, i64>(0)?.saturating_mul(QUARTER_MS),
            channel: row.get(1)?,
            opened: number(row, 2)?,
            answered: number(row, 3)?,
            closed: number(row, 4)?,
            first_answer_ms: number(row, 5)?,
        })
    })?
    .collect()
}

/// How many are open. It reads the index alone, whose rows have no checksums.
pub(super) fn open(conn: &Connection) -> rusqlite::Result<Vec<OpenAttendances>> {
    conn.prepare_cached(
        "SELECT channel, state, count(*) FROM main.attendances WHERE state <> 'closed'
         GROUP BY channel, state ORDER BY channel, state",
    )?
    .query_map([], |row| {
        let Text(state) = row.get(1)?;
        Ok(OpenAttendances { channel: row.get(0)?, state, count: number(row, 2)? })
    })?
    .collect()
}

/// A number that is never below 0.
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}
