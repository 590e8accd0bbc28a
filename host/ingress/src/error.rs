//! Why a request is not believed.

use eclusa_model::Place;

/// Why a request is not believed. No message tells how much of a secret or of a
/// signature was right, nor shows what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The signature or the secret is not there.
    #[error("{place} is missing")]
    SignatureMissing {
        /// Where it should be.
        place: String,
    },
    /// It is not written as the scheme says.
    #[error("{place} is not {expected}")]
    SignatureMalformed {
        /// Where it stands.
        place: String,
        /// What it should be.
        expected: String,
    },
    /// The signature or the secret is wrong.
    #[error("{place} does not match this request and the channel's secret")]
    SignatureMismatch {
        /// Where it stands.
        place: String,
    },
    /// The time of the request is not there.
    #[error("{place}, which holds the time of the request, is missing")]
    TimestampMissing {
        /// Where it should be.
        place: String,
    },
    /// The time of the request is not one time.
    #[error("{place} is not a time in {expected}")]
    TimestampMalformed {
        /// Where it stands.
        place: String,
        /// How it should be written.
        expected: &'static str,
    },
    /// The request is too old, or from the future.
    #[error(
        "the request's time is {away} s away from this host's clock; {tolerance} s are allowed"
    )]
    TimestampStale {
        /// How far it is away, in seconds.
        away: u64,
        /// How far it may be, in seconds.
        tolerance: u32,
    },
    /// The token is rightly signed, but not valid now.
    #[error("the token in {place} {why}")]
    TokenExpired {
        /// Where it stands.
        place: String,
        /// What is wrong with its times.
        why: &'static str,
    },
    /// The token is rightly signed, but not for this channel or this request.
    #[error("the token in {place} is not for this request: its claim `{claim}` is another one")]
    TokenRejected {
        /// Where it stands.
        place: String,
        /// The claim at fault.
        claim: String,
    },
    /// The keys that the chat publishes could not be fetched. Why is logged: who
    /// asks is not known yet.
    #[error("the keys with which the chat signs cannot be fetched right now")]
    KeysUnavailable,
    /// The channel lacks a secret without which it cannot verify.
    #[error("the channel has no secret `{secret}`, which its adapter needs to verify requests")]
    SecretNotConfigured {
        /// Name of the secret.
        secret: String,
    },
    /// No value of the secret is written as a key must be.
    #[error("the channel's secret `{secret}` is not a key as its adapter needs it: {expected}")]
    SecretMalformed {
        /// Name of the secret.
        secret: String,
        /// How it should be written.
        expected: &'static str,
    },
    /// The channel lacks a setting without which it cannot verify.
    #[error("the channel has no setting `{setting}`, which its adapter needs to verify requests")]
    SettingMissing {
        /// Name of the setting.
        setting: String,
    },
    /// Somebody who does not know the secret asks for a handshake.
    #[error("{place} is not the secret that this channel expects in a handshake")]
    HandshakeRefused {
        /// Where the secret should be.
        place: String,
    },
    /// A handshake without a challenge that can be given back.
    #[error("{place} is not a challenge of 1 to {longest} bytes")]
    HandshakeMalformed {
        /// Where the challenge should be.
        place: String,
        /// Longest challenge, in bytes.
        longest: usize,
    },
}

impl VerifyError {
    /// The one table of codes and actions.
    fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::SignatureMissing { .. } => (
                "signature_missing",
                "Send what proves the sender as the channel's documentation shows it.",
            ),
            Self::SignatureMalformed { .. } => (
                "signature_malformed",
                "Send what proves the sender as the channel's documentation shows it.",
            ),
            Self::SignatureMismatch { .. } => (
                "signature_mismatch",
                "Use the channel's secret, and sign the body byte for byte as it is sent.",
            ),
            Self::TimestampMissing { .. } => ("timestamp_missing", "Send the time of the request."),
            Self::TimestampMalformed { .. } => (
                "timestamp_malformed",
                "Send the time of the request just once, and as the channel's documentation shows it.",
            ),
            Self::TimestampStale { .. } => {
                ("timestamp_stale", "Set the sender's clock, and send requests at once.")
            }
            Self::TokenExpired { .. } => {
                ("token_expired", "Set the sender's clock, and send a fresh token.")
            }
            Self::TokenRejected { .. } => (
                "token_rejected",
                "Compare the channel's settings with what the chat puts into its tokens.",
            ),
            Self::KeysUnavailable => (
                "verification_keys_unavailable",
                "Send the request again; check that this host can reach the chat's keys.",
            ),
            Self::SecretNotConfigured { .. } => {
                ("secret_not_configured", "Set this secret of the channel.")
            }
            Self::SecretMalformed { .. } => {
                ("secret_malformed", "Set this secret of the channel as the chat shows it.")
            }
            Self::SettingMissing { .. } => ("setting_missing", "Set this setting of the channel."),
            Self::HandshakeRefused { .. } => (
                "handshake_refused",
                "Enter the channel's secret for handshakes in the chat's configuration too.",
            ),
            Self::HandshakeMalformed { .. } => (
                "handshake_malformed",
                "Send the challenge as the channel's documentation shows it.",
            ),
        }
    }

    /// Stable, in snake case.
    pub fn code(&self) -> &'static str {
        self.row().0
    }

    /// What to do.
    pub fn action(&self) -> &'static str {
        self.row().1
    }

    pub(super) fn missing(place: &Place) -> Self {
        Self::SignatureMissing { place: place.to_string() }
    }

    pub(super) fn malformed(place: &Place, expected: impl Into<String>) -> Self {
        Self::SignatureMalformed { place: place.to_string(), expected: expected.into() }
    }

    pub(super) fn mismatch(place: &Place) -> Self {
        Self::SignatureMismatch { place: place.to_string() }
    }
}
