//! Which delivery is next. No I/O and no clock: the time is passed in.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use eclusa_journal::{Delivery, DeliveryId, Lane, Target};

/// How many deliveries may be under way at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Capacity {
    pub(super) total: usize,
    pub(super) per_destination: usize,
}

/// A delivery to be made now. Give it back by [`Lanes::finished`].
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: DeliveryId,
    pub(super) lane: Arc<Lane>,
    number: u32,
}

/// What becomes of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The next one of the lane.
    Advance,
    /// The same again, not before this time.
    Again { due_at_ms: i64 },
}

/// All deliveries that wait, lane by lane.
///
/// A lane is in one of three states: its head is under way, waits for its time
/// (one entry in `timers`), or is ready (one entry in its destination's queue).
/// Ready destinations take turns, so that many lanes of one channel do not hold
/// back the few of another.
#[derive(Debug)]
pub(super) struct Lanes {
    capacity: Capacity,
    numbers: HashMap<Arc<Lane>, u32>,
    lanes: Vec<Option<LaneState>>,
    free: Vec<u32>,
    destination_numbers: HashMap<Destination, u32>,
    destinations: Vec<DestinationState>,
    /// Destinations with a ready lane and room for it.
    turns: VecDeque<u32>,
    timers: BinaryHeap<Reverse<(i64, u32)>>,
    pending: usize,
    in_flight: usize,
}

#[derive(Debug)]
struct LaneState {
    lane: Arc<Lane>,
    destination: u32,
    head: Waiting,
    rest: VecDeque<Waiting>,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    id: DeliveryId,
    due_at_ms: i64,
}

/// What shares a limit: all of a channel's lanes, or all lanes to the platform.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Destination {
    Chat(String),
    Platform,
}

#[derive(Debug, Default)]
struct DestinationState {
    ready: VecDeque<u32>,
    in_flight: usize,
    in_turns: bool,
}

impl Lanes {
    pub(super) fn new(capacity: Capacity) -> Self {
        Self {
            // Nothing would ever go out with none.
            capacity: Capacity {
                total: capacity.total.max(1),
                per_destination: capacity.per_destination.max(1),
            },
            numbers: HashMap::new(),
            lanes: Vec::new(),
            free: Vec::new(),
            destination_numbers: HashMap::new(),
            destinations: Vec::new(),
            turns: VecDeque::new(),
            timers: BinaryHeap::new(),
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

    /// Puts a delivery at the end of its lane.
    pub(super) fn push(&mut self, delivery: Delivery, now_ms: i64) {
        let Delivery { id, lane, due_at_ms, attempts: _ } = delivery;
        let waiting = Waiting { id, due_at_ms };
        self.pending += 1;
        if let Some(number) = self.numbers.get(&lane).copied() {
            if let Some(state) = self.lane_mut(number) {
                state.rest.push_back(waiting);
            }
            return;
        }
        let destination = self.destination(&lane);
        let lane = Arc::new(lane);
        let state = LaneState {
            lane: Arc::clone(&lane),
            destination,
            head: waiting,
            rest: VecDeque::new(),
        };
        let number = match self.free.pop() {
            Some(number) => {
                if let Some(slot) = self.lanes.get_mut(number as usize) {
                    *slot = Some(state);
                }
                number
            }
            None => {
                self.lanes.push(Some(state));
                u32::try_from(self.lanes.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.numbers.insert(lane, number);
        self.schedule(number, now_ms);
    }

    /// The next delivery to be made, if one is due and there is room for it.
    pub(super) fn next(&mut self, now_ms: i64) -> Option<Job> {
        self.wake(now_ms);
        if self.in_flight >= self.capacity.total {
            return None;
        }
        let turn = self.turns.pop_front()?;
        let destination = self.destinations.get_mut(turn as usize)?;
        destination.in_turns = false;
        let number = destination.ready.pop_front()?;
        destination.in_flight += 1;
        self.in_flight += 1;
        self.take_turn(turn);
        let state = self.lanes.get(number as usize)?.as_ref()?;
        Some(Job { id: state.head.id, lane: Arc::clone(&state.lane), number })
    }

    /// A job is over.
    pub(super) fn finished(&mut self, job: &Job, next: Next, now_ms: i64) {
        self.in_flight = self.in_flight.saturating_sub(1);
        let Some(state) = self.lane_mut(job.number) else { return };
        let turn = state.destination;
        let empty = match next {
            Next::Again { due_at_ms } => {
                state.head.due_at_ms = due_at_ms;
                false
            }
            Next::Advance => match state.rest.pop_front() {
                Some(waiting) => {
                    state.head = waiting;
                    // A burst must not keep its memory for ever.
                    if state.rest.is_empty() {
                        state.rest = VecDeque::new();
                    }
                    false
                }
                None => true,
            },
        };
        if next == Next::Advance {
            self.pending = self.pending.saturating_sub(1);
        }
        if let Some(destination) = self.destinations.get_mut(turn as usize) {
            destination.in_flight = destination.in_flight.saturating_sub(1);
        }
        if empty {
            self.numbers.remove(&job.lane);
            if let Some(slot) = self.lanes.get_mut(job.number as usize) {
                *slot = None;
            }
            self.free.push(job.number);
        } else {
            self.schedule(job.number, now_ms);
        }
        self.take_turn(turn);
    }

    /// When the next lane becomes ready, if none is before.
    pub(super) fn next_due(&self) -> Option<i64> {
        self.timers.peek().map(|Reverse((due_at_ms, _))| *due_at_ms)
    }

    fn lane_mut(&mut self, number: u32) -> Option<&mut LaneState> {
        self.lanes.get_mut(number as usize)?.as_mut()
    }

    fn destination(&mut self, lane: &Lane) -> u32 {
        let key = match lane.target {
            Target::Chat => Destination::Chat(lane.channel.clone()),
            Target::Platform => Destination::Platform,
        };
        *self.destination_numbers.entry(key).or_insert_with(|| {
            self.destinations.push(DestinationState::default());
            u32::try_from(self.destinations.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// Makes lanes ready whose time has come.
    fn wake(&mut self, now_ms: i64) {
        while let Some(Reverse((due_at_ms, number))) = self.timers.peek().copied()
            && due_at_ms <= now_ms
        {
            self.timers.pop();
            self.schedule(number, now_ms);
        }
    }

    /// Makes a lane ready, or lets it wait for its time.
    fn schedule(&mut self, number: u32, now_ms: i64) {
        let Some(state) = self.lane_mut(number) else { return };
        let due_at_ms = state.head.due_at_ms;
        let turn = state.destination;
        if due_at_ms > now_ms {
            self.timers.push(Reverse((due_at_ms, number)));
            return;
        }
        if let Some(destination) = self.destinations.get_mut(turn as usize) {
            destination.ready.push_back(number);
        }
        self.take_turn(turn);
    }

    /// Queues a destination for its next turn, if it can use one.
    fn take_turn(&mut self, turn: u32) {
        let limit = self.capacity.per_destination;
        if let Some(destination) = self.destinations.get_mut(turn as usize)
            && !destination.in_turns
            && !destination.ready.is_empty()
            && destination.in_flight < limit
        {
            destination.in_turns = true;
            self.turns.push_back(turn);
        }
    }
}
