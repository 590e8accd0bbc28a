//! Lanes whose host is not spoken to at the moment.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// How long the lane that was let go to try a host has, before the next one is.
/// Its own channel may be paused, or slow.
const NEXT_TRY_MS: i64 = 5_000;

/// Whether a host is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dispatcher) enum HostState {
    /// It is.
    Closed,
    /// It is not before this time; then one request tries.
    Open { until_ms: i64 },
}

/// The lanes that wait for hosts. A host without any is not kept.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    numbers: HashMap<Arc<str>, u32>,
    queues: HashMap<u32, Queue>,
    next: u32,
}

#[derive(Debug)]
struct Queue {
    host: Arc<str>,
    /// By number and stamp.
    lanes: VecDeque<(u32, u32)>,
    /// When it is looked at again.
    look_at_ms: i64,
}

impl Hosts {
    /// The number of a host for which a lane is to wait.
    pub(super) fn number(&mut self, host: &Arc<str>) -> u32 {
        if let Some(number) = self.numbers.get(host) {
            return *number;
        }
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        self.numbers.insert(Arc::clone(host), number);
        let queue = Queue { host: Arc::clone(host), lanes: VecDeque::new(), look_at_ms: 0 };
        self.queues.insert(number, queue);
        number
    }

    /// A lane waits.
    pub(super) fn park(&mut self, number: u32, lane: (u32, u32)) {
        if let Some(queue) = self.queues.get_mut(&number) {
            queue.lanes.push_back(lane);
        }
    }

    /// The name of a host by number.
    pub(super) fn name(&self, number: u32) -> Option<&Arc<str>> {
        self.queues.get(&number).map(|queue| &queue.host)
    }

    /// When a host is to be looked at next.
    pub(super) fn next_look(&self) -> Option<i64> {
        self.queues.values().map(|queue| queue.look_at_ms).min()
    }

    /// The lanes that may go on: all of a host that is spoken to, one of a host
    /// that is to be tried.
    pub(super) fn release(
        &mut self,
        now_ms: i64,
        state: impl Fn(&str) -> HostState,
        waits: impl Fn((u32, u32)) -> bool,
    ) -> Vec<u32> {
        let mut released = Vec::new();
        self.queues.retain(|_, queue| {
            match state(&queue.host) {
                HostState::Closed => {
                    released.extend(queue.lanes.drain(..).filter(|lane| waits(*lane)));
                }
                HostState::Open { until_ms } if until_ms > now_ms => queue.look_at_ms = until_ms,
                HostState::Open { .. } if queue.look_at_ms > now_ms => {}
                HostState::Open { .. } => {
                    while let Some(lane) = queue.lanes.pop_front() {
                        if waits(lane) {
                            released.push(lane);
                            break;
                        }
                    }
                    queue.look_at_ms = now_ms.saturating_add(NEXT_TRY_MS);
                }
            }
            let empty = queue.lanes.is_empty();
            if empty {
                self.numbers.remove(&queue.host);
            }
            !empty
        });
        released.into_iter().map(|(number, _)| number).collect()
    }
}
