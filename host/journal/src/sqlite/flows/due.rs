//! What time alone brings.

use eclusa_flow::Input;
use fail::fail_point;

use super::WHAT_TO_DO;
use super::run::{Wire, react};
use super::session;
use crate::sqlite::writer::{Fault, Unit};
use crate::{AdvancedFlows, LONGEST_ADVANCE};

/// Goes on with what is due, the oldest first.
pub(super) fn advance(unit: &mut Unit<'_>, limit: u32, push: bool) -> Result<AdvancedFlows, Fault> {
    let limit = limit.clamp(1, LONGEST_ADVANCE);
    let due: Vec<(i64, i64, bool)> = unit
        .conn
        .prepare_cached(
            "SELECT flow_sessions.attendance, due_at_ms,
                    EXISTS (SELECT 1 FROM channels JOIN attendances
                            ON attendances.channel = channels.id
                            WHERE attendances.id = flow_sessions.attendance)
             FROM flow_sessions WHERE due_at_ms <= ?1 ORDER BY due_at_ms LIMIT ?2",
        )?
        .query_map((unit.now_ms, limit), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut count = 0;
    for (attendance, due_at_ms, has_channel) in due {
        if !session::is_due_at(unit.conn, attendance, due_at_ms)? {
            // It would be found again and again. The rest is gone on with next time.
            tracing::error!(
                code = "data_damaged",
                attendance = unit.ids.text(attendance),
                index = "flow_sessions_due",
                "an index of the journal did not fit its rows and was made anew. {WHAT_TO_DO}"
            );
            session::reindex(unit.conn)?;
            break;
        }
        if has_channel {
            react(unit, attendance, &Input::Due, Wire { push, traceparent: None })?;
        } else {
            // Nobody could be told anything any more.
            session::discard(unit.conn, attendance)?;
        }
        count += 1;
    }
    fail_point!("flow.advanced");
    Ok(AdvancedFlows { count, next_due_ms: session::next_due(unit.conn)? })
}
