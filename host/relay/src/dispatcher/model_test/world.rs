//! Destinations that do as they are told, and remember what they saw.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use eclusa_deploy::live::Line;
use eclusa_journal::{DeliveryBody, Journal, Lane, MemoryJournal, RevisionRef, Sender, Submit};
use eclusa_model::{
    Channel, ChannelDelivery, ChannelPace, ChannelProfile, Content, Extra, Problem, Secret,
};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::delivery::{Carried, Carrier, NotSent, Policy, Recorder};
use crate::dispatcher::worker::Carriers;
use crate::dispatcher::{Relay, RelayConfig, StartError, Working};
use crate::gate::Gate;
use crate::{BreakerPolicy, Channels, Clock, RetryPolicy, Unobserved};

/// How many may be under way at once.
pub(in crate::dispatcher) const TOTAL: usize = 6;
/// And to one destination.
pub(in crate::dispatcher) const PER_DESTINATION: usize = 3;

/// How a message's destination behaves.
#[derive(Debug, Clone, Copy)]
pub(in crate::dispatcher) struct Script {
    /// Fails so often before it comes to an end.
    pub(in crate::dispatcher) failures: u32,
    /// The end is a dead letter.
    pub(in crate::dispatcher) refuses: bool,
    /// How long an attempt takes, in milliseconds.
    pub(in crate::dispatcher) takes: u64,
}

/// A message of lane (channel, conversation), with its destination's script.
pub(in crate::dispatcher) type Planned = ((u8, u8), Script);

/// Simulated time, later than the journal's own clock.
pub(in crate::dispatcher) struct TestClock(Instant);

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        4_102_444_800_000 + i64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

/// What the destinations saw.
#[derive(Default)]
pub(in crate::dispatcher) struct Seen {
    /// Attempts by message, begun and ended.
    pub(in crate::dispatcher) begun: HashMap<usize, u32>,
    pub(in crate::dispatcher) ended: HashMap<usize, u32>,
    /// Ends by message: taken or refused.
    pub(in crate::dispatcher) finished: HashMap<usize, u32>,
    /// Messages in the order in which they came to an end, lane by lane.
    pub(in crate::dispatcher) order: HashMap<(u8, u8), Vec<usize>>,
    pub(in crate::dispatcher) in_flight: HashMap<(u8, u8), usize>,
    pub(in crate::dispatcher) broken: Vec<String>,
}

/// All destinations. It outlives relays, as chats outlive the host.
pub(in crate::dispatcher) struct World {
    pub(in crate::dispatcher) plan: Mutex<Vec<Planned>>,
    pub(in crate::dispatcher) seen: Mutex<Seen>,
    pub(in crate::dispatcher) finished: watch::Sender<usize>,
    pub(in crate::dispatcher) policy: Policy,
}

impl World {
    pub(in crate::dispatcher) fn new() -> Arc<Self> {
        let retry = RetryPolicy::default().with_pauses(&[Duration::from_secs(7); 100]);
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

    /// A relay with these chats.
    pub(in crate::dispatcher) async fn start_with(
        &self,
        journal: &Arc<MemoryJournal>,
        chat: Arc<dyn Carrier>,
    ) -> Result<Relay, StartError> {
        let gate = Gate::new(BreakerPolicy::default());
        let journal: Arc<dyn Journal> = journal.clone();
        start_with(journal, Arc::new(AllChannels), chat, gate, self.policy.clone()).await
    }

    /// What was under way broke off with the process.
    pub(in crate::dispatcher) fn forget_in_flight(&self) {
        self.seen.lock().in_flight.clear();
    }
}

/// Ends an attempt that is dropped half-way too.
pub(in crate::dispatcher) struct Visitor(pub(in crate::dispatcher) Arc<World>);

#[async_trait]
impl Carrier for Visitor {
    async fn carry(&self, lane: &Lane, body: DeliveryBody) -> Result<Carried, NotSent> {
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
            if channel > PER_DESTINATION || total > TOTAL {
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
            return Ok(recorder.failed(&self.0.policy, attempts, None, problem));
        }
        *seen.finished.entry(index).or_default() += 1;
        seen.order.entry(key).or_default().push(index);
        self.0.finished.send_replace(seen.finished.len());
        Ok(if script.refuses {
            recorder.dead(Problem::refused("never", "never"))
        } else {
            recorder.done(None)
        })
    }
}

pub(in crate::dispatcher) fn names(key: (u8, u8)) -> (&'static str, &'static str) {
    let channels = ["one", "two", "three"];
    let conversations = ["a", "b", "c", "d"];
    (channels[usize::from(key.0)], conversations[usize::from(key.1)])
}

/// All channels there are, on adapters that serve.
pub(in crate::dispatcher) struct AllChannels;

#[async_trait]
impl Channels for AllChannels {
    fn channel(&self, id: &str) -> Option<Arc<Channel>> {
        Some(Arc::new(channel(id, ChannelDelivery::default())))
    }

    fn line(&self, _channel: &Channel, _conversation: &str) -> Option<Line> {
        None
    }

    async fn chosen(&self, _revision: &RevisionRef) -> Result<Line, Problem> {
        Err(Problem::configuration("revision_not_kept", "nothing is kept"))
    }

    fn pace(&self, _channel: &Channel) -> Option<ChannelPace> {
        Some(ChannelPace::default())
    }
}

pub(in crate::dispatcher) fn channel(id: &str, delivery: ChannelDelivery) -> Channel {
    let profile =
        serde_json::json!({ "id": id, "name": id, "color": "#2A9D8F", "adapter": "open" });
    let mut profile: ChannelProfile = serde_json::from_value(profile).unwrap();
    profile.delivery = delivery;
    Channel {
        profile,
        headers: BTreeMap::new(),
        secrets: BTreeMap::new(),
        ingress_key: Secret::new("key"),
        previous_ingress: None,
        documentation_key: None,
        revision: 1,
        created_at: "2026-01-02T03:04:05Z".to_owned(),
        updated_at: "2026-01-02T03:04:05Z".to_owned(),
    }
}

/// A relay whose chats are `carrier`.
pub(in crate::dispatcher) async fn start_with(
    journal: Arc<dyn Journal>,
    channels: Arc<dyn Channels>,
    chat: Arc<dyn Carrier>,
    gate: Gate,
    policy: Policy,
) -> Result<Relay, StartError> {
    let carriers = Carriers { chat, platform: None };
    let config = RelayConfig {
        concurrency: TOTAL,
        per_destination: PER_DESTINATION,
        ..RelayConfig::default()
    };
    let working =
        Working { journal, channels, carriers, policy, gate, observer: Arc::new(Unobserved) };
    Relay::with_carriers(working, &config).await
}

pub(in crate::dispatcher) async fn start(
    journal: &Arc<MemoryJournal>,
    world: &Arc<World>,
) -> Relay {
    let chat = Arc::new(Visitor(Arc::clone(world)));
    world.start_with(journal, chat).await.unwrap()
}

/// Submits the message with this number to a lane; its id.
pub(in crate::dispatcher) async fn submit_to(
    journal: &MemoryJournal,
    key: (u8, u8),
    index: usize,
) -> String {
    let (channel, conversation) = names(key);
    let submit = Submit {
        channel: channel.to_owned(),
        conversation: conversation.to_owned(),
        content: Content::text(index.to_string()),
        reply_to: None,
        extra: Extra::default(),
        idempotency: None,
        start: true,
        sent_by: Sender::Platform,
        submitted_at: "2026-01-02T03:04:05Z".to_owned(),
        traceparent: None,
    };
    journal.submit(submit).await.unwrap().id
}

/// Ends a relay at once, with what is under way.
pub(in crate::dispatcher) async fn crash(relay: Relay) {
    relay.task.abort();
    drop(relay.task.await);
}

/// Nobody else holds the journal once a relay is gone: what was under way is
/// dropped with it.
pub(in crate::dispatcher) async fn reopen(journal: Arc<MemoryJournal>) -> Arc<MemoryJournal> {
    let mut journal = journal;
    loop {
        match Arc::try_unwrap(journal) {
            Ok(journal) => return Arc::new(journal.reopened()),
            Err(held) => journal = held,
        }
        tokio::task::yield_now().await;
    }
}

pub(in crate::dispatcher) fn in_simulated_time<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test)
}
