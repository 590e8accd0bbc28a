//! The dispatcher against a model: random lanes, failures, slow destinations, a
//! journal that refuses, stops and crashes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use eclusa_journal::{
    DeliveryBody, DeliveryChange, Finish, Journal, Lane, LetterFilter, Letters, MemoryJournal,
    Submit, Target, Window,
};
use eclusa_model::{Content, Extra, Problem};
use parking_lot::Mutex;
use proptest::prelude::*;
use tokio::sync::watch;
use tokio::time::Instant;

use super::lanes::Capacity;
use super::worker::Carriers;
use super::{Policy, Relay};
use crate::delivery::{Carried, Carrier, Recorder};
use crate::{Clock, RetryPolicy};

const CAPACITY: Capacity = Capacity { total: 6, per_destination: 3 };

/// How a message's destination behaves.
#[derive(Debug, Clone, Copy)]
struct Script {
    /// Fails so often before it comes to an end.
    failures: u32,
    /// The end is a dead letter.
    refuses: bool,
    /// How long an attempt takes, in milliseconds.
    takes: u64,
}

/// A message of lane (channel, conversation), with its destination's script.
type Planned = ((u8, u8), Script);

#[derive(Debug, Clone, Copy)]
enum Step {
    Submit(Planned),
    Wait(u64),
    Stop,
    Crash,
}

fn script() -> impl Strategy<Value = Script> {
    (prop_oneof![3 => Just(0_u32), 1 => 1_u32..5], prop::bool::weighted(0.1), 0_u64..3000)
        .prop_map(|(failures, refuses, takes)| Script { failures, refuses, takes })
}

fn submit() -> impl Strategy<Value = Step> {
    ((0_u8..3, 0_u8..4), script()).prop_map(Step::Submit)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        20 => submit(),
        4 => (0_u64..5000).prop_map(Step::Wait),
        1 => Just(Step::Stop),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..80)
}

/// Simulated time, later than the journal's own clock.
struct TestClock(Instant);

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        4_102_444_800_000 + i64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

/// What the destinations saw.
#[derive(Default)]
struct Seen {
    /// Attempts by message, begun and ended.
    begun: HashMap<usize, u32>,
    ended: HashMap<usize, u32>,
    /// Ends by message: taken or refused.
    finished: HashMap<usize, u32>,
    /// Messages in the order in which they came to an end, lane by lane.
    order: HashMap<(u8, u8), Vec<usize>>,
    in_flight: HashMap<(u8, u8), usize>,
    broken: Vec<String>,
}

/// All destinations. It outlives relays, as chats outlive the host.
struct World {
    plan: Mutex<Vec<Planned>>,
    seen: Mutex<Seen>,
    finished: watch::Sender<usize>,
    policy: Policy,
}

impl World {
    fn new() -> Arc<Self> {
        let retry = RetryPolicy { max_attempts: 100, ..RetryPolicy::default() };
        let draws = AtomicU32::new(0);
        let random = move || f64::from(draws.fetch_add(7, Ordering::Relaxed) % 11) / 10.0;
        Arc::new(Self {
            plan: Mutex::default(),
            seen: Mutex::default(),
            finished: watch::Sender::new(0),
            policy: Policy {
                retry,
                clock: Arc::new(TestClock(Instant::now())),
                random: Arc::new(random),
            },
        })
    }

    /// What was under way broke off with the process.
    fn forget_in_flight(&self) {
        self.seen.lock().in_flight.clear();
    }
}

/// Ends an attempt that is dropped half-way too.
struct Visitor(Arc<World>);

#[async_trait]
impl Carrier for Visitor {
    async fn carry(&self, lane: &Lane, body: DeliveryBody) -> Carried {
        let DeliveryBody::Message { message, attempts, .. } = body else { panic!("not a message") };
        let Content::Text(text) = &message.content else { panic!("not a text") };
        let index: usize = text.body.parse().unwrap();
        let (key, script) = self.0.plan.lock()[index];
        assert_eq!((lane.channel.as_str(), lane.conversation.as_str()), names(key));
        let tries = {
            let mut seen = self.0.seen.lock();
            let lane_in_flight = seen.in_flight.entry(key).or_default();
            *lane_in_flight += 1;
            if *lane_in_flight > 1 {
                seen.broken.push(format!("two of lane {key:?} under way"));
            }
            let channel: usize = seen
                .in_flight
                .iter()
                .filter(|((channel, _), _)| *channel == key.0)
                .map(|(_, count)| count)
                .sum();
            let total: usize = seen.in_flight.values().sum();
            if channel > CAPACITY.per_destination || total > CAPACITY.total {
                seen.broken.push(format!("{channel} of {total} under way to one channel"));
            }
            let tries = seen.begun.entry(index).or_default();
            *tries += 1;
            *tries
        };
        tokio::time::sleep(Duration::from_millis(script.takes)).await;
        let recorder = Recorder::start(self.0.policy.clock.now_ms(), None);
        let mut seen = self.0.seen.lock();
        *seen.in_flight.get_mut(&key).unwrap() -= 1;
        *seen.ended.entry(index).or_default() += 1;
        if tries <= script.failures {
            let problem = Problem::refused("not_now", "not now").retryable();
            return recorder.failed(&self.0.policy, attempts, None, problem);
        }
        *seen.finished.entry(index).or_default() += 1;
        seen.order.entry(key).or_default().push(index);
        self.0.finished.send_replace(seen.finished.len());
        if script.refuses {
            recorder.dead(Problem::refused("never", "never"))
        } else {
            recorder.done(None)
        }
    }
}

fn names(key: (u8, u8)) -> (&'static str, &'static str) {
    let channels = ["one", "two", "three"];
    let conversations = ["a", "b", "c", "d"];
    (channels[usize::from(key.0)], conversations[usize::from(key.1)])
}

fn start(journal: &Arc<MemoryJournal>, world: &Arc<World>) -> Relay {
    let carriers = Carriers { chat: Arc::new(Visitor(Arc::clone(world))), platform: None };
    Relay::with_carriers(journal.clone(), carriers, world.policy.clone(), CAPACITY).unwrap()
}

async fn submit_to(journal: &MemoryJournal, key: (u8, u8), index: usize) {
    let (channel, conversation) = names(key);
    let submit = Submit {
        channel: channel.to_owned(),
        conversation: conversation.to_owned(),
        content: Content::text(index.to_string()),
        reply_to: None,
        extra: Extra::default(),
        idempotency: None,
        start: true,
        submitted_at: "2026-01-02T03:04:05Z".to_owned(),
        traceparent: None,
    };
    journal.submit(submit).await.unwrap();
}

/// Nobody else holds the journal once a relay is gone: what was under way is
/// dropped with it.
async fn reopen(journal: Arc<MemoryJournal>) -> Arc<MemoryJournal> {
    let mut journal = journal;
    loop {
        match Arc::try_unwrap(journal) {
            Ok(journal) => return Arc::new(journal.reopened()),
            Err(held) => journal = held,
        }
        tokio::task::yield_now().await;
    }
}

async fn scenario(steps: Vec<Step>) {
    let world = World::new();
    let mut journal = Arc::new(MemoryJournal::new());
    let mut relay = start(&journal, &world);
    let mut crashed = false;
    for step in steps {
        match step {
            Step::Submit((key, script)) => {
                let index = {
                    let mut plan = world.plan.lock();
                    plan.push((key, script));
                    plan.len() - 1
                };
                submit_to(&journal, key, index).await;
            }
            Step::Wait(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Step::Stop => {
                relay.stop().await;
                assert!(world.seen.lock().in_flight.values().all(|count| *count == 0));
                journal = reopen(journal).await;
                relay = start(&journal, &world);
            }
            Step::Crash => {
                crashed = true;
                relay.task.abort();
                drop(relay.task.await);
                journal = reopen(journal).await;
                world.forget_in_flight();
                relay = start(&journal, &world);
            }
        }
    }
    let planned = world.plan.lock().clone();
    let mut finished = world.finished.subscribe();
    finished.wait_for(|count| *count == planned.len()).await.unwrap();
    relay.stop().await;

    check(&world, &planned, crashed);
    let refused = planned.iter().filter(|(_, script)| script.refuses).count();
    let letters = journal.letters(LetterFilter::default(), Window::newest(500)).await.unwrap();
    assert_eq!(letters.len(), refused);
    let mut left = reopen(journal).await.take_deliveries().unwrap();
    assert!(left.try_recv().is_none(), "something is left in the journal");
}

/// What the destinations must have seen once all is delivered.
fn check(world: &World, planned: &[Planned], crashed: bool) {
    let seen = world.seen.lock();
    assert!(seen.broken.is_empty(), "{:?}", seen.broken);
    for (index, (key, script)) in planned.iter().enumerate() {
        let begun = seen.begun.get(&index).copied().unwrap_or(0);
        if crashed {
            assert!(begun > script.failures, "message {index} of {key:?} not delivered");
        } else {
            assert_eq!(begun, script.failures + 1, "attempts of message {index} of {key:?}");
            assert_eq!(seen.finished.get(&index), Some(&1), "message {index} of {key:?}");
        }
    }
    for (key, order) in &seen.order {
        // At the edge of a crash the same may come twice, but never an older one
        // after a younger one.
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(&sorted, order, "order of lane {key:?}");
    }
}

pub(super) fn in_simulated_time<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn every_message_arrives_in_its_lanes_order(steps in steps()) {
        in_simulated_time(scenario(steps));
    }
}

/// One conversation fails for as long as it may; no other one waits for it, not
/// for a moment of simulated time.
#[test]
fn a_failing_lane_holds_only_itself() {
    in_simulated_time(async {
        let world = World::new();
        let journal = Arc::new(MemoryJournal::new());
        let failing = Script { failures: 20, refuses: false, takes: 0 };
        let healthy = Script { failures: 0, refuses: false, takes: 0 };
        let mut plan = vec![((0, 0), failing), ((0, 0), healthy)];
        for lane in [(0, 1), (0, 2), (1, 0), (2, 3)] {
            plan.extend([(lane, healthy); 10]);
        }
        world.plan.lock().clone_from(&plan);
        for (index, (key, _)) in plan.iter().enumerate() {
            submit_to(&journal, *key, index).await;
        }
        let before = Instant::now();
        let relay = start(&journal, &world);
        let mut finished = world.finished.subscribe();
        finished.wait_for(|count| *count == 40).await.unwrap();
        assert_eq!(before.elapsed(), Duration::ZERO);
        assert!(!world.seen.lock().order.contains_key(&(0, 0)));
        finished.wait_for(|count| *count == 42).await.unwrap();
        assert_eq!(world.seen.lock().order[&(0, 0)], [0, 1]);
        relay.stop().await;
    });
}

/// A channel whose destination hangs uses up its own share, not the others'.
#[test]
fn a_hanging_destination_leaves_room_for_others() {
    in_simulated_time(async {
        let world = World::new();
        let journal = Arc::new(MemoryJournal::new());
        let hanging = Script { failures: 0, refuses: false, takes: 3_600_000 };
        let quick = Script { failures: 0, refuses: false, takes: 1 };
        let mut plan: Vec<Planned> = (0..4).map(|lane| ((0, lane), hanging)).collect();
        plan.extend((0..40).map(|index| ((1, index % 4), quick)));
        world.plan.lock().clone_from(&plan);
        for (index, (key, _)) in plan.iter().enumerate() {
            submit_to(&journal, *key, index).await;
        }
        let before = Instant::now();
        let relay = start(&journal, &world);
        world.finished.subscribe().wait_for(|count| *count == 40).await.unwrap();
        // 40 messages in 4 lanes, 3 at a time, a millisecond each.
        assert!(before.elapsed() < Duration::from_secs(1));
        relay.stop().await;
    });
}

/// A delivery that is due later waits for exactly that time, over a restart too.
#[test]
fn a_due_time_survives_a_restart() {
    in_simulated_time(async {
        let world = World::new();
        let journal = Arc::new(MemoryJournal::new());
        let script = Script { failures: 1, refuses: false, takes: 0 };
        world.plan.lock().push(((0, 0), script));
        submit_to(&journal, (0, 0), 0).await;
        let relay = start(&journal, &world);
        while world.seen.lock().ended.is_empty() {
            tokio::task::yield_now().await;
        }
        relay.stop().await;
        let journal = reopen(journal).await;
        let due_at_ms = {
            let mut deliveries = journal.take_deliveries().unwrap();
            let Some(DeliveryChange::Put(delivery)) = deliveries.try_recv() else { panic!("none") };
            assert_eq!((delivery.attempts, delivery.lane.target), (1, Target::Chat));
            delivery.due_at_ms
        };
        let journal = reopen(journal).await;
        let relay = start(&journal, &world);
        world.finished.subscribe().wait_for(|count| *count == 1).await.unwrap();
        assert_eq!(world.policy.clock.now_ms(), due_at_ms);
        relay.stop().await;
    });
}

/// An attempt that panics is made again; nobody else notices.
#[test]
fn a_panic_holds_its_lane_only() {
    in_simulated_time(async {
        struct Panics(AtomicU32, watch::Sender<u32>);
        #[async_trait]
        impl Carrier for Panics {
            async fn carry(&self, _lane: &Lane, _body: DeliveryBody) -> Carried {
                let call = self.0.fetch_add(1, Ordering::Relaxed);
                assert!(call > 0, "the first attempt breaks");
                self.1.send_modify(|count| *count += 1);
                Recorder::start(0, None).done(None)
            }
        }
        let world = World::new();
        let journal = Arc::new(MemoryJournal::new());
        submit_to(&journal, (0, 0), 0).await;
        submit_to(&journal, (1, 0), 1).await;
        let (done, mut count) = watch::channel(0);
        let carriers = Carriers { chat: Arc::new(Panics(AtomicU32::new(0), done)), platform: None };
        let relay = Relay::with_carriers(journal.clone(), carriers, world.policy.clone(), CAPACITY)
            .unwrap();
        count.wait_for(|count| *count == 2).await.unwrap();
        relay.stop().await;
        let mut left = reopen(journal).await.take_deliveries().unwrap();
        assert!(left.try_recv().is_none());
    });
}

/// The journal's deliveries can be had once.
#[test]
fn a_second_relay_does_not_start() {
    in_simulated_time(async {
        let world = World::new();
        let journal = Arc::new(MemoryJournal::new());
        let relay = start(&journal, &world);
        let carriers = Carriers { chat: Arc::new(Visitor(Arc::clone(&world))), platform: None };
        let second =
            Relay::with_carriers(journal.clone(), carriers, world.policy.clone(), CAPACITY);
        assert_eq!(second.err(), Some(super::StartError::DeliveriesTaken));
        relay.stop().await;
        let dead = Finish::Dead { problem: Problem::refused("never", "never") };
        assert!(
            matches!(world.policy.later(99, None, &Problem::refused("never", "never")), end if end == dead)
        );
    });
}
