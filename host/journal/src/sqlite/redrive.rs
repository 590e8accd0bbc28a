//! Letting letters go out again, and giving them up.

use rusqlite::{Connection, OptionalExtension, params};

use super::text::Text;
use super::writer::{Fault, Unit};
use super::{audit, passed};
use crate::id::Ids;
use crate::registry::AuditEntry;
use crate::{
    Delivery, DeliveryChange, Discard, Discarded, Handled, JournalError, Lane, MessageState,
    Redrive, RevisionRef, Skip, Target,
};

/// A letter that is to go out again, made ready.
pub(super) struct PreparedRedrive {
    id: String,
    number: Option<i64>,
    revision: Option<RevisionRef>,
    audit: AuditEntry,
}

impl PreparedRedrive {
    /// Makes them ready, in the order of their ids.
    pub(super) fn all(ids: Ids, mut letters: Vec<Redrive>) -> Vec<Self> {
        letters.sort_by(|a, b| a.id.cmp(&b.id));
        letters
            .into_iter()
            .map(|Redrive { id, revision, audit }| {
                let number = ids.number(&id);
                Self { id, number, revision, audit }
            })
            .collect()
    }

    /// Puts it among the deliveries again.
    fn write(&self, unit: &mut Unit<'_>) -> Result<Option<Skip>, Fault> {
        let (number, lane, passed) = match letter(unit.conn, self.number)? {
            Ok((number, Letter::Delivery { lane, passed })) => (number, lane, passed),
            Ok((_, Letter::Request)) => return Ok(Some(Skip::IsRequest)),
            Err(skip) => return Ok(Some(skip)),
        };
        match lane.target {
            Target::Chat if !queue_again(unit, number)? => return Ok(Some(Skip::Arrived)),
            Target::Platform if self.revision.is_some() => return Ok(Some(Skip::NotMapped)),
            Target::Chat => {}
            Target::Platform => passed::redriven(unit.conn, number, &lane, passed)?,
        }
        unit.conn.prepare_cached("DELETE FROM dead_letters WHERE id = ?1")?.execute([number])?;
        unit.conn
            .prepare_cached(
                "INSERT INTO deliveries
                 (id, target, channel, conversation, attempts, due_at_ms, revision, checksum)
                 VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, row_sum(?1, ?2, ?3, ?4, 0, ?5, ?6, NULL))
                 ON CONFLICT (id) DO UPDATE SET attempts = 0, due_at_ms = ?5, revision = ?6",
            )?
            .execute(params![
                number,
                Text(lane.target),
                lane.channel,
                lane.conversation,
                unit.now_ms,
                self.revision.as_ref().map(Text),
            ])?;
        audit::write(unit.conn, &self.audit)?;
        let delivery = Delivery { id: number, lane, attempts: 0, due_at_ms: unit.now_ms };
        unit.deliveries.push(DeliveryChange::Put(delivery));
        Ok(None)
    }
}

/// Writes all.
pub(super) fn redrive(
    unit: &mut Unit<'_>,
    letters: &[PreparedRedrive],
) -> Result<Vec<Handled>, Fault> {
    letters
        .iter()
        .map(|letter| Ok(Handled { id: letter.id.clone(), skipped: letter.write(unit)? }))
        .collect()
}

/// A letter that is given up, made ready.
pub(super) struct PreparedDiscard {
    id: String,
    number: Option<i64>,
    discarded: Discarded,
    audit: AuditEntry,
}

impl PreparedDiscard {
    /// Makes them ready, in the order of their ids.
    pub(super) fn all(ids: Ids, mut letters: Vec<Discard>) -> Result<Vec<Self>, JournalError> {
        letters.sort_by(|a, b| a.id.cmp(&b.id));
        letters
            .into_iter()
            .map(|Discard { id, discarded, audit }| {
                let number = ids.number(&id);
                Ok(Self { id, number, discarded, audit })
            })
            .collect()
    }

    fn write(&self, unit: &mut Unit<'_>) -> Result<Option<Skip>, Fault> {
        let conn = unit.conn;
        match letter(conn, self.number)? {
            Err(skip) => return Ok(Some(skip)),
            Ok((number, Letter::Request)) => {
                conn.prepare_cached("UPDATE requests SET discarded = ?2 WHERE id = ?1")?
                    .execute(params![number, Text(&self.discarded)])?;
            }
            Ok((number, Letter::Delivery { lane, .. })) => {
                conn.prepare_cached("UPDATE dead_letters SET discarded = ?2 WHERE id = ?1")?
                    .execute(params![number, Text(&self.discarded)])?;
                let held = conn
                    .prepare_cached("DELETE FROM deliveries WHERE id = ?1")?
                    .execute([number])?;
                if held > 0 {
                    passed::finished(conn, number)?;
                    unit.deliveries.push(DeliveryChange::Remove { id: number, lane });
                }
            }
        }
        audit::write(conn, &self.audit)?;
        Ok(None)
    }
}

/// Writes all.
pub(super) fn discard(
    unit: &mut Unit<'_>,
    letters: &[PreparedDiscard],
) -> Result<Vec<Handled>, Fault> {
    letters
        .iter()
        .map(|letter| Ok(Handled { id: letter.id.clone(), skipped: letter.write(unit)? }))
        .collect()
}

/// A letter that waits.
enum Letter {
    Delivery {
        lane: Lane,
        /// Younger events of its conversation were handed on since.
        passed: bool,
    },
    Request,
}

/// The letter that an id stands for, or why it stands for none that waits.
fn letter(conn: &Connection, number: Option<i64>) -> rusqlite::Result<Result<(i64, Letter), Skip>> {
    let Some(number) = number else { return Ok(Err(Skip::NotFound)) };
    let delivery = conn
        .prepare_cached(
            "SELECT target, channel, conversation, passed, discarded IS NOT NULL
             FROM sound_dead_letters WHERE id = ?1",
        )?
        .query_row([number], |row| {
            let Text(target) = row.get(0)?;
            let lane = Lane { target, channel: row.get(1)?, conversation: row.get(2)? };
            Ok((Letter::Delivery { lane, passed: row.get(3)? }, row.get(4)?))
        })
        .optional()?;
    if let Some((letter, discarded)) = delivery {
        return Ok(if discarded { Err(Skip::Discarded) } else { Ok((number, letter)) });
    }
    let request = conn
        .prepare_cached(
            "SELECT problem IS NOT NULL, discarded IS NOT NULL FROM sound_requests WHERE id = ?1",
        )?
        .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((unmapped, discarded)) = request {
        return Ok(match (unmapped, discarded) {
            (true, false) => Ok((number, Letter::Request)),
            (true, true) => Err(Skip::Discarded),
            (false, _) => Err(Skip::NotWaiting),
        });
    }
    let known = conn
        .prepare_cached(
            "SELECT 1 FROM messages WHERE id = ?1 UNION ALL SELECT 1 FROM events WHERE id = ?1",
        )?
        .exists([number])?;
    Ok(Err(if known { Skip::NotWaiting } else { Skip::NotFound }))
}

/// Queues a failed message again; `false` where it has not failed after all.
fn queue_again(unit: &Unit<'_>, number: i64) -> rusqlite::Result<bool> {
    let changed = unit
        .conn
        .prepare_cached(
            "UPDATE messages SET state = ?2, problem = NULL, updated_at_ms = ?3
             WHERE id = ?1 AND state = ?4",
        )?
        .execute(params![
            number,
            Text(MessageState::Queued),
            unit.now_ms,
            Text(MessageState::Failed)
        ])?;
    Ok(changed == 1)
}
