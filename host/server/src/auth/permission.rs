//! What each role may do.

use eclusa_journal::TokenRole;

/// What a request needs a token for. Each route names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Look at the metrics.
    Measure,
    /// Look at channels, adapters, messages, events.
    Read,
    /// Send messages.
    Send,
    /// Take, transfer and close attendances.
    Attend,
    /// Change channels and adapters.
    Operate,
    /// Manage tokens and keys; have all that is recorded.
    Administer,
    /// Sign in to the console.
    Console,
}

impl Permission {
    /// The whole table of roles.
    pub(crate) fn granted_to(self, role: TokenRole) -> bool {
        match role {
            TokenRole::Admin => true,
            TokenRole::Operator => !matches!(self, Self::Administer),
            TokenRole::Platform => matches!(self, Self::Read | Self::Send | Self::Attend),
            TokenRole::Viewer => matches!(self, Self::Read | Self::Measure | Self::Console),
            TokenRole::Metrics => matches!(self, Self::Measure),
        }
    }

    /// How a refusal names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Measure => "look at the metrics",
            Self::Read => "look at this",
            Self::Send => "send messages",
            Self::Attend => "change attendances",
            Self::Operate => "change channels and adapters",
            Self::Administer => "administer this server",
            Self::Console => "sign in to the console",
        }
    }

    /// The roles that have it, for who must choose another token.
    pub(super) fn roles(self) -> &'static str {
        match self {
            Self::Measure => "metrics, viewer, operator or admin",
            Self::Read => "viewer, platform, operator or admin",
            Self::Send | Self::Attend => "platform, operator or admin",
            Self::Operate => "operator or admin",
            Self::Administer => "admin",
            Self::Console => "viewer, operator or admin",
        }
    }
}
