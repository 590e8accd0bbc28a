//! Destinations that are not spoken to for a while.

use serde::{Deserialize, Serialize};

use crate::{Lane, Target};

/// What deliveries go to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "target", rename_all = "lowercase", deny_unknown_fields)]
pub enum Destination {
    /// A channel's chat.
    Chat {
        /// The channel's id.
        channel: String,
    },
    /// The platform.
    Platform,
}

impl Destination {
    /// Where the deliveries of a lane go.
    pub fn of(lane: &Lane) -> Self {
        match lane.target {
            Target::Chat => Self::Chat { channel: lane.channel.clone() },
            Target::Platform => Self::Platform,
        }
    }

    /// The channel, where it is a channel's chat.
    pub fn channel(&self) -> Option<&str> {
        match self {
            Self::Chat { channel } => Some(channel),
            Self::Platform => None,
        }
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Chat { channel } => write!(f, "channel `{channel}`"),
            Self::Platform => f.write_str("the platform"),
        }
    }
}

/// A pause of a destination: what is for it waits and loses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Since when, RFC 3339.
    pub since: String,
    /// Why, as a stable code: `operator`, `gone` (the other side said so), or
    /// `failing` (one dead letter after another).
    pub code: String,
    /// Why, in one sentence.
    pub reason: String,
    /// Who: a token's name, or `eclusa` where the host did it by itself.
    pub by: String,
}
