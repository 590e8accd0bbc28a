//! What may not happen.

use std::fmt;

/// What may not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) kind: Kind,
    /// In words, with the message's number.
    pub(crate) what: String,
}

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Acknowledged, and gone.
    Lost,
    /// Before an older one of its conversation, or after a younger one.
    OutOfOrder,
    /// Twice where there was no crash between.
    Twice,
    /// One message has two ids.
    OtherId,
    /// Nobody has sent it.
    FromNowhere,
    /// The host says what it has not earned.
    Unearned,
    /// An answer or a request that should not be.
    Odd,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Lost,
        Self::OutOfOrder,
        Self::Twice,
        Self::OtherId,
        Self::FromNowhere,
        Self::Unearned,
        Self::Odd,
    ];

    /// A fault of this kind.
    pub(crate) fn of(self, what: impl Into<String>) -> Violation {
        Violation { kind: self, what: what.into() }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "acknowledged and lost",
            Self::OutOfOrder => "out of order in their conversation",
            Self::Twice => "twice, without a crash between",
            Self::OtherId => "one message, two ids",
            Self::FromNowhere => "sent by nobody",
            Self::Unearned => "a state that was not earned",
            Self::Odd => "other answers or requests that should not be",
        })
    }
}
