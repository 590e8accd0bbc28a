//! What a flow does.

use eclusa_model::Content;
use serde::{Deserialize, Serialize};

/// What a flow does, in this order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Says something to the contact.
    Says(Content),
    /// Lets the attendance wait for a person.
    Queues {
        /// In this queue; in none where the flow names none.
        queue: Option<String>,
    },
    /// Ends the attendance. Nothing follows.
    Closes {
        /// Why.
        reason: CloseReason,
    },
}

/// Why a flow ended an attendance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// It opened outside the opening times.
    OutsideHours,
    /// The contact chose an option that answers and ends.
    Answered,
    /// The contact did not answer.
    Idle,
}

impl CloseReason {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutsideHours => "outside_hours",
            Self::Answered => "answered",
            Self::Idle => "idle",
        }
    }
}
