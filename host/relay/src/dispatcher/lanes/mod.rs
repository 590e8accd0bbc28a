//! Which delivery is next. No I/O and no clock: the time is passed in, in
//! milliseconds that only grow, so that a wall clock that is set changes nothing.

mod destination;
mod end;
mod hosts;
mod lane;
#[cfg(test)]
mod model_test;
mod names;
mod pace;
mod put;
#[cfg(test)]
mod size_test;
mod turns;
mod view;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use eclusa_journal::{DeliveryId, Destination, Lane};

pub(super) use destination::{Limits, Missing};
pub(super) use hosts::HostState;
pub(super) use lane::NEVER;
pub(crate) use pace::Pace;
pub(crate) use view::{LaneView, Why};

use destination::DestinationState;
use hosts::Hosts;
use lane::{Head, LaneState};
use names::Names;

/// A delivery to be made now. Give it back by [`Lanes::finished`].
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: DeliveryId,
    pub(super) lane: Arc<Lane>,
    number: u32,
    destination: u32,
    /// When it went out.
    pub(super) at_ms: i64,
}

/// What becomes of a job. What the journal said of its delivery since it went out
/// counts more: see [`Lanes::push`] and [`Lanes::remove`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// The next one of the lane.
    Advance,
    /// The same again, after so many milliseconds.
    Again { wait_ms: i64 },
    /// It did not go out, since its host is not spoken to: the same again, when it
    /// is.
    Blocked { host: Arc<str> },
    /// The same again, when it is pushed again. Until then its lane waits.
    Hold,
}

/// What changes by itself around the lanes.
pub(super) trait Conditions {
    /// What a destination takes now.
    fn limits(&self, destination: &Destination) -> Limits;

    /// Whether a host is spoken to now.
    fn host(&self, host: &str, now_ms: i64) -> HostState;
}

/// All deliveries that wait, lane by lane.
///
/// The head of a lane is under way; or waits for its time (an entry in `timers`),
/// for its destination's turn (an entry there), or for its host (an entry in
/// `hosts`); or it is held. An entry counts as long as its stamp is the lane's.
/// Ready destinations take turns, so that many lanes of one channel do not hold
/// back the few of another.
#[derive(Debug)]
pub(super) struct Lanes {
    /// How many may be under way at once.
    total: usize,
    names: Names,
    numbers: HashMap<(u32, Arc<str>), u32>,
    lanes: Vec<Option<LaneState>>,
    free: Vec<u32>,
    destinations: Vec<DestinationState>,
    /// Destinations with a ready lane and room for it.
    turns: VecDeque<u32>,
    timers: BinaryHeap<Reverse<(i64, u32, u32)>>,
    destination_timers: BinaryHeap<Reverse<(i64, u32)>>,
    hosts: Hosts,
    /// When conversations with a pace of their own may be written to again.
    conversations: HashMap<(u32, Arc<str>), i64>,
    /// They are looked through when there are so many.
    sweep_at: usize,
    stamps: u32,
    pending: usize,
    in_flight: usize,
}

impl Lanes {
    /// No deliveries; so many may be under way at once.
    pub(super) fn new(total: usize) -> Self {
        Self {
            // Nothing would ever go out with none.
            total: total.max(1),
            names: Names::default(),
            numbers: HashMap::new(),
            lanes: Vec::new(),
            free: Vec::new(),
            destinations: Vec::new(),
            turns: VecDeque::new(),
            timers: BinaryHeap::new(),
            destination_timers: BinaryHeap::new(),
            hosts: Hosts::default(),
            conversations: HashMap::new(),
            sweep_at: 1024,
            stamps: 0,
            pending: 0,
            in_flight: 0,
        }
    }

    /// Deliveries that are not finished, those under way among them.
    pub(super) fn pending(&self) -> usize {
        self.pending
    }

    /// Deliveries under way.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Lanes with at least one delivery.
    pub(super) fn lanes(&self) -> usize {
        self.numbers.len()
    }

    /// When [`Lanes::wake`] is to be called next, if nothing happens before.
    pub(super) fn next_due(&self) -> Option<i64> {
        let lane = self.timers.peek().map(|Reverse((at_ms, ..))| *at_ms);
        let destination = self.destination_timers.peek().map(|Reverse((at_ms, _))| *at_ms);
        [lane, destination, self.hosts.next_look()].into_iter().flatten().min()
    }

    fn lane_mut(&mut self, number: u32) -> Option<&mut LaneState> {
        self.lanes.get_mut(number as usize)?.as_mut()
    }

    fn set(&mut self, number: u32, head: Head) -> u32 {
        self.stamps = self.stamps.wrapping_add(1);
        let stamp = self.stamps;
        if let Some(state) = self.lane_mut(number) {
            state.state = head;
            state.stamp = stamp;
        }
        stamp
    }

    /// Makes a lane ready, or lets it wait for its time.
    fn schedule(&mut self, number: u32, now_ms: i64) {
        let Some(Some(state)) = self.lanes.get(number as usize) else { return };
        let (due_ms, group) = (state.head.due_ms, state.group);
        if due_ms == NEVER {
            self.set(number, Head::Held);
            return;
        }
        let at_ms = due_ms.max(self.conversation_ready_at(number, now_ms));
        if at_ms > now_ms {
            let stamp = self.set(number, Head::Timed);
            self.timers.push(Reverse((at_ms, number, stamp)));
            return;
        }
        let stamp = self.set(number, Head::Ready);
        let Some(turn) = self.names.destination_of(group) else { return };
        if let Some(destination) = self.destinations.get_mut(turn as usize) {
            destination.ready.push_back((number, stamp));
        }
        self.take_turn(turn);
    }

    /// Queues a destination for its next turn, if it can use one.
    fn take_turn(&mut self, turn: u32) {
        if let Some(destination) = self.destinations.get_mut(turn as usize)
            && destination.wants_turn()
        {
            destination.in_turns = true;
            self.turns.push_back(turn);
        }
    }
}

fn is_current(lanes: &[Option<LaneState>], (number, stamp): (u32, u32)) -> bool {
    matches!(
        lanes.get(number as usize),
        Some(Some(state)) if state.stamp == stamp && !state.is_under_way()
    )
}
