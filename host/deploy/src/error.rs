//! Why a deployment could not be done.

use eclusa_engine::LoadError;
use eclusa_journal::JournalError;

/// Why something about deployments could not be done.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// Not a name for an adapter.
    #[error("`{0}` is no adapter's name: expected 1 to 64 characters of a-z, 0-9 and -")]
    Name(String),
    /// There is no such thing.
    #[error("there is no {kind} `{name}`")]
    Unknown {
        /// `adapter`, `revision`, `deployment`, `channel`, `message`.
        kind: &'static str,
        /// What was asked for.
        name: String,
    },
    /// The first digits of a revision fit several.
    #[error("`{prefix}` fits several revisions: {}", .found.join(", "))]
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// All that fit.
        found: Vec<String>,
    },
    /// It cannot be done in the state in which things are.
    #[error("{message}")]
    State {
        /// Stable, in snake case.
        code: &'static str,
        /// Why not.
        message: String,
        /// What to do.
        action: String,
    },
    /// A channel lacks what a revision needs.
    #[error("channel `{channel}` lacks what revision {revision} needs: {}", .missing.iter().map(|(pointer, message)| format!("{pointer}: {message}")).collect::<Vec<_>>().join("; "))]
    Requirements {
        /// The channel's id.
        channel: String,
        /// The revision.
        revision: String,
        /// JSON pointer into the channel, and what is expected there.
        missing: Vec<(String, String)>,
    },
    /// Values of the policy that make no sense.
    #[error("the policy: {}", .0.iter().map(|(pointer, message)| format!("{pointer}: {message}")).collect::<Vec<_>>().join("; "))]
    Policy(Vec<(&'static str, &'static str)>),
    /// A revision that had passed its checks does not load any more.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A call of a comparison did not get its turn.
    #[error("the comparison could not be made: {0}")]
    Busy(String),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The server stops.
    #[error("the server stops")]
    Stopping,
}

impl DeployError {
    pub(crate) fn unknown(kind: &'static str, name: impl Into<String>) -> Self {
        Self::Unknown { kind, name: name.into() }
    }

    pub(crate) fn state(
        code: &'static str,
        message: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self::State { code, message: message.into(), action: action.into() }
    }
}
