//! Messages to chats: recording them, and how far they have come.

use eclusa_model::{DeliveryState, OutboundMessage, Problem};
use rusqlite::{Connection, OptionalExtension, params};

use super::deliveries;
use super::keys;
use super::readers::storage;
use super::text::Text;
use super::writer::{Fault, Unit};
use crate::event::state_name;
use crate::id::Ids;
use crate::key::{self, Key};
use crate::{JournalError, Lane, MessageState, Submit, Target, body};

/// A message made ready for storing.
pub(super) struct PreparedSubmit {
    lane: Lane,
    conversation_key: Key,
    idempotency: Option<(Key, [u8; 32])>,
    start: bool,
    submitted_at: String,
    traceparent: Option<String>,
    body: String,
}

impl PreparedSubmit {
    pub(super) fn new(submit: Submit) -> Result<Self, JournalError> {
        let body = body::of_submit(&submit).map_err(storage)?;
        let Submit { channel, conversation, idempotency, start, submitted_at, traceparent, .. } =
            submit;
        Ok(Self {
            conversation_key: key::conversation(&channel, &conversation),
            idempotency: idempotency
                .map(|given| (key::idempotency(&channel, &given), given.fingerprint)),
            lane: Lane { target: Target::Chat, channel, conversation },
            start,
            submitted_at,
            traceparent,
            body,
        })
    }
}

/// Writes a message; returns its id, its state, and whether it was there.
pub(super) fn submit(
    unit: &mut Unit<'_>,
    submit: &PreparedSubmit,
) -> Result<(i64, MessageState, bool), Fault> {
    if let Some((key, fingerprint)) = &submit.idempotency
        && let Some(first) = keys::get(unit.conn, key)?
        // It may have been removed for its age.
        && let Some((state, stored)) = unit
            .conn
            .prepare_cached("SELECT state, fingerprint FROM sound_messages WHERE id = ?1")?
            .query_row([first], |row| Ok((row.get(0)?, row.get::<_, Option<Vec<u8>>>(1)?)))
            .optional()?
    {
        if stored.as_deref() != Some(fingerprint) {
            return Err(Fault::Refused(JournalError::IdempotencyConflict));
        }
        let Text(state) = state;
        return Ok((first, state, true));
    }
    let Lane { channel, conversation, .. } = &submit.lane;
    let known = keys::get(unit.conn, &submit.conversation_key)?.is_some();
    if !known && !submit.start {
        return Err(Fault::Refused(JournalError::UnknownConversation {
            channel: channel.clone(),
            conversation: conversation.clone(),
        }));
    }
    let id = unit.next_id();
    if !known {
        keys::claim(unit.conn, &submit.conversation_key, id)?;
    }
    if let Some((key, _)) = &submit.idempotency {
        keys::set(unit.conn, key, id)?;
    }
    unit.conn
        .prepare_cached(
            "INSERT INTO messages
             (id, channel, conversation, state, fingerprint, body, created_at, updated_at_ms,
              checksum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
                     row_sum(?1, ?2, ?3, NULL, ?4, NULL, ?5, ?6, ?7, ?8))",
        )?
        .execute(params![
            id,
            channel,
            conversation,
            Text(MessageState::Queued),
            submit.idempotency.as_ref().map(|(_, fingerprint)| fingerprint),
            submit.body,
            submit.submitted_at,
            unit.now_ms
        ])?;
    deliveries::add(unit, id, submit.lane.clone(), submit.traceparent.as_deref())?;
    Ok((id, MessageState::Queued, false))
}

/// Moves a message to a chat forward, or leaves it where it is.
pub(super) fn advance(
    unit: &Unit<'_>,
    id: i64,
    next: MessageState,
    problem: Option<&Problem>,
) -> rusqlite::Result<()> {
    let state = unit
        .conn
        .prepare_cached("SELECT state FROM sound_messages WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    if state.is_some_and(|Text(state): Text<MessageState>| state.moves_to(next)) {
        unit.conn
            .prepare_cached(
                "UPDATE messages SET state = ?2, problem = ?3, updated_at_ms = ?4 WHERE id = ?1",
            )?
            .execute(params![id, Text(next), problem.map(Text), unit.now_ms])?;
    }
    Ok(())
}

/// The chat took a message, and perhaps gave it an id.
pub(super) fn sent(
    unit: &Unit<'_>,
    id: i64,
    lane: &Lane,
    external_id: Option<&str>,
) -> rusqlite::Result<()> {
    advance(unit, id, MessageState::Sent, None)?;
    let Some(external_id) = external_id else { return Ok(()) };
    unit.conn
        .prepare_cached("UPDATE messages SET external_id = ?2 WHERE id = ?1")?
        .execute(params![id, external_id])?;
    keys::set(unit.conn, &key::outbound(&lane.channel, &lane.conversation, external_id), id)?;
    keys::set(unit.conn, &key::outbound_anywhere(&lane.channel, external_id), id)?;
    use DeliveryState::{Delivered, Failed, Read, Sent};
    for state in [Sent, Delivered, Read, Failed] {
        let key = key::early_status(&lane.channel, external_id, state_name(state));
        if let Some(event) = keys::get(unit.conn, &key)? {
            apply_early_status(unit, id, event)?;
        }
    }
    Ok(())
}

/// Applies a status that came before the external id of its message was known.
fn apply_early_status(unit: &Unit<'_>, message: i64, event: i64) -> rusqlite::Result<()> {
    let stored: Option<String> = unit
        .conn
        .prepare_cached("SELECT body FROM sound_events WHERE id = ?1")?
        .query_row([event], |row| row.get(0))
        .optional()?;
    match stored.as_deref().map(body::read_status) {
        Some(Ok((state, problem))) => advance(unit, message, state.into(), problem.as_ref()),
        _ => Ok(()),
    }
}

/// A message to a chat as its adapter gets it.
pub(super) fn for_adapter(
    conn: &Connection,
    ids: Ids,
    id: i64,
    body: &str,
) -> Result<OutboundMessage, JournalError> {
    let mut message = body::outbound_message(ids.text(id), body).map_err(storage)?;
    message.reply_to = match message.reply_to {
        Some(given) => chats_id(conn, ids, given).map_err(storage)?,
        None => None,
    };
    Ok(message)
}

/// The chat's id of a message given by the chat's id or by ours. `None` for one
/// of ours that the chat gave no id.
fn chats_id(conn: &Connection, ids: Ids, given: String) -> rusqlite::Result<Option<String>> {
    let Some(number) = ids.number(&given) else { return Ok(Some(given)) };
    let found = conn
        .prepare_cached(
            "SELECT external_id FROM messages WHERE id = ?1
             UNION ALL SELECT external_id FROM events WHERE id = ?1",
        )?
        .query_row([number], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(Some(given)))
}
