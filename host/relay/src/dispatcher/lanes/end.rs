//! What follows when a job is over.

use std::sync::Arc;

use super::lane::{Head, NEVER, Said};
use super::{Job, Lanes, Next};

impl Lanes {
    /// A job is over.
    pub(in crate::dispatcher) fn finished(&mut self, job: &Job, next: &Next, now_ms: i64) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(destination) = self.destinations.get_mut(job.destination as usize) {
            destination.in_flight = destination.in_flight.saturating_sub(1);
            if let Next::Blocked { .. } = next {
                destination.not_sent(job.at_ms);
            }
        }
        self.follow(job, next, now_ms);
        self.take_turn(job.destination);
    }

    fn follow(&mut self, job: &Job, next: &Next, now_ms: i64) {
        let number = job.number;
        let Some(state) = self.lane_mut(number) else { return };
        let said = state.over();
        let key = (state.group, Arc::clone(&state.conversation));
        let put_for_ms = state.head.due_ms;
        if let Next::Blocked { .. } = next {
            // The conversation was not written to.
            self.conversations.remove(&key);
        }
        match (said, next) {
            (Said::Removed, _) | (Said::Nothing, Next::Advance) => self.advance(number, now_ms),
            (Said::Put, _) => self.again(number, put_for_ms, now_ms),
            (Said::Nothing, Next::Again { wait_ms }) => {
                let due_ms = now_ms.saturating_add((*wait_ms).max(0)).min(NEVER - 1);
                self.again(number, due_ms, now_ms);
            }
            (Said::Nothing, Next::Hold) => self.again(number, NEVER, now_ms),
            (Said::Nothing, Next::Blocked { host }) => self.park(job, host, now_ms),
        }
    }

    /// The head of a lane is to go again at this time, unless older ones came
    /// meanwhile: then these are first.
    fn again(&mut self, number: u32, due_ms: i64, now_ms: i64) {
        if let Some(state) = self.lane_mut(number) {
            state.again(due_ms);
            self.schedule(number, now_ms);
        }
    }

    /// The head of a lane waits for a host, unless older ones came meanwhile.
    fn park(&mut self, job: &Job, host: &Arc<str>, now_ms: i64) {
        let Some(state) = self.lane_mut(job.number) else { return };
        state.again(now_ms);
        if state.head.id != job.id {
            self.schedule(job.number, now_ms);
            return;
        }
        let host = self.hosts.number(host);
        let stamp = self.set(job.number, Head::Parked(host));
        self.hosts.park(host, (job.number, stamp));
    }

    /// The head of a lane is gone.
    pub(super) fn advance(&mut self, number: u32, now_ms: i64) {
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
}
