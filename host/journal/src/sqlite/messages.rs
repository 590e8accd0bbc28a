//! Messages to chats: recording them, and how far they have come.

use eclusa_flow::Input;
use eclusa_model::{Content, DeliveryState, OutboundMessage, Problem, Warning};
use rusqlite::{Connection, OptionalExtension, params};

use super::attendances::{self, Place};
use super::deliveries;
use super::flows::{self, Wire};
use super::keys;
use super::readers::storage;
use super::text::Text;
use super::writer::{Fault, Unit};
use crate::attendance::Record;
use crate::event::state_name;
use crate::id::Ids;
use crate::key::{self, Key};
use crate::{
    Idempotency, JournalError, Lane, MessageState, Sender, SentBy, Submit, Submitted, Target, body,
    reply, rfc3339,
};

/// A message made ready for storing.
pub(super) struct PreparedSubmit {
    lane: Lane,
    conversation_key: Key,
    idempotency: Option<(Key, [u8; 32])>,
    start: bool,
    sent_by: Sender,
    submitted_at: String,
    traceparent: Option<String>,
    body: String,
}

impl PreparedSubmit {
    pub(super) fn new(submit: Submit) -> Result<Self, JournalError> {
        let body = body::of_submit(&submit).map_err(storage)?;
        let Submit {
            channel,
            conversation,
            idempotency,
            start,
            sent_by,
            submitted_at,
            traceparent,
            ..
        } = submit;
        Ok(Self {
            conversation_key: key::conversation(&channel, &conversation),
            idempotency: idempotency
                .map(|given| (key::idempotency(&channel, &given), given.fingerprint)),
            lane: Lane { target: Target::Chat, channel, conversation },
            start,
            sent_by,
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
        && let Some(first) = earlier(unit.conn, key)?
    {
        let (first, state) = first.of(fingerprint).map_err(Fault::Refused)?;
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
        keys::keep(unit.conn, &submit.conversation_key, id)?;
    }
    if let Some((key, _)) = &submit.idempotency {
        keys::set(unit.conn, key, id)?;
    }
    let attendance = attendances::open_in(unit.conn, Place { channel, conversation })?;
    match (attendance, submit.sent_by) {
        (None, _) => {}
        (Some(open), Sender::Platform) => {
            if !open.answered {
                attendances::answered(unit, open.id, channel, id)?;
            }
            attendances::inbox::answered(unit, open.id, id)?;
        }
        // It is shown in the thread, and moves nothing.
        (Some(_), Sender::Test) => unit.inbox_changed.set(true),
    }
    let new = NewMessage {
        id,
        lane: &submit.lane,
        fingerprint: submit.idempotency.as_ref().map(|(_, fingerprint)| fingerprint),
        body: &submit.body,
        created_at: &submit.submitted_at,
        attendance: attendance.map(|open| open.id),
        sent_by: match submit.sent_by {
            Sender::Platform => None,
            Sender::Test => Some(SentBy::Test),
        },
    };
    insert(unit, &new, submit.traceparent.as_deref())?;
    if let Some(open) = attendance.filter(|open| open.has_flow)
        && submit.sent_by == Sender::Platform
    {
        // It does nothing that would be handed on: it only says that a person is there.
        let wire = Wire { push: false, traceparent: None };
        flows::react(unit, open.id, &Input::Answered, wire)?;
    }
    Ok((id, MessageState::Queued, false))
}

/// Records what a flow says in an attendance; returns its id.
pub(super) fn say(
    unit: &mut Unit<'_>,
    record: &Record,
    content: Content,
    traceparent: Option<&str>,
) -> Result<i64, Fault> {
    let (channel, conversation) = (record.channel.clone(), record.conversation.clone());
    // It fails as a statement would: what was written before it is undone.
    let body = body::of_flow(&conversation, content)
        .map_err(|error| Fault::Sql(rusqlite::Error::ToSqlConversionFailure(Box::new(error))))?;
    let new = NewMessage {
        id: unit.next_id(),
        lane: &Lane { target: Target::Chat, channel, conversation },
        fingerprint: None,
        body: &body,
        created_at: &rfc3339(unit.now_ms),
        attendance: Some(record.id),
        sent_by: Some(SentBy::Flow),
    };
    insert(unit, &new, traceparent)?;
    Ok(new.id)
}

/// A message that is to be recorded.
struct NewMessage<'a> {
    id: i64,
    lane: &'a Lane,
    fingerprint: Option<&'a [u8; 32]>,
    body: &'a str,
    created_at: &'a str,
    attendance: Option<i64>,
    /// `None`: the platform.
    sent_by: Option<SentBy>,
}

/// Writes a message with its delivery.
fn insert(
    unit: &mut Unit<'_>,
    new: &NewMessage<'_>,
    traceparent: Option<&str>,
) -> rusqlite::Result<()> {
    unit.conn
        .prepare_cached(
            "INSERT INTO messages
             (id, channel, conversation, state, fingerprint, body, created_at, updated_at_ms,
              attendance, sent_by, checksum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
                     row_sum(?1, ?2, ?3, NULL, ?4, NULL, ?5, ?6, ?7, ?8, ?9, ?10))",
        )?
        .execute(params![
            new.id,
            new.lane.channel,
            new.lane.conversation,
            Text(MessageState::Queued),
            new.fingerprint,
            new.body,
            new.created_at,
            unit.now_ms,
            new.attendance,
            new.sent_by.map(Text),
        ])?;
    deliveries::add(unit, new.id, new.lane.clone(), traceparent)
}

/// What an earlier call with this key has recorded in a channel.
pub(super) fn submitted(
    conn: &Connection,
    ids: Ids,
    channel: &str,
    idempotency: &Idempotency,
) -> Result<Option<Submitted>, JournalError> {
    let found = earlier(conn, &key::idempotency(channel, idempotency)).map_err(storage)?;
    let Some(found) = found else { return Ok(None) };
    let (id, state) = found.of(&idempotency.fingerprint)?;
    Ok(Some(Submitted { id: ids.text(id), state, replayed: true }))
}

/// The message that was recorded with an idempotency key.
struct Earlier {
    id: i64,
    state: MessageState,
    fingerprint: Option<Vec<u8>>,
}

impl Earlier {
    /// It, where the same was asked for.
    fn of(self, fingerprint: &[u8; 32]) -> Result<(i64, MessageState), JournalError> {
        if self.fingerprint.as_deref() == Some(fingerprint) {
            Ok((self.id, self.state))
        } else {
            Err(JournalError::IdempotencyConflict)
        }
    }
}

/// The message of a key, unless it was removed for its age.
fn earlier(conn: &Connection, key: &Key) -> rusqlite::Result<Option<Earlier>> {
    let Some(id) = keys::get(conn, key)? else { return Ok(None) };
    conn.prepare_cached("SELECT state, fingerprint FROM sound_messages WHERE id = ?1")?
        .query_row([id], |row| {
            let Text(state) = row.get(0)?;
            Ok(Earlier { id, state, fingerprint: row.get(1)? })
        })
        .optional()
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
        unit.inbox_changed.set(true);
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

/// A message to a chat as its adapter gets it, and what it lacks of what the platform
/// wrote.
pub(super) fn for_adapter(
    conn: &Connection,
    ids: Ids,
    id: i64,
    body: &str,
) -> Result<(OutboundMessage, Option<Warning>), JournalError> {
    let mut message = body::outbound_message(ids.text(id), body).map_err(storage)?;
    let Some(given) = message.reply_to.take() else { return Ok((message, None)) };
    let Some(number) = ids.number(&given) else {
        // The chat's own id.
        message.reply_to = Some(given);
        return Ok((message, None));
    };
    message.reply_to = chats_id(conn, id, number).map_err(storage)?;
    let warning = message.reply_to.is_none().then(|| reply::lost(&given));
    Ok((message, warning))
}

/// The chat's id of the message with this number, in the conversation of the answer
/// to it.
fn chats_id(conn: &Connection, answer: i64, number: i64) -> rusqlite::Result<Option<String>> {
    let found = conn
        .prepare_cached(
            "SELECT said.external_id FROM messages AS answer JOIN (
                 SELECT channel, conversation, external_id FROM messages WHERE id = ?2
                 UNION ALL
                 SELECT channel, conversation, external_id FROM events WHERE id = ?2
             ) AS said USING (channel, conversation)
             WHERE answer.id = ?1",
        )?
        .query_row([answer, number], |row| row.get(0))
        .optional()?;
    Ok(found.flatten())
}
