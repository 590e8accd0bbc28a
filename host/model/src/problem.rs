//! Why something could not be done, in the form that adapters return it.

use serde::{Deserialize, Serialize};

/// What kind of problem it is; the host acts by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProblemKind {
    /// The input contradicts what the chat documents.
    Invalid,
    /// The input is sound, but nothing that the six types and the events can say.
    Unsupported,
    /// A setting or a secret of the channel is missing or wrong.
    Configuration,
    /// The chat refused the message for good.
    Refused,
}

/// Why something cannot be done, for the person who must act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}{}", .pointer.as_deref().filter(|p| !p.is_empty()).map(|p| format!(" (at {p})")).unwrap_or_default())]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// What kind of problem it is.
    pub kind: ProblemKind,
    /// Stable, in snake case.
    pub code: String,
    /// What is wrong and what was expected.
    pub message: String,
    /// JSON pointer to the field at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The same call may succeed later with nothing changed.
    #[serde(default)]
    pub retryable: bool,
}

impl Problem {
    fn new(kind: ProblemKind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.into(),
            message: message.into(),
            pointer: None,
            action: None,
            retryable: false,
        }
    }

    /// The input contradicts what the chat documents.
    pub fn invalid(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Invalid, code, message)
    }

    /// The input is sound, but nothing that the six types and the events can say.
    pub fn unsupported(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Unsupported, code, message)
    }

    /// A setting or a secret of the channel is missing or wrong.
    pub fn configuration(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Configuration, code, message)
    }

    /// The chat refused the message for good.
    pub fn refused(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Refused, code, message)
    }

    /// Names the field at fault by its JSON pointer.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// Says that the same call may succeed later with nothing changed.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }
}

/// What kind of warning it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WarningKind {
    /// Nothing in it for the platform: an echo, a service notice.
    Ignored,
    /// Part of the input could not be mapped.
    Unsupported,
    /// It was mapped with something lost.
    Degraded,
}

/// Something a person should be able to find out, though the call succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// What kind of warning it is.
    pub kind: WarningKind,
    /// Stable, in snake case.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// JSON pointer to the part of the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

impl Warning {
    fn new(kind: WarningKind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, code: code.into(), message: message.into(), pointer: None }
    }

    /// Nothing in it for the platform.
    pub fn ignored(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(WarningKind::Ignored, code, message)
    }

    /// Part of the input could not be mapped.
    pub fn unsupported(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(WarningKind::Unsupported, code, message)
    }

    /// It was mapped with something lost.
    pub fn degraded(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(WarningKind::Degraded, code, message)
    }

    /// Names the part of the input by its JSON pointer.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }
}
