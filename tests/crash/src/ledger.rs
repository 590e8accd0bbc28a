//! All conversations of a run, and what is wrong with them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use crate::lane::{Lane, Now, Taken};
use crate::violation::{Kind, Violation};

/// Which way messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// From the chat to the platform.
    In,
    /// From the platform to the chat.
    Out,
}

/// A conversation in one direction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) direction: Direction,
    pub(crate) channel: String,
    pub(crate) conversation: String,
}

impl Key {
    pub(crate) fn new(direction: Direction, channel: &str, conversation: &str) -> Self {
        Self { direction, channel: channel.to_owned(), conversation: conversation.to_owned() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::In => "from the chat",
            Direction::Out => "to the chat",
        };
        write!(f, "channel {}, conversation {}, {direction}", self.channel, self.conversation)
    }
}

/// All conversations of a run; shared by callers, fakes and checks.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    began: Instant,
    life: u64,
    lanes: BTreeMap<Key, Lane>,
    violations: Vec<Violation>,
    counts: Counts,
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) acknowledged_in: u64,
    pub(crate) acknowledged_out: u64,
    /// Acknowledged once more, with the same id.
    pub(crate) acknowledged_again: u64,
    /// Taken again at the crash edge.
    pub(crate) taken_again: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        let state = State {
            began: Instant::now(),
            life: 0,
            lanes: BTreeMap::new(),
            violations: Vec::new(),
            counts: Counts::default(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }
}

impl Ledger {
    /// The host is started again.
    pub(crate) fn next_life(&self) {
        self.state.lock().life += 1;
    }

    /// See [`Lane::sending`].
    pub(crate) fn sending(&self, key: &Key, number: usize) {
        self.with(key, |lane, now| {
            lane.sending(now, number);
            Ok(())
        });
    }

    /// See [`Lane::acknowledged`].
    pub(crate) fn acknowledged(&self, key: &Key, number: usize, id: &str) {
        let again = self.with(key, |lane, now| {
            let again = number < lane.acknowledged_count();
            lane.acknowledged(now, number, id).map(|()| again)
        });
        let counts = &mut self.state.lock().counts;
        match (again, key.direction) {
            (Some(true), _) => counts.acknowledged_again += 1,
            (Some(false), Direction::In) => counts.acknowledged_in += 1,
            (Some(false), Direction::Out) => counts.acknowledged_out += 1,
            (None, _) => {}
        }
    }

    /// See [`Lane::kept`].
    pub(crate) fn kept(&self, key: &Key, number: usize) {
        self.with(key, |lane, now| {
            lane.kept(now, number);
            Ok(())
        });
        self.state.lock().counts.acknowledged_in += 1;
    }

    /// See [`Lane::taken`].
    pub(crate) fn taken(&self, key: &Key, number: usize, id: &str) {
        if self.with(key, |lane, now| lane.taken(now, number, id)) == Some(Taken::Again) {
            self.state.lock().counts.taken_again += 1;
        }
    }

    /// Adds to a conversation's history.
    pub(crate) fn note(&self, key: &Key, what: String) {
        self.with(key, |lane, now| {
            lane.note(now, what);
            Ok(())
        });
    }

    /// Something is wrong beside any conversation.
    pub(crate) fn odd(&self, what: impl Into<String>) {
        self.state.lock().violations.push(Kind::Odd.of(what));
    }

    /// All conversations that there are.
    pub(crate) fn keys(&self) -> Vec<Key> {
        self.state.lock().lanes.keys().cloned().collect()
    }

    /// Does something with a conversation, which may be a violation.
    pub(crate) fn with<T>(
        &self,
        key: &Key,
        act: impl FnOnce(&mut Lane, Now) -> Result<T, Violation>,
    ) -> Option<T> {
        let mut state = self.state.lock();
        let State { began, life, lanes, violations, .. } = &mut *state;
        let now = Now { at_ms: began.elapsed().as_millis(), life: *life };
        let lane = lanes.entry(key.clone()).or_default();
        match act(lane, now) {
            Ok(value) => Some(value),
            Err(violation) => {
                // The history of the first is enough to begin with.
                let history = if violations.is_empty() { lane.history() } else { String::new() };
                let Violation { kind, what } = violation;
                violations.push(kind.of(format!("{key}: {what}\n{history}")));
                None
            }
        }
    }

    /// What was counted until now.
    pub(crate) fn counts(&self) -> Counts {
        self.state.lock().counts
    }

    /// What is wrong, or nothing.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        self.state.lock().violations.clone()
    }
}
