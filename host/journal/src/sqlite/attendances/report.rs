//! What was counted.

use rusqlite::{Connection, Row};

use crate::attendance::{AttendanceCount, Counted, OpenAttendances, QUARTER_MS};
use crate::sqlite::text::Text;

/// Each quarter, by time and channel.
pub(super) fn counts(
    conn: &Connection,
    counted: &Counted,
) -> rusqlite::Result<Vec<AttendanceCount>> {
    let all = "SELECT quarter, channel, opened, answered, closed, first_answer_ms
               FROM attendance_counts
               WHERE quarter >= ?1 AND quarter < ?2 AND (?3 IS NULL OR channel = ?3)
               ORDER BY quarter, channel";
    read(conn, all, counted)
}

/// All quarters of each channel together, by channel.
pub(super) fn sums(conn: &Connection, counted: &Counted) -> rusqlite::Result<Vec<AttendanceCount>> {
    let all = "SELECT min(quarter), channel, sum(opened), sum(answered), sum(closed),
                   sum(first_answer_ms)
               FROM attendance_counts
               WHERE quarter >= ?1 AND quarter < ?2 AND (?3 IS NULL OR channel = ?3)
               GROUP BY channel ORDER BY channel";
    read(conn, all, counted)
}

fn read(
    conn: &Connection,
    query: &str,
    counted: &Counted,
) -> rusqlite::Result<Vec<AttendanceCount>> {
    // The first quarter that begins then or later.
    let first = |ms: i64| ms.saturating_add(QUARTER_MS - 1).div_euclid(QUARTER_MS);
    let asked = (first(counted.from_ms), first(counted.before_ms), &counted.channel);
    conn.prepare_cached(query)?
        .query_map(asked, |row| {
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
