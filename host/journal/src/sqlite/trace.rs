//! Reading a message with all that happened to it.

use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::value::RawValue;

use super::attendances::sent_by;
use super::events::{self, with_parts};
use super::readers::storage;
use super::requests;
use super::text::Text;
use crate::clock::rfc3339;
use crate::event::Kind;
use crate::id::Ids;
use crate::{Attempt, HELD, JournalError, MessageRecord, MessageState, body};
use eclusa_model::Problem;

/// What was recorded about the handing on of an event or a message.
struct Handing {
    attempts: Vec<Attempt>,
    /// Of the attempt that succeeded.
    done_at_ms: Option<i64>,
    due_at_ms: Option<i64>,
    dead: Option<(Problem, i64)>,
}

/// A message of either direction.
pub(super) fn message(
    conn: &Connection,
    ids: Ids,
    id: &str,
) -> Result<Option<MessageRecord>, JournalError> {
    let Some(number) = ids.number(id) else { return Ok(None) };
    match outbound(conn, ids, number).map_err(storage)? {
        Some(record) => Ok(Some(record)),
        None => inbound(conn, ids, number),
    }
}

fn outbound(conn: &Connection, ids: Ids, number: i64) -> rusqlite::Result<Option<MessageRecord>> {
    let found = conn
        .prepare_cached(
            "SELECT channel, external_id, state, problem, body, created_at, updated_at_ms,
                    sent_by
             FROM messages WHERE id = ?1",
        )?
        .query_row([number], |row| outbound_record(row, ids.text(number)))
        .optional()?;
    let Some(record) = found else { return Ok(None) };
    let handing = handing(conn, number)?;
    Ok(Some(MessageRecord {
        attempts: handing.attempts,
        next_attempt_at: handing.due_at_ms.map(rfc3339),
        ..record
    }))
}

fn outbound_record(row: &Row<'_>, id: String) -> rusqlite::Result<MessageRecord> {
    let channel: String = row.get(0)?;
    let Text(state) = row.get(2)?;
    let problem: Option<Text<Problem>> = row.get(3)?;
    let message = body::outbound_json(&id, &channel, row.get_ref(4)?.as_str()?);
    Ok(MessageRecord {
        id,
        channel,
        direction: "outbound".to_owned(),
        state,
        message: message.map_err(|error| {
            let column = rusqlite::types::Type::Text;
            rusqlite::Error::FromSqlConversionFailure(4, column, Box::new(error))
        })?,
        sent_by: Some(sent_by(row, 7)?),
        external_id: row.get(1)?,
        created_at: row.get(5)?,
        updated_at: rfc3339(row.get(6)?),
        problem: problem.map(|Text(problem)| problem),
        request: None,
        attempts: Vec::new(),
        next_attempt_at: None,
    })
}

/// An inbound message's event: what it holds of the record.
struct Inbound {
    channel: String,
    received_at: String,
    external_id: Option<String>,
    message: Box<RawValue>,
}

fn inbound(
    conn: &Connection,
    ids: Ids,
    number: i64,
) -> Result<Option<MessageRecord>, JournalError> {
    let found = conn
        .prepare_cached(&events::select("id = ?1"))
        .and_then(|mut statement| {
            statement
                .query_row([number], |row| {
                    with_parts(row, |parts| {
                        // An edit tells of a message only where it is the first to.
                        let tells = match parts.kind {
                            Kind::Received => true,
                            Kind::Edited => parts.message.is_none(),
                            _ => false,
                        };
                        tells
                            .then(|| {
                                Ok(Inbound {
                                    channel: parts.channel.to_owned(),
                                    received_at: parts.received_at.to_owned(),
                                    external_id: parts.external_id.map(str::to_owned),
                                    message: parts.object(ids)?,
                                })
                            })
                            .transpose()
                    })
                })
                .optional()
        })
        .map_err(storage)?;
    let Some(Inbound { channel, received_at, external_id, message }) = found.flatten() else {
        return Ok(None);
    };
    let request: Option<i64> = conn
        .prepare_cached("SELECT request FROM events WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([number], |row| row.get(0)).optional())
        .map_err(storage)?;
    let request = match request {
        // They are removed together.
        Some(request) => Some(requests::by_id(conn, ids, request)?.ok_or_else(|| {
            JournalError::Corrupt { table: "requests".to_owned(), id: request.to_string() }
        })?),
        None => None,
    };
    let Handing { attempts, done_at_ms, due_at_ms, dead } =
        handing(conn, number).map_err(storage)?;
    let (state, problem, updated_at_ms) = match (dead, done_at_ms) {
        (Some((problem, at_ms)), _) => (MessageState::Failed, Some(problem), Some(at_ms)),
        (None, Some(at_ms)) => (MessageState::Pushed, None, Some(at_ms)),
        (None, None) => (MessageState::Mapped, None, None),
    };
    Ok(Some(MessageRecord {
        id: ids.text(number),
        channel,
        direction: "inbound".to_owned(),
        state,
        message,
        sent_by: None,
        external_id,
        updated_at: updated_at_ms.map_or_else(|| received_at.clone(), rfc3339),
        created_at: received_at,
        problem,
        request,
        attempts,
        next_attempt_at: due_at_ms.map(rfc3339),
    }))
}

fn handing(conn: &Connection, id: i64) -> rusqlite::Result<Handing> {
    let mut attempts = Vec::new();
    let mut done_at_ms = None;
    let mut statement = conn.prepare_cached(
        "SELECT attempt, done, at_ms FROM attempts WHERE delivery = ?1 ORDER BY id",
    )?;
    let mut rows = statement.query([id])?;
    while let Some(row) = rows.next()? {
        let Text(attempt) = row.get(0)?;
        attempts.push(attempt);
        if row.get(1)? {
            done_at_ms = Some(row.get(2)?);
        }
    }
    let due_at_ms = conn
        .prepare_cached("SELECT due_at_ms FROM deliveries WHERE id = ?1 AND due_at_ms < ?2")?
        .query_row([id, HELD], |row| row.get(0))
        .optional()?;
    let dead = conn
        .prepare_cached("SELECT problem, died_at_ms FROM dead_letters WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .map(|(Text(problem), at_ms)| (problem, at_ms));
    Ok(Handing { attempts, done_at_ms, due_at_ms, dead })
}

/// All attempts of a delivery, oldest first.
pub(super) fn attempts(conn: &Connection, id: i64) -> rusqlite::Result<Vec<Attempt>> {
    conn.prepare_cached("SELECT attempt FROM attempts WHERE delivery = ?1 ORDER BY id")?
        .query_map([id], |row| row.get(0).map(|Text(attempt)| attempt))?
        .collect()
}
