//! Why lanes wait, for a person who asks.

use std::sync::Arc;

use eclusa_journal::{DeliveryId, Lane, Target};

use super::destination::Missing;
use super::lane::{Head, LaneState};
use super::{Conditions, HostState, Lanes};

/// How many places are looked at for one page, so that nothing else waits long.
const PLACES: usize = 50_000;

/// What a lane looks like now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LaneView {
    pub(crate) lane: Lane,
    pub(crate) head: DeliveryId,
    pub(crate) waiting: usize,
    pub(crate) why: Why,
}

/// Why the head of a lane does not go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    InFlight,
    /// Its turn is next.
    Ready,
    /// An attempt failed; the next one follows at this time.
    Retry {
        at_ms: i64,
    },
    Paced,
    Concurrency,
    BreakerOpen {
        host: Arc<str>,
        until_ms: Option<i64>,
    },
    Paused,
    Held,
    AdapterMissing,
    NoPlatform,
}

impl Lanes {
    /// One lane, if something waits in it.
    pub(in crate::dispatcher) fn view_one(
        &self,
        lane: &Lane,
        now_ms: i64,
        conditions: &impl Conditions,
    ) -> Option<LaneView> {
        let state = self.lanes.get(self.number(lane)? as usize)?.as_ref()?;
        self.view(state, now_ms, conditions)
    }

    /// The lanes of a channel from a place on, and the place where to go on; at
    /// most `limit`, and fewer where there is much to look through.
    pub(in crate::dispatcher) fn view_channel(
        &self,
        channel: &str,
        from: usize,
        limit: usize,
        now_ms: i64,
        conditions: &impl Conditions,
    ) -> (Vec<LaneView>, Option<usize>) {
        let groups = [Target::Chat, Target::Platform].map(|to| self.names.by_channel(to, channel));
        let mut views = Vec::new();
        if groups == [None, None] {
            return (views, None);
        }
        let end = from.saturating_add(PLACES).min(self.lanes.len());
        for (place, state) in self.lanes.iter().enumerate().take(end).skip(from) {
            let Some(state) = state else { continue };
            if !groups.contains(&Some(state.group)) {
                continue;
            }
            if views.len() >= limit {
                return (views, Some(place));
            }
            views.extend(self.view(state, now_ms, conditions));
        }
        (views, (end < self.lanes.len()).then_some(end))
    }

    fn view(
        &self,
        state: &LaneState,
        now_ms: i64,
        conditions: &impl Conditions,
    ) -> Option<LaneView> {
        Some(LaneView {
            lane: self.names.lane(state.group, &state.conversation)?,
            head: state.head.id,
            waiting: state.len(),
            why: self.why(state, now_ms, conditions)?,
        })
    }

    fn why(&self, state: &LaneState, now_ms: i64, conditions: &impl Conditions) -> Option<Why> {
        let turn = self.names.destination_of(state.group)?;
        let destination = self.destinations.get(turn as usize)?;
        match state.state {
            Head::UnderWay(_) => return Some(Why::InFlight),
            Head::Held => return Some(Why::Held),
            Head::Timed | Head::Ready | Head::Parked(_) => {}
        }
        let limits = conditions.limits(&destination.key);
        if let Some(missing) = limits.missing {
            return Some(match missing {
                Missing::Adapter => Why::AdapterMissing,
                Missing::Platform => Why::NoPlatform,
            });
        }
        if destination.paused.is_some() {
            return Some(Why::Paused);
        }
        Some(match state.state {
            Head::Parked(host) => {
                let host = Arc::clone(self.hosts.name(host)?);
                let until_ms = match conditions.host(&host, now_ms) {
                    HostState::Open { until_ms } => Some(until_ms),
                    HostState::Closed => None,
                };
                Why::BreakerOpen { host, until_ms }
            }
            Head::Timed if state.head.due_ms > now_ms => Why::Retry { at_ms: state.head.due_ms },
            Head::Timed => Why::Paced,
            _ if destination.in_flight >= limits.concurrent => Why::Concurrency,
            _ if self.in_flight >= self.total => Why::Concurrency,
            _ if limits
                .pace
                .is_some_and(|pace| destination.meter.ready_at(pace, now_ms) > now_ms) =>
            {
                Why::Paced
            }
            _ => Why::Ready,
        })
    }
}
