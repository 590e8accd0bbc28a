//! Who goes next: time, turns, pace and pauses.

use std::cmp::Reverse;
use std::sync::Arc;

use eclusa_journal::Destination;

use super::destination::{self, Admission, Limits, Paused};
use super::lane::{Head, Said};
use super::{Conditions, Job, Lanes, is_current};

impl Lanes {
    /// Lets those go on whose time has come.
    pub(in crate::dispatcher) fn wake(&mut self, now_ms: i64, conditions: &impl Conditions) {
        while let Some(Reverse((due_ms, number, stamp))) = self.timers.peek().copied()
            && due_ms <= now_ms
        {
            self.timers.pop();
            if is_current(&self.lanes, (number, stamp)) {
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
    pub(in crate::dispatcher) fn next(
        &mut self,
        now_ms: i64,
        conditions: &impl Conditions,
    ) -> Option<Job> {
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
        state.state = Head::UnderWay(Said::Nothing);
        if let Some(pace) = conversation_pace {
            let key = (state.group, Arc::clone(&state.conversation));
            let ready_at = now_ms.saturating_add(pace.interval_ms());
            self.conversations.insert(key, ready_at);
        }
        let (id, group) = (state.head.id, state.group);
        let lane = Arc::new(self.names.lane(group, &state.conversation)?);
        self.sweep(now_ms);
        Some(Job { id, lane, number, destination: turn, at_ms: now_ms })
    }

    /// Nothing goes out to a destination any more, but one delivery at a time from
    /// `probe_at_ms` on, where that is given.
    pub(in crate::dispatcher) fn pause(&mut self, key: &Destination, probe_at_ms: Option<i64>) {
        let turn = self.destination(key);
        if let Some(destination) = self.destinations.get_mut(turn as usize) {
            destination.paused = Some(Paused { probe_at_ms });
            destination.rest_until_ms = None;
        }
        self.take_turn(turn);
    }

    /// A destination is spoken to again.
    pub(in crate::dispatcher) fn resume(&mut self, key: &Destination) {
        let turn = self.destination(key);
        if let Some(destination) = self.destinations.get_mut(turn as usize) {
            destination.paused = None;
            destination.rest_until_ms = None;
        }
        self.take_turn(turn);
    }

    /// When the conversation of a lane may be written to.
    pub(super) fn conversation_ready_at(&self, number: u32, now_ms: i64) -> i64 {
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
}
