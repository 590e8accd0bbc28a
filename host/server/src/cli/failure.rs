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
        Self::new("failed", sentence(error), "See the message.")
    }
}

/// An error and its causes, without those that it names itself.
pub(super) fn sentence(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| {
        if told.is_empty() {
            cause
        } else if told.contains(&cause) {
            told
        } else {
            format!("{told}: {cause}")
        }
    })
}
