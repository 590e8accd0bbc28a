//! One lane: what waits in it, by id.

use std::collections::VecDeque;
use std::sync::Arc;

use eclusa_journal::DeliveryId;

/// A delivery with this time waits until it is pushed again or removed.
pub(in crate::dispatcher) const NEVER: i64 = i64::MAX;

/// One that waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    pub(super) id: DeliveryId,
    pub(super) due_ms: i64,
}

/// What was said of a delivery while it was under way. Its end was recorded before
/// that: a person handles what is known to have failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Nothing,
    /// It is to go out again, when the head is due.
    Put,
    /// It is not to be made any more.
    Removed,
}

/// What the head of a lane waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    /// Nothing, it is under way.
    UnderWay(Said),
    /// Its time, or its conversation's pace.
    Timed,
    /// Its destination's turn.
    Ready,
    /// A host which is not spoken to now, by number.
    Parked(u32),
    /// A person.
    Held,
}

/// What waits in one lane, ordered by id. Many exist, so it is small.
#[derive(Debug)]
pub(super) struct LaneState {
    pub(super) group: u32,
    pub(super) conversation: Arc<str>,
    pub(super) head: Waiting,
    pub(super) state: Head,
    /// Changes whenever the head waits for something else; what is queued under
    /// an older one counts no more.
    pub(super) stamp: u32,
    rest: VecDeque<Waiting>,
}

/// What taking one out changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Removed {
    /// It was not there, or it goes when it is over.
    Nothing,
    /// It stood behind the head.
    Behind,
    /// It is the head, which can go now.
    Head,
}

/// What a new delivery changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inserted {
    /// It stands behind the head.
    Behind { new: bool },
    /// It is the head, or the head's time has changed.
    Head { new: bool },
}

impl LaneState {
    pub(super) fn new(group: u32, conversation: Arc<str>, head: Waiting) -> Self {
        Self { group, conversation, head, state: Head::Timed, stamp: 0, rest: VecDeque::new() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rest.len() + 1
    }

    pub(super) fn is_under_way(&self) -> bool {
        matches!(self.state, Head::UnderWay(_))
    }

    /// Puts one in its place; one that was there already has the new time. For a head
    /// that is under way it counts when that is over.
    pub(super) fn insert(&mut self, waiting: Waiting) -> Inserted {
        let under_way = self.is_under_way();
        if waiting.id == self.head.id {
            self.head.due_ms = waiting.due_ms;
            if under_way {
                self.state = Head::UnderWay(Said::Put);
                return Inserted::Behind { new: false };
            }
            return Inserted::Head { new: false };
        }
        if waiting.id < self.head.id && !under_way {
            self.rest.push_front(std::mem::replace(&mut self.head, waiting));
            return Inserted::Head { new: true };
        }
        Inserted::Behind { new: self.insert_behind(waiting) }
    }

    fn insert_behind(&mut self, waiting: Waiting) -> bool {
        if self.rest.back().is_none_or(|last| last.id < waiting.id) {
            self.rest.push_back(waiting);
            return true;
        }
        match self.rest.binary_search_by_key(&waiting.id, |other| other.id) {
            Ok(place) => {
                if let Some(known) = self.rest.get_mut(place) {
                    known.due_ms = waiting.due_ms;
                }
                false
            }
            Err(place) => {
                self.rest.insert(place, waiting);
                true
            }
        }
    }

    /// The head, which was under way, is to go again at this time: behind those
    /// that are older and came meanwhile.
    pub(super) fn again(&mut self, due_ms: i64) {
        self.head.due_ms = due_ms;
        if self.rest.front().is_some_and(|next| next.id < self.head.id) {
            self.insert_behind(self.head);
            if let Some(oldest) = self.rest.pop_front() {
                self.head = oldest;
            }
        }
    }

    /// The head is gone; `false` where nothing is left.
    pub(super) fn advance(&mut self) -> bool {
        let Some(next) = self.rest.pop_front() else { return false };
        self.head = next;
        // A burst must not keep its memory for ever.
        if self.rest.is_empty() {
            self.rest = VecDeque::new();
        }
        true
    }

    /// Takes one out. A head that is under way goes when that is over.
    pub(super) fn remove(&mut self, id: DeliveryId) -> Removed {
        if id == self.head.id {
            if self.is_under_way() {
                self.state = Head::UnderWay(Said::Removed);
                return Removed::Nothing;
            }
            return Removed::Head;
        }
        match self.rest.binary_search_by_key(&id, |waiting| waiting.id) {
            Ok(place) => {
                self.rest.remove(place);
                Removed::Behind
            }
            Err(_) => Removed::Nothing,
        }
    }

    /// The head is not under way any more; what was said of it meanwhile.
    pub(super) fn over(&mut self) -> Said {
        match std::mem::replace(&mut self.state, Head::Timed) {
            Head::UnderWay(said) => said,
            Head::Timed | Head::Ready | Head::Parked(_) | Head::Held => Said::Nothing,
        }
    }
}
