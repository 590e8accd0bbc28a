//! What must hold whenever all that could go out has gone out.

use std::collections::{BTreeMap, HashSet};

use super::around::{PACED, SLOW_MS};
use super::step::Key;
use super::world::{World, lane};
use super::{CHANNELS, CONCURRENT, HOSTS, TOTAL};
use crate::dispatcher::lanes::{NEVER, Why};

impl World {
    pub(super) fn check(&self) {
        let pending: usize = self.model.waiting.values().map(BTreeMap::len).sum();
        assert_eq!(self.lanes.pending(), pending);
        assert_eq!(self.lanes.in_flight(), self.model.under_way.len());
        let busy = self.model.waiting.values().filter(|waiting| !waiting.is_empty()).count();
        assert_eq!(self.lanes.lanes(), busy);
        for key in self.model.waiting.keys() {
            self.is_told(*key);
            self.is_not_forgotten(*key);
        }
    }

    /// A lane is shown as it is.
    fn is_told(&self, key: Key) {
        let waiting = &self.model.waiting[&key];
        let view = self.lanes.view_one(&lane(key), self.now, &self.around);
        let (Some((head, due)), Some(view)) = (waiting.iter().next(), &view) else {
            assert!(waiting.is_empty() && view.is_none(), "{key:?} is shown as {view:?}");
            return;
        };
        assert_eq!(view.waiting, waiting.len(), "{key:?}");
        let under_way = self.under_way(key);
        assert_eq!(view.head, under_way.unwrap_or(*head), "{key:?}");
        assert_eq!(view.why == Why::InFlight, under_way.is_some(), "{key:?}: {:?}", view.why);
        if under_way.is_some() {
            return;
        }
        let parked = self.model.parked.get(&key);
        assert_eq!(self.parked_at(key), parked.map(|parked| HOSTS[parked.host]), "{key:?}");
        match &view.why {
            Why::Held => assert_eq!(*due, NEVER, "{key:?}"),
            Why::Paused => assert!(self.model.paused.contains_key(&key.0), "{key:?}"),
            Why::BreakerOpen { host, .. } => {
                assert_eq!(Some(&**host), parked.map(|parked| HOSTS[parked.host]), "{key:?}");
            }
            Why::Retry { at_ms } => assert!(*at_ms == *due && *due > self.now, "{key:?}"),
            Why::Paced => assert_ne!(CHANNELS[key.0], "calm"),
            Why::Concurrency | Why::Ready => assert!(*due <= self.now, "{key:?}: {:?}", view.why),
            why => panic!("{key:?} waits for {why:?}"),
        }
        assert_eq!(*due == NEVER, view.why == Why::Held, "{key:?}");
    }

    /// What could go out has gone out, and what waits for a time is woken then.
    fn is_not_forgotten(&self, key: Key) {
        let Some(due) = self.model.waiting[&key].values().next().copied() else { return };
        let (channel, busy) = (key.0, self.busy(key.0));
        if self.under_way(key).is_some() || self.model.parked.contains_key(&key) || due == NEVER {
            return;
        }
        let ready = due.max(self.conversation_ready_at(key));
        if ready > self.now {
            assert!(self.lanes.next_due().unwrap() <= ready, "{key:?} is not woken");
            return;
        }
        let probe = self.model.paused.get(&channel);
        let may = probe.is_none_or(|probe| probe.is_some_and(|at| at <= self.now && busy == 0));
        let could = may
            && busy < CONCURRENT
            && self.model.under_way.len() < TOTAL
            && self.keeps_pace(key, self.now);
        assert!(!could, "{key:?} could go out: {:?}", self.why(key));
        // Otherwise it is looked at when one of those under way ends.
        if let Some(Some(at)) = probe
            && *at > self.now
            && busy == 0
            && self.model.under_way.len() < TOTAL
        {
            assert!(self.lanes.next_due().unwrap() <= *at, "the probe of {key:?} is not woken");
        }
    }

    fn why(&self, key: Key) -> Option<Why> {
        self.lanes.view_one(&lane(key), self.now, &self.around).map(|view| view.why)
    }

    /// Whether one more of a lane is within the paces, by all that went out before.
    pub(super) fn keeps_pace(&self, key: Key, now: i64) -> bool {
        let sent = self.model.sent.iter();
        match CHANNELS[key.0] {
            "paced" => {
                let (interval, burst) = PACED;
                let times: Vec<i64> =
                    sent.filter(|(other, ..)| other.0 == key.0).map(|(_, _, at)| *at).collect();
                times.iter().enumerate().all(|(place, at)| {
                    let more = times.len() - place;
                    // So many came after the burst that began then.
                    let beyond = (more + 1).saturating_sub(burst) as i64;
                    now - at >= beyond * interval
                })
            }
            _ => now >= self.conversation_ready_at(key),
        }
    }

    /// When the conversation may be written to, by its own pace.
    fn conversation_ready_at(&self, key: Key) -> i64 {
        let mut sent = self.model.sent.iter().filter(|(other, ..)| *other == key);
        match sent.next_back() {
            Some((_, _, last)) if CHANNELS[key.0] == "slow-talker" => last + SLOW_MS,
            _ => 0,
        }
    }

    /// No lane has two under way.
    pub(super) fn one_in_each_lane(&self) {
        let mut lanes = HashSet::new();
        for under_way in &self.model.under_way {
            assert!(lanes.insert(under_way.key), "two of {:?} under way", under_way.key);
        }
    }
}
