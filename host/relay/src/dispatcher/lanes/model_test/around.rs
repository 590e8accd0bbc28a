//! What is around the lanes.

use std::collections::HashMap;

use eclusa_journal::Destination;

use super::CONCURRENT;
use crate::dispatcher::lanes::{Conditions, HostState, Limits, Pace};

/// Milliseconds between two messages to the channel `paced`, and how many go at
/// once.
pub(super) const PACED: (i64, usize) = (500, 2);
/// Milliseconds between two in a conversation of the channel `slow-talker`.
pub(super) const SLOW_MS: i64 = 1000;

/// Until when hosts are left alone; the others are spoken to.
#[derive(Default)]
pub(super) struct Around {
    pub(super) down_until: HashMap<&'static str, i64>,
}

impl Conditions for Around {
    fn limits(&self, destination: &Destination) -> Limits {
        let channel = destination.channel().unwrap_or_default();
        Limits {
            concurrent: CONCURRENT,
            pace: (channel == "paced").then(|| Pace::new(2.0, 2).unwrap()),
            conversation_pace: (channel == "slow-talker").then(|| Pace::new(1.0, 1).unwrap()),
            missing: None,
        }
    }

    fn host(&self, host: &str, _now_ms: i64) -> HostState {
        match self.down_until.get(host) {
            Some(until_ms) => HostState::Open { until_ms: *until_ms },
            None => HostState::Closed,
        }
    }
}
