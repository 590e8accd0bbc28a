//! Lanes, and beside them what they should hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use eclusa_journal::{DeliveryId, Destination, Lane, Target};

use super::around::Around;
use super::parked::{Parked, Try};
use super::step::{End, Key, Step};
use super::{CHANNELS, CONCURRENT, HOSTS, TOTAL};
use crate::dispatcher::lanes::{Job, Lanes, NEVER, Next};

/// What a person did with a delivery since it went out.
#[derive(Debug, Clone, Copy)]
enum Said {
    Nothing,
    /// It goes out again at this time.
    Put(i64),
    Removed,
}

/// A job, and what was said of it since.
pub(super) struct UnderWay {
    pub(super) key: Key,
    job: Job,
    said: Said,
}

#[derive(Default)]
pub(super) struct Model {
    /// What is not finished, those under way among them, and when it is due.
    pub(super) waiting: BTreeMap<Key, BTreeMap<DeliveryId, i64>>,
    /// What was ever pushed, for redriving.
    known: BTreeMap<Key, BTreeSet<DeliveryId>>,
    pub(super) under_way: Vec<UnderWay>,
    pub(super) paused: HashMap<usize, Option<i64>>,
    pub(super) parked: HashMap<Key, Parked>,
    places: u64,
    pub(super) tries: [Try; HOSTS.len()],
    /// What went out, in this order, without what did not after all.
    pub(super) sent: Vec<(Key, DeliveryId, i64)>,
    /// When something went out last by a channel.
    last: HashMap<usize, i64>,
}

pub(super) struct World {
    pub(super) lanes: Lanes,
    pub(super) model: Model,
    pub(super) around: Around,
    pub(super) now: i64,
    next_id: DeliveryId,
}

pub(super) fn lane((channel, conversation): Key) -> Lane {
    Lane {
        target: Target::Chat,
        channel: CHANNELS[channel].to_owned(),
        conversation: conversation.to_string(),
    }
}

fn destination(channel: usize) -> Destination {
    Destination::Chat { channel: CHANNELS[channel].to_owned() }
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            lanes: Lanes::new(TOTAL),
            model: Model::default(),
            around: Around::default(),
            now: 0,
            next_id: 0,
        }
    }

    fn push(&mut self, key: Key, id: DeliveryId, due: i64) {
        self.lanes.push(id, &lane(key), due, self.now);
        self.model.known.entry(key).or_default().insert(id);
        match self.model.under_way.iter_mut().find(|it| it.job.id == id) {
            Some(under_way) => under_way.said = Said::Put(due),
            None => {
                self.model.waiting.entry(key).or_default().insert(id, due);
                // A head that is new, or due anew, has not asked for its host since.
                if self.model.parked.get(&key).is_some_and(|parked| id <= parked.head) {
                    self.model.parked.remove(&key);
                }
            }
        }
    }

    fn remove(&mut self, key: Key, id: DeliveryId) {
        self.lanes.remove(id, &lane(key), self.now);
        match self.model.under_way.iter_mut().find(|it| it.job.id == id) {
            Some(under_way) => under_way.said = Said::Removed,
            None => {
                self.model.waiting.entry(key).or_default().remove(&id);
                if self.model.parked.get(&key).is_some_and(|parked| parked.head == id) {
                    self.model.parked.remove(&key);
                }
            }
        }
    }

    /// What of a lane is under way.
    pub(super) fn under_way(&self, key: Key) -> Option<DeliveryId> {
        self.model.under_way.iter().find(|it| it.key == key).map(|it| it.job.id)
    }

    /// How many of a channel are under way.
    pub(super) fn busy(&self, channel: usize) -> usize {
        self.model.under_way.iter().filter(|it| it.key.0 == channel).count()
    }

    pub(super) fn start_all(&mut self) {
        self.lanes.wake(self.now, &self.around);
        self.hosts_are_asked();
        while let Some(job) = self.lanes.next(self.now, &self.around) {
            self.started(job);
        }
        self.one_in_each_lane();
        self.check();
    }

    /// What may be started, and only that.
    fn started(&mut self, job: Job) {
        let channel = CHANNELS.iter().position(|name| *name == job.lane.channel).unwrap();
        let key = (channel, job.lane.conversation.parse().unwrap());
        let (id, due) = self.model.waiting[&key].iter().next().unwrap();
        assert_eq!(job.id, *id, "out of order in {key:?}");
        assert!(*due <= self.now, "{key:?} too early");
        assert!(!self.model.parked.contains_key(&key), "{key:?} goes to a host left alone");
        assert!(self.busy(channel) < CONCURRENT);
        assert!(self.model.under_way.len() < TOTAL);
        assert!(self.keeps_pace(key, self.now), "{key:?} too fast");
        match self.model.paused.get(&channel) {
            Some(Some(probe)) => {
                assert!(*probe <= self.now, "a probe too early");
                assert_eq!(self.busy(channel), 0, "two probes");
            }
            Some(None) => panic!("{key:?} is paused"),
            None => {}
        }
        self.model.sent.push((key, job.id, self.now));
        self.model.last.insert(channel, self.now);
        self.model.under_way.push(UnderWay { key, job, said: Said::Nothing });
    }

    fn finish(&mut self, place: usize, end: &End) {
        let UnderWay { key, job, said } = self.model.under_way.remove(place);
        let next = match end {
            End::Advance => Next::Advance,
            End::Again(wait_ms) => Next::Again { wait_ms: *wait_ms },
            End::Hold => Next::Hold,
            End::Blocked(host) => Next::Blocked { host: Arc::from(HOSTS[*host]) },
        };
        self.lanes.finished(&job, &next, self.now);
        if let End::Blocked(_) = end {
            let sent = &mut self.model.sent;
            let place = sent.iter().rposition(|(_, id, _)| *id == job.id).unwrap();
            // Where another one went out since, it counts for the channel's pace.
            if CHANNELS[key.0] != "paced" || self.model.last[&key.0] == sent[place].2 {
                sent.remove(place);
            }
        }
        let waiting = self.model.waiting.get_mut(&key).unwrap();
        let due = match (said, end) {
            // Whatever came of it: a person said so after that was recorded.
            (Said::Removed, _) | (Said::Nothing, End::Advance) => None,
            (Said::Put(due), _) => Some(due),
            (Said::Nothing, End::Again(wait_ms)) => Some(self.now + wait_ms),
            (Said::Nothing, End::Hold) => Some(NEVER),
            (Said::Nothing, End::Blocked(_)) => Some(self.now),
        };
        waiting.remove(&job.id);
        waiting.extend(due.map(|due| (job.id, due)));
        if let (Said::Nothing, End::Blocked(host)) = (said, end)
            && waiting.keys().next() == Some(&job.id)
        {
            self.model.places += 1;
            let parked = Parked { head: job.id, host: *host, place: self.model.places };
            self.model.parked.insert(key, parked);
        }
    }

    pub(super) fn step(&mut self, step: Step) {
        match step {
            Step::New(key, due) => {
                self.next_id += 1;
                self.push(key, self.next_id, self.now + due);
            }
            Step::Anew(key, index, due) => {
                let known: Vec<_> =
                    self.model.known.entry(key).or_default().iter().copied().collect();
                if !known.is_empty() {
                    self.push(key, *index.get(&known), self.now + due);
                }
            }
            Step::Remove(key, index) => {
                let waiting = self.model.waiting.entry(key).or_default();
                let ids: Vec<_> = waiting.keys().copied().collect();
                if !ids.is_empty() {
                    self.remove(key, *index.get(&ids));
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
            }
        }
    }

    /// All is well again: everything goes out, as soon as pace and times allow.
    pub(super) fn drain(&mut self) {
        self.around.down_until.clear();
        for channel in 0..CHANNELS.len() {
            self.step(Step::Resume(channel));
        }
        let all = self.model.waiting.iter().flat_map(|(key, all)| all.iter().map(|it| (*key, it)));
        let held: Vec<(Key, DeliveryId)> =
            all.filter(|(_, (_, due))| **due == NEVER).map(|(key, (id, _))| (key, *id)).collect();
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
