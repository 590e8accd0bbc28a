//! How far a flow has come in one attendance.

use serde::{Deserialize, Serialize};

use crate::Flow;

/// How far a flow has come in one attendance. It holds for the revision of the flow that
/// it began on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// What the flow waits for.
    pub stage: Stage,
    /// Since when we wait for the contact, in Unix milliseconds: our last word. `None`
    /// while the contact waits for us.
    pub waiting_since_ms: Option<i64>,
    /// When the contact was reminded in this wait, in Unix milliseconds.
    pub reminded_at_ms: Option<i64>,
}

/// What a flow waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The contact chooses.
    Menu {
        /// The options that lead to the menu, by their places; empty for the first one.
        path: Vec<usize>,
        /// How many answers in a row were none of its options.
        wrong: u32,
    },
    /// A person: the flow says nothing any more but what idleness and the end bring.
    Person,
}

impl Session {
    /// When the flow is to be run with [`Input::Due`](crate::Input::Due), in Unix
    /// milliseconds. `None` where it waits for nothing that time brings.
    pub fn due_ms(&self, flow: &Flow) -> Option<i64> {
        let since = self.waiting_since_ms?;
        let idle = flow.document().idle.as_ref()?;
        let ms = |step: &crate::IdleStep| i64::from(step.after_seconds) * 1000;
        match (&idle.reminder, &idle.close, self.reminded_at_ms) {
            (Some(reminder), _, None) => Some(since.saturating_add(ms(reminder))),
            // Who was reminded late has as long to answer as who was not.
            (Some(reminder), Some(close), Some(reminded)) => {
                Some(reminded.saturating_add(ms(close)).saturating_sub(ms(reminder)))
            }
            (None, Some(close), _) => Some(since.saturating_add(ms(close))),
            (_, None, _) => None,
        }
    }
}
