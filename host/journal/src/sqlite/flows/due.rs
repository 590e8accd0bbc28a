//! What time alone brings.

use eclusa_flow::Input;
use fail::fail_point;

use super::run::{Wire, react};
use super::session;
use crate::sqlite::writer::{Fault, Unit};
use crate::{AdvancedFlows, LONGEST_ADVANCE};

/// Goes on with what is due, the oldest first.
pub(super) fn advance(unit: &mut Unit<'_>, limit: u32, push: bool) -> Result<AdvancedFlows, Fault> {
    let limit = limit.clamp(1, LONGEST_ADVANCE);
    let due: Vec<(i64, bool)> = unit
        .conn
        .prepare_cached(
            "SELECT flow_sessions.attendance,
                    EXISTS (SELECT 1 FROM channels JOIN attendances
                            ON attendances.channel = channels.id
                            WHERE attendances.id = flow_sessions.attendance)
             FROM flow_sessions WHERE due_at_ms <= ?1 ORDER BY due_at_ms LIMIT ?2",
        )?
        .query_map((unit.now_ms, limit), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut count = 0;
    for (attendance, has_channel) in due {
        if has_channel {
            react(unit, attendance, &Input::Due, Wire { push, traceparent: None })?;
        } else {
            // Nobody could be told anything any more.
            session::remove(unit.conn, attendance)?;
        }
        count += 1;
    }
    fail_point!("flow.advanced");
    Ok(AdvancedFlows { count, next_due_ms: session::next_due(unit.conn)? })
}
