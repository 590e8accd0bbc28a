//! What shares a limit: all of a channel's lanes, or all lanes to the platform.

use std::collections::VecDeque;

use eclusa_journal::Destination;

use super::pace::{Meter, Pace};

/// How often it is looked again whether what stops a whole destination, or slows
/// it down, is over. A change of a channel takes effect within this time.
pub(super) const RECHECK_MS: i64 = 5_000;

/// What a destination takes at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dispatcher) struct Limits {
    /// How many may be under way at once.
    pub(in crate::dispatcher) concurrent: usize,
    /// How fast it may be spoken to.
    pub(in crate::dispatcher) pace: Option<Pace>,
    /// How fast within one conversation.
    pub(in crate::dispatcher) conversation_pace: Option<Pace>,
    /// Nothing can go out, since something is not there.
    pub(in crate::dispatcher) missing: Option<Missing>,
}

/// What is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dispatcher) enum Missing {
    /// An adapter that serves the channel.
    Adapter,
    /// A platform to push to.
    Platform,
}

/// A pause of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paused {
    /// One delivery goes out then, to see whether it is over.
    pub(super) probe_at_ms: Option<i64>,
}

#[derive(Debug)]
pub(super) struct DestinationState {
    pub(super) key: Destination,
    /// Ready lanes by number, with their stamps.
    pub(super) ready: VecDeque<(u32, u32)>,
    pub(super) in_flight: usize,
    pub(super) in_turns: bool,
    /// As they were at its last turn.
    pub(super) limits: Limits,
    pub(super) paused: Option<Paused>,
    pub(super) meter: Meter,
    /// It is looked at again at this time, and takes no turn before.
    pub(super) rest_until_ms: Option<i64>,
}

/// Whether one more may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    Now,
    /// Not before this time.
    At(i64),
    /// Not before something happens: one ends, or it is resumed.
    Later,
}

impl DestinationState {
    pub(super) fn new(key: Destination) -> Self {
        let limits =
            Limits { concurrent: usize::MAX, pace: None, conversation_pace: None, missing: None };
        Self {
            key,
            ready: VecDeque::new(),
            in_flight: 0,
            in_turns: false,
            limits,
            paused: None,
            meter: Meter::default(),
            rest_until_ms: None,
        }
    }

    pub(super) fn admission(&self, now_ms: i64) -> Admission {
        if self.limits.missing.is_some() {
            return Admission::At(now_ms.saturating_add(RECHECK_MS));
        }
        match self.paused {
            Some(Paused { probe_at_ms: None }) => return Admission::Later,
            // One probe after another, and no faster than anything else.
            Some(Paused { probe_at_ms: Some(_) }) if self.in_flight > 0 => return Admission::Later,
            Some(Paused { probe_at_ms: Some(at_ms) }) if at_ms > now_ms => {
                return Admission::At(at_ms);
            }
            None if self.in_flight >= self.limits.concurrent.max(1) => return Admission::Later,
            Some(_) | None => {}
        }
        match self.limits.pace.map(|pace| self.meter.ready_at(pace, now_ms)) {
            Some(at_ms) if at_ms > now_ms => Admission::At(at_ms),
            _ => Admission::Now,
        }
    }

    /// What went out at this time did not, after all. What waits for the pace is looked
    /// at again.
    pub(super) fn not_sent(&mut self, at_ms: i64) {
        if let Some(pace) = self.limits.pace {
            self.meter.give_back(pace, at_ms);
            self.rest_until_ms = None;
        }
    }

    /// Whether it may queue for a turn.
    pub(super) fn wants_turn(&self) -> bool {
        let stopped = match self.paused {
            Some(Paused { probe_at_ms: None }) => true,
            Some(Paused { probe_at_ms: Some(_) }) => self.in_flight > 0,
            None => self.in_flight >= self.limits.concurrent.max(1),
        };
        !self.in_turns && self.rest_until_ms.is_none() && !self.ready.is_empty() && !stopped
    }
}
