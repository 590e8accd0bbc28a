//! Changing an attendance.

use eclusa_model::Attendance;
use rusqlite::{Connection, OptionalExtension};

use super::row::{self, Name};
use super::{count, inbox, tell};
use crate::attendance::{Quarter, Record};
use crate::id::Ids;
use crate::sqlite::flows::{self, Wire};
use crate::sqlite::mapped::{hand_on, platform_lane};
use crate::sqlite::readers::storage;
use crate::sqlite::writer::{Fault, Unit};
use crate::sqlite::{audit, keys};
use crate::{AttendanceChange, AttendanceChanged, AttendanceStep, Idempotency, JournalError};
use crate::{body, key};

/// A change made ready.
pub(super) struct PreparedChange {
    ids: Ids,
    name: Option<Name>,
    change: AttendanceChange,
}

impl PreparedChange {
    pub(super) fn new(ids: Ids, change: AttendanceChange) -> Self {
        Self { ids, name: name(ids, &change.id), change }
    }

    /// Makes it, unless it was made before.
    pub(super) fn write(&self, unit: &mut Unit<'_>) -> Result<AttendanceChanged, Fault> {
        let Self { ids, name, change } = self;
        let found = match name {
            Some(name) => row::find(unit.conn, "sound_attendances", *name)?,
            None => None,
        };
        let Some(mut record) = found else {
            let id = change.id.clone();
            return Err(Fault::Refused(JournalError::AttendanceUnknown { id }));
        };
        if let Some(given) = &change.idempotency
            && let Some(attendance) = earlier(unit.conn, *ids, record.id, given)?
        {
            return Ok(AttendanceChanged { attendance, replayed: true });
        }
        let wire = Wire { push: change.push, traceparent: change.traceparent.as_deref() };
        let by = (change.by.as_str(), change.reason.as_deref());
        let event = apply(unit, &mut record, &change.step, by, wire)?;
        if let Some(given) = &change.idempotency {
            keys::set(unit.conn, &key::attendance_change(record.id, given), event)?;
            keys::set(unit.conn, &key::attendance_change_of(record.id, given), event)?;
        }
        if record.flow.is_some() {
            flows::react(unit, record.id, &change.step.input(), wire)?;
        }
        audit::write(unit.conn, &change.audit)?;
        Ok(AttendanceChanged { attendance: record.shown(*ids), replayed: false })
    }
}

/// Does a step, with its event, whose number it returns.
///
/// # Errors
/// Refused where the attendance's state does not allow it; nothing is written then.
pub(in crate::sqlite) fn apply(
    unit: &mut Unit<'_>,
    record: &mut Record,
    step: &AttendanceStep,
    (by, reason): (&str, Option<&str>),
    wire: Wire<'_>,
) -> Result<i64, Fault> {
    let event = unit.next_id();
    record
        .change(step, by, reason, event)
        .map_err(|refusal| Fault::Refused(JournalError::AttendanceRefused(refusal)))?;
    row::update(unit.conn, record)?;
    inbox::changed(unit.conn, record)?;
    if *step == AttendanceStep::Close {
        count(unit.conn, &record.channel, Quarter::closed(event))?;
    }
    tell(unit, event, step.kind(), record)?;
    let lane = platform_lane(&record.channel, &record.conversation);
    hand_on(unit, event, lane, wire.push, wire.traceparent)?;
    Ok(event)
}

/// What an id or a protocol number stands for.
pub(super) fn name(ids: Ids, text: &str) -> Option<Name> {
    match ids.number(text) {
        Some(id) => Some(Name::Id(id)),
        None => text.parse().ok().map(Name::Protocol),
    }
}

/// The attendance as an earlier call with this key has left it, as its event tells.
fn earlier(
    conn: &Connection,
    ids: Ids,
    attendance: i64,
    given: &Idempotency,
) -> Result<Option<Attendance>, Fault> {
    let Some(event) = keys::get(conn, &key::attendance_change(attendance, given))? else {
        return Ok(None);
    };
    let same = keys::get(conn, &key::attendance_change_of(attendance, given))?;
    if same != Some(event) {
        return Err(Fault::Refused(JournalError::IdempotencyConflict));
    }
    let told: Option<String> = conn
        .prepare_cached("SELECT body FROM sound_events WHERE id = ?1")?
        .query_row([event], |row| row.get(0))
        .optional()?;
    let read = |told: String| body::attendance(&ids.text(attendance), &told);
    told.map(read).transpose().map_err(|error| Fault::Refused(storage(error)))
}
