//! What comes into lanes, and is taken out of them.

use std::sync::Arc;

use eclusa_journal::{DeliveryId, Destination, Lane};

use super::Lanes;
use super::destination::DestinationState;
use super::lane::{Inserted, LaneState, Removed, Waiting};

impl Lanes {
    /// Puts a delivery in its place in its lane, by its id. One that waits there
    /// already gets the new time ([`NEVER`](super::NEVER): it is held); one that is
    /// under way gets it when that is over, however it ends.
    pub(in crate::dispatcher) fn push(
        &mut self,
        id: DeliveryId,
        lane: &Lane,
        due_ms: i64,
        now_ms: i64,
    ) {
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

    /// Takes a delivery out of its lane; one that is under way when that is over,
    /// however it ends.
    pub(in crate::dispatcher) fn remove(&mut self, id: DeliveryId, lane: &Lane, now_ms: i64) {
        let Some(number) = self.number(lane) else { return };
        let Some(state) = self.lane_mut(number) else { return };
        match state.remove(id) {
            Removed::Nothing => {}
            Removed::Behind => self.pending = self.pending.saturating_sub(1),
            Removed::Head => self.advance(number, now_ms),
        }
    }

    pub(super) fn number(&self, lane: &Lane) -> Option<u32> {
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

    pub(super) fn destination(&mut self, key: &Destination) -> u32 {
        let (number, new) = self.names.destination(key);
        if new {
            self.destinations.push(DestinationState::new(key.clone()));
        }
        number
    }
}
