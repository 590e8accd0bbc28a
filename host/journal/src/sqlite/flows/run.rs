//! Running a flow within the transaction of what it reacts to.

use std::sync::Arc;

use eclusa_flow::{Action, Flow, Input, Outcome, step};
use fail::fail_point;

use super::session::{self, Kept};
use super::{WHAT_TO_DO, store};
use crate::attendance::Record;
use crate::sqlite::readers::sql;
use crate::sqlite::sums::is_of_one_row;
use crate::sqlite::writer::{Fault, Unit};
use crate::sqlite::{attendances, messages, named};
use crate::{AttendanceStep, flow::actor};

/// How what a flow does is handed on.
#[derive(Clone, Copy)]
pub(in crate::sqlite) struct Wire<'a> {
    /// Whether events are to be pushed to the platform.
    pub(in crate::sqlite) push: bool,
    /// The trace that brought it.
    pub(in crate::sqlite) traceparent: Option<&'a str>,
}

/// An attendance has opened: begins its channel's flow, where Eclusa runs that.
pub(in crate::sqlite) fn begin(
    unit: &mut Unit<'_>,
    record: &mut Record,
    wire: Wire<'_>,
) -> Result<(), Fault> {
    let Some(id) = record.flow.clone() else { return Ok(()) };
    let Some((revision, flow)) = newest(unit, record, &id)? else { return Ok(()) };
    let outcome = eclusa_flow::begin(&flow, unit.now_ms);
    if let Some(session) = &outcome.session {
        let due_at_ms = session.due_ms(&flow);
        let kept = Kept { flow: id, revision, session: session.clone(), due_at_ms };
        session::insert(unit.conn, record.id, &kept)?;
    }
    act(unit, record, &flow, outcome, wire)
}

/// The flow that an attendance begins on, and its revision.
fn newest(
    unit: &mut Unit<'_>,
    record: &Record,
    id: &str,
) -> Result<Option<(i64, Arc<Flow>)>, Fault> {
    let runs_here: bool = unit
        .conn
        .prepare_cached(
            "SELECT 1 FROM sound_channels
             WHERE id = ?1 AND profile ->> 'flow_runner' = 'eclusa'",
        )?
        .exists([&record.channel])?;
    if !runs_here {
        return Ok(None);
    }
    let found = store::current(unit.conn, id).and_then(|revision| {
        let Some(revision) = revision else { return Ok(None) };
        let flow = unit.flows.get(unit.conn, id, revision)?;
        Ok(flow.map(|flow| (revision, flow)))
    });
    match found {
        Err(error) if is_of_one_row(&error) => {
            tell_damage(unit, record.id, &error, "no flow begins");
            Ok(None)
        }
        found => Ok(found?),
    }
}

/// What runs in an attendance. Where its flow is not there any more it ends: it waits for
/// a person, as without a flow.
fn running(
    unit: &mut Unit<'_>,
    attendance: i64,
) -> rusqlite::Result<Option<(Kept, Arc<Flow>, Record)>> {
    let Some(kept) = session::find(unit.conn, "sound_flow_sessions", attendance)? else {
        return Ok(None);
    };
    let flow = unit.flows.get(unit.conn, &kept.flow, kept.revision)?;
    let record = attendances::record(unit.conn, attendance)?;
    let (Some(flow), Some(record)) = (flow, record) else {
        session::remove(unit.conn, attendance)?;
        return Ok(None);
    };
    Ok(Some((kept, flow, record)))
}

/// Tells of a row that a flow cannot go on without. What the flow was to react to is
/// recorded all the same, and the attendance waits for a person, as without a flow.
fn tell_damage(unit: &Unit<'_>, attendance: i64, error: &rusqlite::Error, what: &str) {
    let error = named(sql(error), unit.ids);
    let attendance = unit.ids.text(attendance);
    tracing::error!(
        code = "data_damaged",
        attendance,
        %error,
        "{what}, since a row of it cannot be read: the attendance waits for a person. \
         {WHAT_TO_DO}"
    );
}

/// Something happened in an attendance: goes on with its flow, where one runs in it.
pub(in crate::sqlite) fn react(
    unit: &mut Unit<'_>,
    attendance: i64,
    input: &Input,
    wire: Wire<'_>,
) -> Result<(), Fault> {
    let (kept, flow, mut record) = match running(unit, attendance) {
        Ok(Some(running)) => running,
        Ok(None) => return Ok(()),
        Err(error) if is_of_one_row(&error) => {
            tell_damage(unit, attendance, &error, "its flow ends");
            return Ok(session::discard(unit.conn, attendance)?);
        }
        Err(error) => return Err(error.into()),
    };
    let outcome = step(&flow, &kept.session, input, unit.now_ms);
    match &outcome.session {
        Some(session) => {
            let due_at_ms = session.due_ms(&flow);
            if *session != kept.session || due_at_ms != kept.due_at_ms {
                session::update(unit.conn, attendance, session, due_at_ms)?;
            }
        }
        None => session::remove(unit.conn, attendance)?,
    }
    act(unit, &mut record, &flow, outcome, wire)
}

/// Does what a flow wants to be done.
fn act(
    unit: &mut Unit<'_>,
    record: &mut Record,
    flow: &Arc<Flow>,
    outcome: Outcome,
    wire: Wire<'_>,
) -> Result<(), Fault> {
    let by = actor(&flow.document().id);
    let waits_for_contact =
        outcome.session.as_ref().is_some_and(|session| session.waiting_since_ms.is_some());
    let mut last = None;
    for action in outcome.actions {
        match action {
            Action::Says(content) => {
                last = Some(messages::say(unit, record, content, wire.traceparent)?);
                fail_point!("flow.said");
            }
            Action::Queues { queue } => {
                let step = AttendanceStep::Queue { queue };
                attendances::apply(unit, record, &step, (&by, None), wire)?;
            }
            Action::Closes { reason } => {
                let why = Some(reason.as_str());
                attendances::apply(unit, record, &AttendanceStep::Close, (&by, why), wire)?;
            }
        }
    }
    // In an inbox it is the contact's turn where the flow waits, else a person's.
    match last {
        Some(message) if waits_for_contact => {
            attendances::inbox::answered(unit, record.id, message)?;
        }
        Some(message) => attendances::inbox::told(unit, record.id, message)?,
        None => {}
    }
    Ok(())
}
