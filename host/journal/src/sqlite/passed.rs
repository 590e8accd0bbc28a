//! Whether younger events have passed one that waited as a dead letter: those of
//! its conversation that were recorded after it and are handed on already.
//!
//! All events since may have to be looked at, so a reader does it; the writer
//! looks only at what can have changed since then.

use rusqlite::{Connection, OptionalExtension, params};

/// Younger events of a conversation that wait no more. A letter has not passed
/// anything, and what waits has not either.
const PASSED: &str = "
    SELECT 1 FROM events
    WHERE id > ?1 AND channel = ?2 AND conversation = ?3
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = events.id)
      AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE dead_letters.id = events.id)";

/// What a reader saw.
pub(super) struct Passed {
    event: i64,
    channel: String,
    conversation: String,
    passed: bool,
    /// The newest event then.
    newest: i64,
    /// The first younger one that waited then: no other one can go before it.
    next: Option<i64>,
}

impl Passed {
    /// Looks at the events after a letter; `None` where it is no event, or one of
    /// no conversation.
    pub(super) fn seen(conn: &Connection, letter: i64) -> rusqlite::Result<Option<Self>> {
        let found: Option<(String, String)> = conn
            .prepare_cached(
                "SELECT channel, conversation FROM dead_letters
                 WHERE id = ?1 AND target = 'platform' AND conversation <> ''",
            )?
            .query_row([letter], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((channel, conversation)) = found else { return Ok(None) };
        let newest = conn
            .prepare_cached("SELECT coalesce(max(id), 0) FROM events")?
            .query_row([], |row| row.get(0))?;
        let passed = conn.prepare_cached(PASSED)?.exists(params![letter, channel, conversation])?;
        let next = conn
            .prepare_cached(
                "SELECT id FROM deliveries
                 WHERE id > ?1 AND target = 'platform' AND channel = ?2 AND conversation = ?3
                 ORDER BY id LIMIT 1",
            )?
            .query_row(params![letter, channel, conversation], |row| row.get(0))
            .optional()?;
        Ok(Some(Self { event: letter, channel, conversation, passed, newest, next }))
    }

    /// Whether any has passed by now.
    pub(super) fn is_late(&self, conn: &Connection) -> rusqlite::Result<bool> {
        if self.passed {
            return Ok(true);
        }
        let waits = match self.next {
            Some(next) => {
                conn.prepare_cached("SELECT 1 FROM deliveries WHERE id = ?1")?.exists([next])?
            }
            None => true,
        };
        let after = if waits { self.newest } else { self.event };
        conn.prepare_cached(PASSED)?.exists(params![after, self.channel, self.conversation])
    }
}
