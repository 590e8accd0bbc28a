//! Lanes against a model that keeps everything in plain maps.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use eclusa_journal::{DeliveryId, Destination, Lane, Target};
use proptest::prelude::*;

use super::{Conditions, HostState, Job, Lanes, Limits, NEVER, Next, Pace, Why};

const TOTAL: usize = 5;
const CONCURRENT: usize = 2;
const CHANNELS: [&str; 3] = ["calm", "paced", "slow-talker"];
const HOSTS: [&str; 2] = ["a:443", "b:443"];

/// A lane by channel and conversation.
type Key = (usize, u8);

#[derive(Debug, Clone)]
enum Step {
    /// A new delivery, due after so many milliseconds.
    New(Key, i64),
    /// One that is there already, or an older one of its lane, is due anew.
    Anew(Key, prop::sample::Index),
    Remove(Key, prop::sample::Index),
    Wait(i64),
    Finish(prop::sample::Index, End),
    Pause(usize, Option<i64>),
    Resume(usize),
    Host(usize, Option<i64>),
}

#[derive(Debug, Clone)]
enum End {
    Advance,
    Again(i64),
    Blocked(usize),
    Hold,
}

fn key() -> impl Strategy<Value = Key> {
    (0..CHANNELS.len(), 0_u8..3)
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        6 => Just(End::Advance),
        3 => (0_i64..5000).prop_map(End::Again),
        3 => (0..HOSTS.len()).prop_map(End::Blocked),
        1 => Just(End::Hold),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let index = any::<prop::sample::Index>;
    let step = prop_oneof![
        12 => (key(), prop_oneof![3 => Just(0_i64), 1 => 0_i64..3000])
            .prop_map(|(key, due)| Step::New(key, due)),
        3 => (key(), index()).prop_map(|(key, index)| Step::Anew(key, index)),
        2 => (key(), index()).prop_map(|(key, index)| Step::Remove(key, index)),
        4 => (0_i64..4000).prop_map(Step::Wait),
        12 => (index(), end()).prop_map(|(index, end)| Step::Finish(index, end)),
        1 => (0..CHANNELS.len(), prop::option::of(0_i64..9000))
            .prop_map(|(channel, probe)| Step::Pause(channel, probe)),
        2 => (0..CHANNELS.len()).prop_map(Step::Resume),
        3 => (0..HOSTS.len(), prop::option::of(1_i64..9000))
            .prop_map(|(host, down)| Step::Host(host, down)),
    ];
    prop::collection::vec(step, 1..120)
}

/// What is around the lanes.
#[derive(Default)]
struct Around {
    down_until: HashMap<&'static str, i64>,
}

impl Conditions for Around {
    fn limits(&self, destination: &Destination) -> Limits {
        let channel = destination.channel().unwrap_or_default();
        Limits {
            concurrent: CONCURRENT,
            pace: (channel == "paced").then(|| Pace::new(2.0, 2).unwrap()),
            conversation_pace: (channel == "slow-talker").then(|| Pace::new(1.0, 1).unwrap()),
            missing: None,
        }
    }

    fn host(&self, host: &str, _now_ms: i64) -> HostState {
        match self.down_until.get(host) {
            Some(until_ms) => HostState::Open { until_ms: *until_ms },
            None => HostState::Closed,
        }
    }
}

#[derive(Default)]
struct Model {
    waiting: BTreeMap<Key, BTreeMap<DeliveryId, i64>>,
    /// What was ever pushed, for redriving.
    known: BTreeMap<Key, BTreeSet<DeliveryId>>,
    under_way: Vec<(Key, Job)>,
    paused: HashMap<usize, Option<i64>>,
    /// Lanes whose head waits for a host.
    parked: HashMap<Key, (DeliveryId, usize)>,
    last_start: HashMap<Key, i64>,
}

fn lane((channel, conversation): Key) -> Lane {
    Lane {
        target: Target::Chat,
        channel: CHANNELS[channel].to_owned(),
        conversation: conversation.to_string(),
    }
}

fn destination(channel: usize) -> Destination {
    Destination::Chat { channel: CHANNELS[channel].to_owned() }
}

struct Test {
    lanes: Lanes,
    model: Model,
    around: Around,
    now: i64,
    next_id: DeliveryId,
}

impl Test {
    fn push(&mut self, key: Key, id: DeliveryId, due: i64) {
        self.lanes.push(id, &lane(key), due, self.now);
        let under_way = self.model.under_way.iter().any(|(_, job)| job.id == id);
        let waiting = self.model.waiting.entry(key).or_default();
        if !under_way {
            waiting.insert(id, due);
        }
        self.model.known.entry(key).or_default().insert(id);
        // A head that is new, or due anew, has not asked for its host since.
        if self.model.parked.get(&key).is_some_and(|(head, _)| id <= *head) {
            self.model.parked.remove(&key);
        }
    }

    fn is_under_way(&self, key: Key) -> bool {
        self.model.under_way.iter().any(|(busy, _)| *busy == key)
    }

    fn start_all(&mut self) {
        self.lanes.wake(self.now, &self.around);
        while let Some(job) = self.lanes.next(self.now, &self.around) {
            let key = self.started(&job);
            self.model.under_way.push((key, job));
        }
        self.nothing_is_forgotten();
        let pending: usize = self.model.waiting.values().map(BTreeMap::len).sum();
        assert_eq!(self.lanes.pending(), pending);
        assert_eq!(self.lanes.in_flight(), self.model.under_way.len());
    }

    /// What may be started, and only that.
    fn started(&mut self, job: &Job) -> Key {
        let channel = CHANNELS.iter().position(|name| *name == job.lane.channel).unwrap();
        let key = (channel, job.lane.conversation.parse().unwrap());
        assert!(!self.is_under_way(key), "two of lane {key:?} under way");
        let (id, due) = self.model.waiting[&key].iter().next().unwrap();
        assert_eq!(job.id, *id, "out of order in {key:?}");
        assert!(*due <= self.now, "{key:?} too early");
        let of_channel = |model: &Model| {
            model.under_way.iter().filter(|((other, _), _)| *other == channel).count()
        };
        assert!(of_channel(&self.model) < CONCURRENT);
        assert!(self.model.under_way.len() < TOTAL);
        match self.model.paused.get(&channel) {
            Some(Some(probe)) => {
                assert!(*probe <= self.now, "a probe too early");
                assert_eq!(of_channel(&self.model), 0, "two probes");
            }
            Some(None) => panic!("{key:?} is paused"),
            None => {}
        }
        // A host that went down after the lane was let go is met by the gate.
        self.model.parked.remove(&key);
        if CHANNELS[channel] == "slow-talker" {
            if let Some(last) = self.model.last_start.get(&key) {
                assert!(self.now - last >= 1000, "{key:?} too fast");
            }
            self.model.last_start.insert(key, self.now);
        }
        key
    }

    /// What could go out has gone out, where neither pace nor probes matter.
    fn nothing_is_forgotten(&self) {
        let busy = |channel: usize| {
            self.model.under_way.iter().filter(|((other, _), _)| *other == channel).count()
        };
        for (key, waiting) in &self.model.waiting {
            let Some((_, due)) = waiting.iter().next() else { continue };
            let could = CHANNELS[key.0] == "calm"
                && *due <= self.now
                && !self.is_under_way(*key)
                && !self.model.paused.contains_key(&key.0)
                && !self.model.parked.contains_key(key)
                && busy(key.0) < CONCURRENT
                && self.model.under_way.len() < TOTAL;
            assert!(!could, "{key:?} could go out: {:?}", self.why(*key));
        }
    }

    fn why(&self, key: Key) -> Option<Why> {
        self.lanes.view_one(&lane(key), self.now, &self.around).map(|view| view.why)
    }

    fn finish(&mut self, place: usize, end: &End) {
        let (key, job) = self.model.under_way.remove(place);
        let waiting = self.model.waiting.get_mut(&key).unwrap();
        let next = match end {
            End::Advance => {
                waiting.remove(&job.id);
                Next::Advance
            }
            End::Again(wait_ms) => {
                waiting.insert(job.id, self.now + wait_ms);
                Next::Again { wait_ms: *wait_ms }
            }
            End::Hold => {
                waiting.insert(job.id, NEVER);
                Next::Hold
            }
            End::Blocked(host) => {
                waiting.insert(job.id, self.now);
                if waiting.keys().next() == Some(&job.id) {
                    self.model.parked.insert(key, (job.id, *host));
                }
                // It did not go out.
                self.model.last_start.remove(&key);
                Next::Blocked { host: Arc::from(HOSTS[*host]) }
            }
        };
        self.lanes.finished(&job, &next, self.now);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::New(key, due) => {
                self.next_id += 1;
                self.push(key, self.next_id, self.now + due);
            }
            Step::Anew(key, index) => {
                let known: Vec<_> =
                    self.model.known.entry(key).or_default().iter().copied().collect();
                if !known.is_empty() {
                    self.push(key, *index.get(&known), self.now);
                }
            }
            Step::Remove(key, index) => {
                let under_way: Vec<_> =
                    self.model.under_way.iter().map(|(_, job)| job.id).collect();
                let waiting = self.model.waiting.entry(key).or_default();
                let ids: Vec<_> = waiting.keys().copied().collect();
                if ids.is_empty() {
                    return;
                }
                let id = *index.get(&ids);
                self.lanes.remove(id, &lane(key), self.now);
                if !under_way.contains(&id) {
                    waiting.remove(&id);
                    if self.model.parked.get(&key).is_some_and(|(parked, _)| *parked == id) {
                        self.model.parked.remove(&key);
                    }
                }
            }
            Step::Wait(ms) => self.now += ms,
            Step::Finish(index, end) => {
                if !self.model.under_way.is_empty() {
                    self.finish(index.index(self.model.under_way.len()), &end);
                }
            }
            Step::Pause(channel, probe) => {
                let probe = probe.map(|after| self.now + after);
                self.model.paused.insert(channel, probe);
                self.lanes.pause(&destination(channel), probe);
            }
            Step::Resume(channel) => {
                self.model.paused.remove(&channel);
                self.lanes.resume(&destination(channel));
            }
            Step::Host(host, Some(ms)) => {
                self.around.down_until.insert(HOSTS[host], self.now + ms);
            }
            Step::Host(host, None) => {
                self.around.down_until.remove(HOSTS[host]);
                self.model.parked.retain(|_, (_, parked)| *parked != host);
            }
        }
    }

    /// All is well again: everything goes out, as soon as pace and times allow.
    fn drain(&mut self) {
        self.around.down_until.clear();
        self.model.parked.clear();
        for channel in 0..CHANNELS.len() {
            self.step(Step::Resume(channel));
        }
        let held: Vec<(Key, DeliveryId)> = self
            .model
            .waiting
            .iter()
            .flat_map(|(key, all)| {
                all.iter().filter(|(_, due)| **due == NEVER).map(|(id, _)| (*key, *id))
            })
            .collect();
        for (key, id) in held {
            self.push(key, id, self.now);
        }
        for _ in 0..10_000 {
            self.start_all();
            if self.model.under_way.is_empty() {
                let Some(next) = self.lanes.next_due() else { break };
                self.now = self.now.max(next);
            }
            while !self.model.under_way.is_empty() {
                self.finish(0, &End::Advance);
            }
        }
        assert_eq!((self.lanes.pending(), self.lanes.lanes()), (0, 0), "something is stuck");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn order_limits_and_pauses_are_kept_and_nothing_is_stuck(steps in steps()) {
        let mut test = Test {
            lanes: Lanes::new(TOTAL),
            model: Model::default(),
            around: Around::default(),
            now: 0,
            next_id: 0,
        };
        for step in steps {
            test.step(step);
            test.start_all();
        }
        test.drain();
    }
}
