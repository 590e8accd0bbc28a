//! What can be done with an attendance, and when.

use eclusa_flow::Input;
use eclusa_model::{AttendanceState, Protocol};

use super::Record;
use crate::event::Kind;

/// What is to be done with an attendance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttendanceStep {
    /// It waits for an agent: in a queue, or in the one it has where none is named.
    /// Whoever had it has it no more.
    Queue {
        /// The queue.
        queue: Option<String>,
    },
    /// An agent takes it. Only what nobody has can be taken, so that of two agents
    /// who do it at once one gets it.
    Assign {
        /// The agent.
        agent: String,
    },
    /// It is handed to another queue or agent and waits until one takes it.
    Transfer {
        /// The queue; the one it has stays where none is named.
        queue: Option<String>,
        /// The agent who is to take it; nobody in particular where none is named.
        agent: Option<String>,
    },
    /// It is over.
    Close,
}

/// Why an attendance was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttendanceRefusal {
    /// It is closed, and stays so.
    #[error("attendance {protocol} is closed; the next message of its conversation opens another")]
    Closed {
        /// Its number.
        protocol: Protocol,
    },
    /// Somebody has it already.
    #[error("attendance {protocol} is assigned to `{agent}` already; transfer it instead")]
    Assigned {
        /// Its number.
        protocol: Protocol,
        /// Who has it.
        agent: String,
    },
}

impl AttendanceRefusal {
    /// Stable, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "attendance_closed",
            Self::Assigned { .. } => "attendance_assigned",
        }
    }
}

impl AttendanceStep {
    /// Changes a record, unless its state does not allow it.
    pub(super) fn apply(&self, record: &mut Record, at_ms: i64) -> Result<(), AttendanceRefusal> {
        let protocol = record.protocol;
        match (record.state, self) {
            (AttendanceState::Closed, _) => return Err(AttendanceRefusal::Closed { protocol }),
            (AttendanceState::Assigned, Self::Assign { .. }) => {
                let agent = record.agent.clone().unwrap_or_default();
                return Err(AttendanceRefusal::Assigned { protocol, agent });
            }
            (_, Self::Queue { queue }) => {
                record.state = AttendanceState::Queued;
                record.queue = queue.clone().or_else(|| record.queue.take());
                record.agent = None;
            }
            (_, Self::Assign { agent }) => {
                record.state = AttendanceState::Assigned;
                record.agent = Some(agent.clone());
            }
            (_, Self::Transfer { queue, agent }) => {
                record.state = AttendanceState::Transferred;
                record.queue = queue.clone().or_else(|| record.queue.take());
                record.agent.clone_from(agent);
            }
            (_, Self::Close) => {
                record.state = AttendanceState::Closed;
                record.closed_at_ms = Some(at_ms);
            }
        }
        Ok(())
    }

    /// The same as a flow takes it.
    pub(crate) fn input(&self) -> Input {
        match self {
            Self::Queue { .. } => Input::Queued,
            Self::Assign { .. } => Input::Assigned,
            Self::Transfer { .. } => Input::Transferred,
            Self::Close => Input::Closed,
        }
    }

    /// The event that tells of it.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Queue { .. } => Kind::Queued,
            Self::Assign { .. } => Kind::Assigned,
            Self::Transfer { .. } => Kind::Transferred,
            Self::Close => Kind::Closed,
        }
    }
}
