//! What a flow reacts to.

use eclusa_model::Content;
use serde::{Deserialize, Serialize};

/// What a flow reacts to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// The contact wrote a text.
    Writes(String),
    /// The contact sent something that is no text, or a long one.
    Sends,
    /// The contact pressed a button.
    #[serde(rename = "presses")]
    Presses {
        /// The value which the button carries.
        payload: String,
        /// What the button said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// An agent, or the platform, sent a message to the contact.
    Answered,
    /// An agent took the attendance.
    Assigned,
    /// Somebody let it wait in a queue.
    Queued,
    /// Somebody handed it to another queue or agent.
    Transferred,
    /// Somebody ended it.
    Closed,
    /// The time has come that [`Session::due_ms`](crate::Session::due_ms) told, or not
    /// yet.
    Due,
}

/// Longer texts are no answers to a menu: no option has so long a label.
const LONGEST_ANSWER: usize = 1024;

impl Input {
    /// The contact sent this.
    pub fn of_content(content: &Content) -> Self {
        match content {
            Content::Text(text) if text.body.len() <= LONGEST_ANSWER => {
                Self::Writes(text.body.clone())
            }
            _ => Self::Sends,
        }
    }

    /// Whether the contact did it.
    pub fn is_of_contact(&self) -> bool {
        matches!(self, Self::Writes(_) | Self::Sends | Self::Presses { .. })
    }
}
