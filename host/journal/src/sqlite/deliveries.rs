//! What is to be handed on, and what came of it.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::readers::storage;
use super::text::Text;
use super::writer::{Fault, Unit};
use super::{messages, passed};
use crate::id::Ids;
use crate::{
    Attempt, Delivery, DeliveryBody, DeliveryChange, DeliveryId, Finish, HELD, JournalError, Lane,
    MessageState, RevisionRef, Target,
};

/// Records a new delivery.
pub(super) fn add(
    unit: &mut Unit<'_>,
    id: DeliveryId,
    lane: Lane,
    traceparent: Option<&str>,
) -> rusqlite::Result<()> {
    unit.conn
        .prepare_cached(
            "INSERT INTO deliveries
             (id, target, channel, conversation, attempts, due_at_ms, traceparent, checksum)
             VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, row_sum(?1, ?2, ?3, ?4, 0, ?5, NULL, ?6))",
        )?
        .execute(params![
            id,
            Text(lane.target),
            lane.channel,
            lane.conversation,
            unit.now_ms,
            traceparent
        ])?;
    let delivery = Delivery { id, lane, attempts: 0, due_at_ms: unit.now_ms };
    unit.deliveries.push(DeliveryChange::Put(delivery));
    Ok(())
}

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let Text(target) = row.get(1)?;
    Ok(Delivery {
        id: row.get(0)?,
        lane: Lane { target, channel: row.get(2)?, conversation: row.get(3)? },
        attempts: row.get(4)?,
        due_at_ms: row.get(5)?,
    })
}

/// An attempt made ready for storing.
pub(super) struct PreparedAttempt {
    json: String,
    revision: Option<RevisionRef>,
}

impl PreparedAttempt {
    pub(super) fn new(attempt: &Attempt) -> Result<Self, JournalError> {
        let json = serde_json::to_string(attempt).map_err(storage)?;
        Ok(Self { json, revision: attempt.revision.clone() })
    }
}

/// Records an attempt. One of a delivery that is finished or held changes
/// nothing.
pub(super) fn finish(
    unit: &mut Unit<'_>,
    id: DeliveryId,
    attempt: &PreparedAttempt,
    finish: &Finish,
) -> Result<(), Fault> {
    let found = unit
        .conn
        .prepare_cached(
            "SELECT id, target, channel, conversation, attempts, due_at_ms
             FROM sound_deliveries WHERE id = ?1",
        )?
        .query_row([id], delivery)
        .optional()?;
    let waiting = found.filter(|delivery| delivery.due_at_ms != HELD);
    let Some(Delivery { lane, attempts, .. }) = waiting else {
        return Ok(());
    };
    unit.conn
        .prepare_cached(
            "INSERT INTO attempts (delivery, done, at_ms, attempt) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![id, matches!(finish, Finish::Done { .. }), unit.now_ms, attempt.json])?;
    match finish {
        Finish::Retry { due_at_ms } => {
            unit.conn
                .prepare_cached(
                    "UPDATE deliveries SET attempts = attempts + 1, due_at_ms = ?2 WHERE id = ?1",
                )?
                .execute(params![id, (*due_at_ms).min(HELD - 1)])?;
            return Ok(());
        }
        Finish::Wait { due_at_ms } => {
            unit.conn
                .prepare_cached("UPDATE deliveries SET due_at_ms = ?2 WHERE id = ?1")?
                .execute(params![id, (*due_at_ms).min(HELD - 1)])?;
            return Ok(());
        }
        Finish::Done { external_id } if lane.target == Target::Chat => {
            messages::sent(unit, id, &lane, external_id.as_deref())?;
        }
        Finish::Done { .. } => {
            passed::note(unit.conn, &lane.channel, &lane.conversation, id)?;
        }
        Finish::Dead { problem } | Finish::Held { problem } => {
            unit.conn
                .prepare_cached(
                    "INSERT INTO dead_letters
                     (id, target, channel, conversation, attempts, problem, died_at_ms, revision)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    id,
                    Text(lane.target),
                    lane.channel,
                    lane.conversation,
                    attempts.saturating_add(1),
                    Text(problem),
                    unit.now_ms,
                    attempt.revision.as_ref().map(Text),
                ])?;
            if lane.target == Target::Chat {
                messages::advance(unit, id, MessageState::Failed, Some(problem))?;
            }
        }
    }
    if lane.target == Target::Platform {
        passed::finished(unit.conn, id)?;
    }
    if matches!(finish, Finish::Held { .. }) {
        unit.conn
            .prepare_cached(
                "UPDATE deliveries SET attempts = attempts + 1, due_at_ms = ?2 WHERE id = ?1",
            )?
            .execute(params![id, HELD])?;
        return Ok(());
    }
    unit.conn.prepare_cached("DELETE FROM deliveries WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// The trace that brought a delivery.
pub(super) fn traceparent(
    conn: &Connection,
    id: DeliveryId,
) -> Result<Option<String>, JournalError> {
    let found = conn
        .prepare_cached("SELECT traceparent FROM deliveries WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([id], |row| row.get(0)).optional());
    Ok(found.map_err(storage)?.flatten())
}

/// What a delivery carries.
pub(super) fn body(
    conn: &Connection,
    ids: Ids,
    id: DeliveryId,
) -> Result<Option<DeliveryBody>, JournalError> {
    let found = conn
        .prepare_cached("SELECT target, attempts, revision FROM deliveries WHERE id = ?1")
        .and_then(|mut statement| {
            let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            statement.query_row([id], columns).optional()
        })
        .map_err(storage)?;
    let found: Option<(_, u32, Option<Text<RevisionRef>>)> = found;
    match found {
        None => Ok(None),
        Some((Text(Target::Platform), attempts, _)) => {
            let event = super::events::by_id(conn, ids, id)?;
            Ok(event.map(|event| DeliveryBody::Event { event, attempts }))
        }
        Some((Text(Target::Chat), attempts, revision)) => {
            let stored: Option<String> = conn
                .prepare_cached("SELECT body FROM messages WHERE id = ?1")
                .and_then(|mut statement| statement.query_row([id], |row| row.get(0)).optional())
                .map_err(storage)?;
            let Some(stored) = stored else { return Ok(None) };
            let (message, warning) = messages::for_adapter(conn, ids, id, &stored)?;
            let revision = revision.map(|Text(revision)| revision);
            let warnings = warning.into_iter().collect();
            Ok(Some(DeliveryBody::Message { message, attempts, revision, warnings }))
        }
    }
}
