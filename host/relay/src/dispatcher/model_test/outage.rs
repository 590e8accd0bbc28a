//! A destination that is down for a simulated hour, and clocks that are set.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use eclusa_journal::{DeliveryBody, Journal, Lane, LetterFilter, Letters, MemoryJournal, Window};
use eclusa_model::{Content, HttpResponse};
use parking_lot::Mutex;
use tokio::time::Instant;
use url::Url;

use super::world::{AllChannels, TOTAL, in_simulated_time, start_with, submit_to};
use crate::delivery::{Carried, Carrier, NotSent, Policy, Recorder};
use crate::dispatcher::Relay;
use crate::gate::Gate;
use crate::http::{HttpError, HttpErrorKind, Response};
use crate::{BreakerPolicy, Clock, RetryPolicy};

/// How long an attempt takes.
const TAKES: Duration = Duration::from_millis(20);

/// After so many failures in a row the machine is left alone.
const BREAKER_FAILURES: u32 = 5;

/// The wall clock, which people set while the relay runs.
struct Wall {
    started: Instant,
    set_by_ms: AtomicI64,
}

impl Clock for Wall {
    fn now_ms(&self) -> i64 {
        let since = i64::try_from(self.started.elapsed().as_millis()).unwrap();
        4_102_444_800_000 + since + self.set_by_ms.load(Ordering::SeqCst)
    }
}

/// One machine behind all channels. It can be down, and it remembers when it was
/// asked and what it took.
struct Machine {
    down: AtomicBool,
    gate: Gate,
    policy: Policy,
    asked: Mutex<Vec<Instant>>,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
    taken: Mutex<HashMap<String, Vec<usize>>>,
}

#[async_trait]
impl Carrier for Machine {
    async fn carry(&self, lane: &Lane, body: DeliveryBody) -> Result<Carried, NotSent> {
        let DeliveryBody::Message { message, attempts, .. } = body else { panic!("no message") };
        let url = Url::parse("https://chat.example/").unwrap();
        self.gate.ask(&url).map_err(|host| NotSent::Blocked { host })?;
        self.asked.lock().push(Instant::now());
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_under_way.fetch_max(under_way, Ordering::SeqCst);
        tokio::time::sleep(TAKES).await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        let recorder = Recorder::start(self.policy.clock.now_ms(), None);
        if self.down.load(Ordering::SeqCst) {
            let error = HttpError::new(HttpErrorKind::ConnectFailed, "no connection");
            let problem = error.problem();
            self.gate.tell(&url, &Err(error), std::convert::identity);
            return Ok(recorder.failed(&self.policy, attempts, None, problem));
        }
        let response = HttpResponse { status: 200, headers: Vec::new(), body: String::new() };
        let answer = Ok(Response { response, cut: false });
        self.gate.tell(&url, &answer, std::convert::identity);
        let Content::Text(text) = &message.content else { panic!("no text") };
        let number = text.body.parse().unwrap();
        let key = format!("{}/{}", lane.channel, lane.conversation);
        self.taken.lock().entry(key).or_default().push(number);
        Ok(recorder.done(None))
    }
}

struct Outage {
    machine: Arc<Machine>,
    wall: Arc<Wall>,
    journal: Arc<MemoryJournal>,
    ids: Vec<String>,
    relay: Relay,
}

impl Outage {
    async fn begin(messages: usize) -> Self {
        let journal = Arc::new(MemoryJournal::new());
        let mut ids = Vec::new();
        for index in 0..messages {
            let lane = ((index % 3) as u8, (index / 3 % 4) as u8);
            ids.push(submit_to(&journal, lane, index).await);
        }
        let wall = Arc::new(Wall { started: Instant::now(), set_by_ms: AtomicI64::new(0) });
        let policy =
            Policy { retry: RetryPolicy::default(), clock: wall.clone(), random: Arc::new(|| 0.5) };
        let gate =
            Gate::new(BreakerPolicy { failures: BREAKER_FAILURES, ..BreakerPolicy::default() });
        let machine = Arc::new(Machine {
            down: AtomicBool::new(true),
            gate: gate.clone(),
            policy: policy.clone(),
            asked: Mutex::default(),
            under_way: AtomicUsize::new(0),
            most_under_way: AtomicUsize::new(0),
            taken: Mutex::default(),
        });
        let (channels, chat) = (Arc::new(AllChannels), machine.clone());
        let relay = start_with(journal.clone(), channels, chat, gate, policy).await.unwrap();
        Self { machine, wall, journal, ids, relay }
    }

    fn taken(&self) -> usize {
        self.machine.taken.lock().values().map(Vec::len).sum()
    }

    /// How long it takes until so many are taken.
    async fn all_taken(&self, messages: usize) -> Duration {
        let since = Instant::now();
        while self.taken() < messages {
            tokio::time::sleep(Duration::from_millis(10)).await;
            assert!(since.elapsed() < Duration::from_secs(100 * 3600), "something is stuck");
        }
        since.elapsed()
    }

    /// Everything came once, in its conversation's order.
    fn check(&self, messages: usize) {
        let taken = self.machine.taken.lock();
        for (lane, order) in taken.iter() {
            assert!(order.is_sorted(), "order of {lane}: {order:?}");
        }
        let mut all: Vec<usize> = taken.values().flatten().copied().collect();
        all.sort_unstable();
        assert_eq!(all, (0..messages).collect::<Vec<_>>());
    }
}

/// Down for an hour and back: all is delivered in order, few attempts are used up,
/// and the machine is not overrun when it is back.
#[test]
fn an_hour_of_outage_costs_order_nothing_and_few_attempts() {
    in_simulated_time(async {
        let messages = 240;
        let outage = Outage::begin(messages).await;
        tokio::time::sleep(Duration::from_secs(3600)).await;
        while outage.machine.under_way.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(TAKES).await;
        }
        let down = outage.machine.asked.lock().len();
        outage.machine.down.store(false, Ordering::SeqCst);
        let recovery = outage.all_taken(messages).await;
        outage.check(messages);
        // One try a minute at most, and those that were under way at the beginning.
        assert!(down <= 3600 / 60 + 20, "{down} requests while it was down");
        // The longest pause of the breaker, the longest retry of a head that was
        // used to try, and the work itself.
        assert!(recovery <= Duration::from_secs(6 * 3600), "{recovery:?}");
        let most = outage.machine.most_under_way.load(Ordering::SeqCst);
        assert!(most <= TOTAL, "{most} at once");
        let asked = outage.machine.asked.lock().clone();
        println!(
            "down for an hour: {messages} messages in 12 conversations, {down} requests while \
             down, all delivered in order {recovery:?} after it was back, {} attempts in all",
            asked.len()
        );
        // Once it has failed often enough, one request at a time finds out whether it is
        // back: so many were under way by then, and none of the others overtakes the
        // first one that succeeds.
        let (before, tries) = asked.split_at(BREAKER_FAILURES as usize + TOTAL - 1);
        assert!(before.iter().all(|at| *at < tries[0]));
        let pauses: Vec<Duration> = tries.windows(2).map(|two| two[1] - two[0]).collect();
        let (outage_pauses, back) = pauses.split_at(down - before.len());
        let shortest = BreakerPolicy::default().first_pause;
        assert!(outage_pauses.iter().all(|pause| *pause >= shortest), "{outage_pauses:?}");
        assert!(back[0] >= TAKES, "{back:?}");
        // Each message went out once more at most than the machine failed.
        assert!(asked.len() <= messages + down, "{} requests", asked.len());
        outage.relay.stop().await;
        let mut recorded = 0;
        for id in outage.ids {
            recorded += outage.journal.message(id).await.unwrap().unwrap().attempts.len();
        }
        assert_eq!(recorded, asked.len(), "each attempt is recorded, and no other one");
    });
}

/// The clock is set back by a day, and forward by a year, while retries wait:
/// nothing is lost, doubled or stuck, and nothing comes earlier or later.
#[test]
fn setting_the_clock_changes_no_retry() {
    let hour = 3_600_000;
    let recovery = |set_by_ms: i64| {
        in_simulated_time(async move {
            let messages = 60;
            let outage = Outage::begin(messages).await;
            tokio::time::sleep(Duration::from_secs(600)).await;
            outage.wall.set_by_ms.store(set_by_ms, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(600)).await;
            outage.machine.down.store(false, Ordering::SeqCst);
            let recovery = outage.all_taken(messages).await;
            outage.check(messages);
            outage.relay.stop().await;
            recovery
        })
    };
    let as_ever = recovery(0);
    for set_by_ms in [-24 * hour, -1, 1, hour, 365 * 24 * hour] {
        assert_eq!(recovery(set_by_ms), as_ever, "clock set by {set_by_ms} ms");
    }
    println!("clock set by -24 h to +1 year: all delivered {as_ever:?} after the outage, as ever");
}

/// A retry that was recorded while the clock was a year ahead waits no longer than
/// any retry does.
#[test]
fn a_time_from_a_wrong_clock_is_bounded_at_a_restart() {
    in_simulated_time(async {
        let outage = Outage::begin(1).await;
        outage.wall.set_by_ms.store(365 * 24 * 3_600_000, Ordering::SeqCst);
        while outage.machine.asked.lock().len() < 2 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let Outage { machine, wall, journal, ids, relay } = outage;
        relay.stop().await;
        wall.set_by_ms.store(0, Ordering::SeqCst);
        machine.down.store(false, Ordering::SeqCst);
        let journal = super::world::reopen(journal).await;
        let (gate, policy) = (machine.gate.clone(), machine.policy.clone());
        let relay =
            start_with(journal.clone(), Arc::new(AllChannels), machine.clone(), gate, policy)
                .await
                .unwrap();
        let outage = Outage { machine, wall, journal, ids, relay };
        let waited = outage.all_taken(1).await;
        // An hour and its jitter: what `Retry-After` may ask for.
        assert!(waited <= Duration::from_secs(3600 + 720 + 60), "{waited:?}");
        outage.check(1);
        let newest = outage.journal.letters(LetterFilter::default(), Window::newest(10)).await;
        assert!(newest.unwrap().is_empty());
        outage.relay.stop().await;
    });
}
