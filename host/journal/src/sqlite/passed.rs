//! Events that younger ones of their conversation have passed: those that were recorded
//! after them and wait no more.
//!
//! Told whenever an event is handed on, so that nobody has to look at all events
//! since when a letter goes out again. What can be passed are letters and, until they
//! are finished, those that go out again: a younger event may have been under way when
//! a letter got its old place before it. Both are few: it is a look into two indexes
//! that are nearly always empty.

use rusqlite::{Connection, params};

use crate::Lane;

/// The literals are those of the index `dead_letters_not_passed`.
const NOTE: &str = "
    UPDATE dead_letters SET passed = 1
    WHERE target = 'platform' AND passed = 0
      AND channel = ?1 AND conversation = ?2 AND id < ?3";

const NOTE_REDRIVEN: &str = "
    UPDATE events SET late = 1 WHERE late = 0 AND id IN (
        SELECT id FROM redriven WHERE channel = ?1 AND conversation = ?2 AND id < ?3)";

/// An event waits no more. What belongs to no conversation has no order.
pub(super) fn note(
    conn: &Connection,
    channel: &str,
    conversation: &str,
    event: i64,
) -> rusqlite::Result<()> {
    if !conversation.is_empty() {
        for sql in [NOTE, NOTE_REDRIVEN] {
            conn.prepare_cached(sql)?.execute(params![channel, conversation, event])?;
        }
    }
    Ok(())
}

/// An event goes out again; `passed` while it was a letter or not.
pub(super) fn redriven(
    conn: &Connection,
    event: i64,
    lane: &Lane,
    passed: bool,
) -> rusqlite::Result<()> {
    if passed {
        conn.prepare_cached("UPDATE events SET late = 1 WHERE id = ?1")?.execute([event])?;
    }
    conn.prepare_cached(
        "INSERT OR IGNORE INTO redriven (id, channel, conversation) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![event, lane.channel, lane.conversation])?;
    Ok(())
}

/// It is handed on, a letter again, or given up.
pub(super) fn finished(conn: &Connection, event: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM redriven WHERE id = ?1")?.execute([event]).map(|_| ())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::sqlite::schema;

    const YOUNGER: i64 = 100_000;

    fn letter(conn: &Connection, id: i64, conversation: &str) {
        conn.execute(
            "INSERT INTO dead_letters
             (id, target, channel, conversation, attempts, problem, died_at_ms)
             VALUES (?1, 'platform', 'shop', ?2, 1, '{}', 0)",
            params![id, conversation],
        )
        .unwrap();
    }

    fn steps(conn: &Connection, conversation: &str, event: i64) -> i32 {
        let mut statement = conn.prepare(NOTE).unwrap();
        statement.execute(params!["shop", conversation, event]).unwrap();
        statement.get_status(StatementStatus::VmStep)
    }

    /// With a letter and as many younger events and other letters as an outage
    /// leaves, a note costs what it costs with none.
    #[test]
    fn a_note_costs_the_same_however_much_there_is() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::prepare(&mut conn).unwrap();
        let none = steps(&conn, "busy", 1);
        let tx = conn.unchecked_transaction().unwrap();
        letter(&tx, 1, "busy");
        for id in 2..2 + YOUNGER {
            tx.prepare_cached(
                "INSERT INTO events (id, request, kind, channel, conversation, received_at, body)
                 VALUES (?1, ?1, 'typing', 'shop', 'busy', '', '')",
            )
            .unwrap()
            .execute([id])
            .unwrap();
            if id % 100 == 0 {
                letter(&tx, id, "quiet");
            }
        }
        let first = steps(&tx, "busy", YOUNGER);
        let next = steps(&tx, "busy", YOUNGER);
        println!("a note takes {none} steps without letters, {first} for one, {next} after it");
        assert!(first < 20 * none.max(50), "{first}");
        assert!(next < 2 * none.max(50), "{next}");
        let plan: Vec<String> = tx
            .prepare(&format!("EXPLAIN QUERY PLAN {NOTE}"))
            .unwrap()
            .query_map(params!["shop", "busy", 1], |row| row.get("detail"))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let wanted = "INDEX dead_letters_not_passed (channel=? AND conversation=? AND ";
        assert!(plan.iter().any(|step| step.contains(wanted)), "{plan:?}");
        assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{plan:?}");
    }
}
