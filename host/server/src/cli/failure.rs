//! Why a command could not do its work.

use serde::Serialize;

/// What is wrong and what to do, for a person and for a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub(super) struct Failure {
    /// Stable, in snake case.
    pub(super) code: &'static str,
    /// What is wrong, in one sentence.
    pub(super) message: String,
    /// What to do.
    pub(super) action: String,
}

impl Failure {
    pub(super) fn new(
        code: &'static str,
        message: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self { code, message: message.into(), action: action.into() }
    }

    /// An error of which only the text is known.
    pub(super) fn other(error: &anyhow::Error) -> Self {
        Self::new("failed", format!("{error:#}"), "See the message.")
    }
}
