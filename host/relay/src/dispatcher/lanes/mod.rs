//! Which delivery is next. No I/O and no clock: the time is passed in, in
//! milliseconds that only grow, so that a wall clock that is set changes nothing.

mod destination;
mod hosts;
mod lane;
#[cfg(test)]
mod model_test;
mod names;
mod pace;
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

use destination::{Admission, DestinationState, Paused};
use hosts::Hosts;
use lane::{Head, Inserted, LaneState, Waiting};
use names::Names;

/// A delivery to be made now. Give it back by [`Lanes::finished`].
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: DeliveryId,
    pub(super) lane: Arc<Lane>,
    number: u32,
    destination: u32,
}

/// What becomes of a job.
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

    /// Puts a delivery in its place in its lane, by its id. One that waits there
    /// already gets the new time ([`NEVER`]: it is held); one that is under way
    /// stays as it is.
    pub(super) fn push(&mut self, id: DeliveryId, lane: &Lane, due_ms: i64, now_ms: i64) {
        let waiting = Waiting { id, due_ms };
        let group = self.group(lane);
        let conversation = Arc::from(lane.conversation.as_str());
        let key = (group, conversation);
        if let Some(number) = self.numbers.get(&key).copied() {
            let Some(state) = self.lane_mut(number) else { return };
            match state.insert(waiting) {
                Inserted::Behind { new } => self.pending += usize::from(new),
                Inserted::Head { new } => {
                    self.pending += usize::from(new);
                    self.schedule(number, now_ms);
                }
            }
            return;
        }
        self.pending += 1;
        let state = LaneState::new(group, Arc::clone(&key.1), waiting);
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
        self.numbers.insert(key, number);
        self.schedule(number, now_ms);
    }

    /// Takes a delivery out of its lane. One that is under way ends by itself.
    pub(super) fn remove(&mut self, id: DeliveryId, lane: &Lane, now_ms: i64) {
        let Some(number) = self.number(lane) else { return };
        let Some(state) = self.lane_mut(number) else { return };
        if state.head.id != id {
            self.pending -= usize::from(state.remove_behind(id));
        } else if state.state != Head::UnderWay {
            self.advance(number, now_ms);
        }
    }

    /// Lets those go on whose time has come.
    pub(super) fn wake(&mut self, now_ms: i64, conditions: &impl Conditions) {
        while let Some(Reverse((due_ms, number, stamp))) = self.timers.peek().copied()
            && due_ms <= now_ms
        {
            self.timers.pop();
            if self.is_current((number, stamp)) {
                self.schedule(number, now_ms);
            }
        }
        while let Some(Reverse((at_ms, turn))) = self.destination_timers.peek().copied()
            && at_ms <= now_ms
        {
            self.destination_timers.pop();
            if let Some(destination) = self.destinations.get_mut(turn as usize)
                && destination.rest_until_ms == Some(at_ms)
            {
                destination.rest_until_ms = None;
                self.take_turn(turn);
            }
        }
        let (hosts, lanes) = (&mut self.hosts, &self.lanes);
        let released = hosts.release(
            now_ms,
            |host| conditions.host(host, now_ms),
            |lane| is_current(lanes, lane),
        );
        for number in released {
            self.schedule(number, now_ms);
        }
    }

    /// The next delivery to be made, if one is due and there is room for it. Call
    /// [`Lanes::wake`] before the first.
    pub(super) fn next(&mut self, now_ms: i64, conditions: &impl Conditions) -> Option<Job> {
        if self.in_flight >= self.total {
            return None;
        }
        while let Some(turn) = self.turns.pop_front() {
            let job = self.take(turn, now_ms, conditions);
            self.take_turn(turn);
            if job.is_some() {
                return job;
            }
        }
        None
    }

    /// A job of a destination whose turn it is, if it may have one.
    fn take(&mut self, turn: u32, now_ms: i64, conditions: &impl Conditions) -> Option<Job> {
        let destination = self.destinations.get_mut(turn as usize)?;
        destination.in_turns = false;
        destination.limits = conditions.limits(&destination.key);
        match destination.admission(now_ms) {
            Admission::Now => {}
            Admission::At(at_ms) => {
                // A change of the limits is seen in time, however long the wait.
                let at_ms = at_ms.min(now_ms.saturating_add(destination::RECHECK_MS));
                destination.rest_until_ms = Some(at_ms);
                self.destination_timers.push(Reverse((at_ms, turn)));
                return None;
            }
            Admission::Later => return None,
        }
        let number = loop {
            let entry = destination.ready.pop_front()?;
            if is_current(&self.lanes, entry) {
                break entry.0;
            }
        };
        // Its conversation may have a pace only since now.
        if self.conversation_ready_at(number, now_ms) > now_ms {
            self.schedule(number, now_ms);
            return None;
        }
        let destination = self.destinations.get_mut(turn as usize)?;
        let Limits { pace, conversation_pace, .. } = destination.limits;
        if let Some(pace) = pace {
            destination.meter.take(pace, now_ms);
        }
        destination.in_flight += 1;
        self.in_flight += 1;
        let state = self.lanes.get_mut(number as usize)?.as_mut()?;
        state.state = Head::UnderWay;
        if let Some(pace) = conversation_pace {
            let key = (state.group, Arc::clone(&state.conversation));
            let ready_at = now_ms.saturating_add(pace.interval_ms());
            self.conversations.insert(key, ready_at);
        }
        let (id, group) = (state.head.id, state.group);
        let lane = Arc::new(self.names.lane(group, &state.conversation)?);
        self.sweep(now_ms);
        Some(Job { id, lane, number, destination: turn })
    }

    /// A job is over.
    pub(super) fn finished(&mut self, job: &Job, next: &Next, now_ms: i64) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(destination) = self.destinations.get_mut(job.destination as usize) {
            destination.in_flight = destination.in_flight.saturating_sub(1);
            if let (Next::Blocked { .. }, Some(pace)) = (next, destination.limits.pace) {
                destination.meter.give_back(pace);
            }
        }
        self.follow(job, next, now_ms);
        self.take_turn(job.destination);
    }

    fn follow(&mut self, job: &Job, next: &Next, now_ms: i64) {
        let number = job.number;
        let Some(state) = self.lane_mut(number) else { return };
        // Not under way any more, so that it can be moved.
        state.state = Head::Timed;
        match next {
            Next::Advance => self.advance(number, now_ms),
            Next::Again { wait_ms } => {
                state.again(now_ms.saturating_add((*wait_ms).max(0)).min(NEVER - 1));
                self.schedule(number, now_ms);
            }
            Next::Hold => {
                state.again(NEVER);
                self.schedule(number, now_ms);
            }
            Next::Blocked { host } => {
                state.again(now_ms);
                let key = (state.group, Arc::clone(&state.conversation));
                let same = state.head.id == job.id;
                self.conversations.remove(&key);
                if same {
                    let host = self.hosts.number(host);
                    let stamp = self.set(number, Head::Parked(host));
                    self.hosts.park(host, (number, stamp));
                } else {
                    self.schedule(number, now_ms);
                }
            }
        }
    }

    /// The head of a lane is gone.
    fn advance(&mut self, number: u32, now_ms: i64) {
        self.pending = self.pending.saturating_sub(1);
        let Some(state) = self.lane_mut(number) else { return };
        if state.advance() {
            self.schedule(number, now_ms);
            return;
        }
        let key = (state.group, Arc::clone(&state.conversation));
        self.numbers.remove(&key);
        if let Some(slot) = self.lanes.get_mut(number as usize) {
            *slot = None;
        }
        self.free.push(number);
    }

    /// Nothing goes out to a destination any more, but one delivery at a time from
    /// `probe_at_ms` on, where that is given.
    pub(super) fn pause(&mut self, key: &Destination, probe_at_ms: Option<i64>) {
        let turn = self.destination(key);
        if let Some(destination) = self.destinations.get_mut(turn as usize) {
            destination.paused = Some(Paused { probe_at_ms });
            destination.rest_until_ms = None;
        }
        self.take_turn(turn);
    }

    /// A destination is spoken to again.
    pub(super) fn resume(&mut self, key: &Destination) {
        let turn = self.destination(key);
        if let Some(destination) = self.destinations.get_mut(turn as usize) {
            destination.paused = None;
            destination.rest_until_ms = None;
        }
        self.take_turn(turn);
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

    fn is_current(&self, entry: (u32, u32)) -> bool {
        is_current(&self.lanes, entry)
    }

    fn number(&self, lane: &Lane) -> Option<u32> {
        let group = self.names.known(lane)?;
        self.numbers.get(&(group, Arc::from(lane.conversation.as_str()))).copied()
    }

    /// The number of what a lane belongs to.
    fn group(&mut self, lane: &Lane) -> u32 {
        if let Some(group) = self.names.known(lane) {
            return group;
        }
        let destination = self.destination(&Destination::of(lane));
        self.names.add(lane, destination)
    }

    fn destination(&mut self, key: &Destination) -> u32 {
        let (number, new) = self.names.destination(key);
        if new {
            self.destinations.push(DestinationState::new(key.clone()));
        }
        number
    }

    /// When the conversation of a lane may be written to.
    fn conversation_ready_at(&self, number: u32, now_ms: i64) -> i64 {
        if self.conversations.is_empty() {
            return now_ms;
        }
        let Some(Some(state)) = self.lanes.get(number as usize) else { return now_ms };
        let pace = self.limits(state.group).and_then(|limits| limits.conversation_pace);
        let Some(pace) = pace else { return now_ms };
        let key = (state.group, Arc::clone(&state.conversation));
        let ready_at = self.conversations.get(&key).copied().unwrap_or(now_ms);
        // The pace may be faster by now.
        ready_at.min(now_ms.saturating_add(pace.interval_ms()))
    }

    fn limits(&self, group: u32) -> Option<Limits> {
        let destination = self.names.destination_of(group)?;
        self.destinations.get(destination as usize).map(|destination| destination.limits)
    }

    /// Forgets the conversations whose pace holds nothing back any more.
    fn sweep(&mut self, now_ms: i64) {
        if self.conversations.len() >= self.sweep_at {
            self.conversations.retain(|_, ready_at| *ready_at > now_ms);
            self.sweep_at = (self.conversations.len() * 2).max(1024);
        }
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
        Some(Some(state)) if state.stamp == stamp && state.state != Head::UnderWay
    )
}
