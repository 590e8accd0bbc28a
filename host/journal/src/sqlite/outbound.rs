//! Reading messages to chats as adapters get them, with the chats' answers.

use eclusa_model::HttpResponse;
use rusqlite::{Connection, OptionalExtension, Row};

use super::messages;
use super::readers::storage;
use super::requests::before;
use super::text::Text;
use crate::id::Ids;
use crate::{Attempt, JournalError, OutboundRecord, Page};

/// A row of the messages: number, channel, stored part.
type Stored = (i64, String, String);

/// One message.
pub(super) fn by_id(
    conn: &Connection,
    ids: Ids,
    id: i64,
) -> Result<Option<OutboundRecord>, JournalError> {
    conn.prepare_cached("SELECT id, channel, body FROM messages WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([id], stored).optional())
        .map_err(storage)?
        .map(|stored| record(conn, ids, stored))
        .transpose()
}

/// Newest first.
pub(super) fn page(
    conn: &Connection,
    ids: Ids,
    page: &Page,
) -> Result<Vec<OutboundRecord>, JournalError> {
    let (before, limit) = (before(page)?, page.limit.clamp(1, 500));
    let found = || -> rusqlite::Result<Vec<Stored>> {
        match &page.channel {
            None => conn
                .prepare_cached(
                    "SELECT id, channel, body FROM messages WHERE id < ?1
                     ORDER BY id DESC LIMIT ?2",
                )?
                .query_map((before, limit), stored)?
                .collect(),
            Some(channel) => conn
                .prepare_cached(
                    "SELECT id, channel, body FROM messages WHERE channel = ?3 AND id < ?1
                     ORDER BY id DESC LIMIT ?2",
                )?
                .query_map((before, limit, channel), stored)?
                .collect(),
        }
    };
    found().map_err(storage)?.into_iter().map(|stored| record(conn, ids, stored)).collect()
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn record(
    conn: &Connection,
    ids: Ids,
    (id, channel, body): Stored,
) -> Result<OutboundRecord, JournalError> {
    let (message, _) = messages::for_adapter(conn, ids, id, &body)?;
    let (mut revision, mut response) = (None, None);
    let mut statement = conn
        .prepare_cached("SELECT attempt FROM attempts WHERE delivery = ?1 ORDER BY id DESC")
        .map_err(storage)?;
    let attempts = statement
        .query_map([id], |row| row.get(0).map(|Text(attempt): Text<Attempt>| attempt))
        .map_err(storage)?;
    for (place, attempt) in attempts.enumerate() {
        let attempt = attempt.map_err(storage)?;
        if let (Some(status), Some(body)) = (attempt.status, attempt.response_body) {
            response = Some(HttpResponse { status, headers: Vec::new(), body });
        }
        if place == 0 {
            revision = attempt.revision;
        }
        if response.is_some() {
            break;
        }
    }
    Ok(OutboundRecord { channel, message, response, revision })
}
