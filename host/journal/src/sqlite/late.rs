//! Finding out whether a request that is mapped later comes late to a
//! conversation: whether an event of a younger request is there already.
//!
//! All requests since may have to be looked at, so a reader does it; the writer
//! looks only at what was recorded after that.

use std::collections::HashSet;

use rusqlite::{Connection, params, params_from_iter};

/// What a reader saw.
pub(super) struct Lateness {
    request: i64,
    channel: String,
    /// The newest event then.
    newest: i64,
    /// The conversations that were looked for, and those that had gone on.
    asked: HashSet<String>,
    late: HashSet<String>,
}

impl Lateness {
    /// Looks for events of requests after this one. Takes some 0.1 s for each
    /// million of events since: it reads the index alone, whose rows have no
    /// checksums.
    pub(super) fn seen(
        conn: &Connection,
        request: i64,
        channel: &str,
        conversations: &HashSet<String>,
    ) -> rusqlite::Result<Self> {
        let newest = conn
            .prepare_cached("SELECT coalesce(max(id), 0) FROM main.events")?
            .query_row([], |row| row.get(0))?;
        let marks = vec!["?"; conversations.len()].join(", ");
        let mut statement = conn.prepare(&format!(
            "SELECT conversation FROM main.events
             WHERE conversation IN ({marks}) AND channel = ? AND request > {request}"
        ))?;
        let names = conversations.iter().map(String::as_str);
        let mut rows = statement.query(params_from_iter(names.chain([channel])))?;
        let mut late = HashSet::new();
        while late.len() < conversations.len()
            && let Some(row) = rows.next()?
        {
            late.insert(row.get(0)?);
        }
        Ok(Self {
            request,
            channel: channel.to_owned(),
            newest,
            asked: conversations.clone(),
            late,
        })
    }

    /// Whether the request comes late to a conversation by now.
    pub(super) fn is_late(&self, conn: &Connection, conversation: &str) -> rusqlite::Result<bool> {
        if conversation.is_empty() || self.late.contains(conversation) {
            return Ok(!conversation.is_empty());
        }
        // A conversation that was not asked for has become known since.
        let after = if self.asked.contains(conversation) { self.newest } else { self.request };
        // The `+` keeps it to the newest rows, whichever index there is.
        conn.prepare_cached(
            "SELECT 1 FROM events
             WHERE id > ?1 AND +request > ?2 AND channel = ?3 AND conversation = ?4",
        )?
        .exists(params![after, self.request, self.channel, conversation])
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::sqlite::schema;

    fn event(conn: &Connection, id: i64, request: i64, channel: &str, conversation: &str) {
        conn.execute(
            "INSERT INTO events (id, request, kind, channel, conversation, received_at, body)
             VALUES (?1, ?2, 'typing', ?3, ?4, '', '')",
            params![id, request, channel, conversation],
        )
        .unwrap();
    }

    #[test]
    fn the_writer_finds_what_came_after_the_reader() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::prepare(&mut conn).unwrap();
        event(&conn, 11, 10, "shop", "older");
        event(&conn, 31, 30, "shop", "younger");
        event(&conn, 32, 30, "else", "quiet");
        let asked = ["older", "younger", "quiet"].map(str::to_owned).into();
        let lateness = Lateness::seen(&conn, 20, "shop", &asked).unwrap();
        let late = |conn, name| lateness.is_late(conn, name).unwrap();
        assert!(late(&conn, "younger"));
        for name in ["older", "quiet", "not asked for", ""] {
            assert!(!late(&conn, name), "{name}");
        }
        // An older one that is mapped later, one in another channel, one of its own.
        event(&conn, 41, 15, "shop", "quiet");
        event(&conn, 42, 40, "else", "quiet");
        event(&conn, 43, 20, "shop", "quiet");
        event(&conn, 44, 40, "shop", "");
        assert!(!late(&conn, "quiet") && !late(&conn, ""));
        // A younger one that is mapped later, and one that came in.
        event(&conn, 45, 25, "shop", "quiet");
        event(&conn, 46, 45, "shop", "older");
        assert!(late(&conn, "quiet") && late(&conn, "older"));
        // One that was there, of a conversation that nobody had asked for.
        event(&conn, 29, 28, "shop", "not asked for");
        assert!(late(&conn, "not asked for"));
    }
}
