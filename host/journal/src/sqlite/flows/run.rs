//! Running a flow within the transaction of what it reacts to.

use std::sync::Arc;

use eclusa_flow::{Action, Flow, Input, Outcome, step};
use fail::fail_point;
use rusqlite::OptionalExtension;

use super::session::{self, Kept};
use crate::attendance::Record;
use crate::sqlite::attendances;
use crate::sqlite::messages;
use crate::sqlite::writer::{Fault, Unit};
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
    let revision: Option<i64> = unit
        .conn
        .prepare_cached(
            "SELECT flows.revision FROM sound_channels AS channels, sound_flows AS flows
             WHERE channels.id = ?1 AND channels.profile ->> 'flow_runner' = 'eclusa'
               AND flows.id = ?2 AND flows.current = 1",
        )?
        .query_row((&record.channel, &id), |row| row.get(0))
        .optional()?;
    let Some(revision) = revision else { return Ok(()) };
    let Some(flow) = unit.flows.get(unit.conn, &id, revision)? else { return Ok(()) };
    let outcome = eclusa_flow::begin(&flow, unit.now_ms);
    if let Some(session) = &outcome.session {
        let due_at_ms = session.due_ms(&flow);
        let kept = Kept { flow: id, revision, session: session.clone(), due_at_ms };
        session::insert(unit.conn, record.id, &kept)?;
    }
    act(unit, record, &flow, outcome, wire)
}

/// Something happened in an attendance: goes on with its flow, where one runs in it.
pub(in crate::sqlite) fn react(
    unit: &mut Unit<'_>,
    attendance: i64,
    input: &Input,
    wire: Wire<'_>,
) -> Result<(), Fault> {
    let Some(kept) = session::find(unit.conn, "sound_flow_sessions", attendance)? else {
        return Ok(());
    };
    let found = unit.flows.get(unit.conn, &kept.flow, kept.revision)?;
    let (Some(flow), Some(mut record)) = (found, attendances::record(unit.conn, attendance)?)
    else {
        // It waits for a person, as without a flow.
        return Ok(session::remove(unit.conn, attendance)?);
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
