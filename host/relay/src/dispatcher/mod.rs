//! Hands deliveries on: lanes in parallel, each in order.

mod conditions;
mod handle;
mod health;
mod lanes;
mod run;
mod store;
mod worker;

#[cfg(test)]
mod journal_test;
#[cfg(test)]
mod model_test;

use std::sync::Arc;

use eclusa_journal::{Journal, JournalError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::chat::ChatCarrier;
use crate::delivery::Policy;
use crate::gate::Gate;
use crate::platform::PlatformCarrier;
use crate::{
    BreakerPolicy, Channels, Clock, HttpClient, Observer, Platform, RetryPolicy, SystemClock,
    UnderWay, Unobserved,
};
use conditions::Current;
use health::Healths;
use lanes::Lanes;
use run::{Dispatcher, Inputs};
use worker::{Carriers, Worker};

pub use handle::{RelayHandle, RelayStopped};
pub use health::PausePolicy;
pub(crate) use lanes::{LaneView, Why};

/// How the relay behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct RelayConfig {
    /// When a failed delivery is tried again.
    pub retry: RetryPolicy,
    /// When a host that fails is left alone for a while.
    pub breaker: BreakerPolicy,
    /// When a destination is paused without a person.
    pub pause: PausePolicy,
    /// How many deliveries may be under way at once.
    pub concurrency: usize,
    /// How many of them to one destination: a channel's chat, or the platform.
    /// One that is slow cannot use up the others' share.
    pub per_destination: usize,
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            breaker: BreakerPolicy::default(),
            pause: PausePolicy::default(),
            concurrency: 256,
            per_destination: 32,
        }
    }
}

/// What a relay works with.
pub struct RelayParts {
    /// Where deliveries come from and what became of them goes to.
    pub journal: Arc<dyn Journal>,
    /// The channels and adapters.
    pub channels: Arc<dyn Channels>,
    /// The HTTP client.
    pub http: HttpClient,
    /// Where events are pushed to. Without one, pushes that wait in the journal
    /// go on waiting.
    pub platform: Option<Platform>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Draws evenly from 0 to 1, for the jitter.
    pub random: Arc<dyn Fn() -> f64 + Send + Sync>,
    /// Told of each message that is under way to its chat.
    pub under_way: Arc<UnderWay>,
    /// Told of each attempt.
    pub observer: Arc<dyn Observer>,
    /// How it behaves.
    pub config: RelayConfig,
}

impl RelayParts {
    /// With the machine's clock and randomness, defaults, and no platform.
    pub fn new(journal: Arc<dyn Journal>, channels: Arc<dyn Channels>, http: HttpClient) -> Self {
        Self {
            journal,
            channels,
            http,
            platform: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(rand::random::<f64>),
            under_way: Arc::default(),
            observer: Arc::new(Unobserved),
            config: RelayConfig::default(),
        }
    }
}

/// The relay could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another relay works on the journal already.
    #[error("the journal's deliveries were taken before")]
    DeliveriesTaken,
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A running relay: it hands on what the journal holds, and what comes into it.
#[derive(Debug)]
pub struct Relay {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    store: JoinHandle<()>,
    handle: RelayHandle,
}

impl Relay {
    /// Starts the relay; needs a Tokio runtime.
    ///
    /// # Errors
    /// When the journal's deliveries were taken before, or its pauses cannot be
    /// read.
    pub async fn start(parts: RelayParts) -> Result<Self, StartError> {
        let RelayParts {
            journal,
            channels,
            http,
            platform,
            clock,
            random,
            under_way,
            observer,
            config,
        } = parts;
        let policy = Policy { retry: config.retry.clone(), clock, random };
        let gate = Gate::new(config.breaker.clone());
        let chat = ChatCarrier {
            channels: Arc::clone(&channels),
            http: http.clone(),
            policy: policy.clone(),
            under_way,
            gate: gate.clone(),
        };
        let platform = platform.map(|platform| {
            let (channels, policy) = (Arc::clone(&channels), policy.clone());
            let gate = gate.clone();
            Arc::new(PlatformCarrier { platform, channels, http, policy, gate }) as _
        });
        let carriers = Carriers { chat: Arc::new(chat), platform };
        let working = Working { journal, channels, carriers, policy, gate, observer };
        Self::with_carriers(working, &config).await
    }

    async fn with_carriers(working: Working, config: &RelayConfig) -> Result<Self, StartError> {
        let Working { journal, channels, carriers, policy, gate, observer } = working;
        let pauses = journal.pauses().await?;
        let deliveries = journal.take_deliveries().ok_or(StartError::DeliveriesTaken)?;
        let (stop, stopped) = watch::channel(false);
        let (pauses, pauses_seen) = watch::channel(Arc::new(pauses.into_iter().collect()));
        let (command, commands) = mpsc::channel(64);
        let (records, to_record) = mpsc::unbounded_channel();
        let handle = RelayHandle {
            commands: command,
            pauses: pauses_seen,
            journal: Arc::clone(&journal),
            channels: Arc::clone(&channels),
            clock: Arc::clone(&policy.clock),
            gate: gate.clone(),
        };
        let store = tokio::spawn(store::run(Arc::clone(&journal), to_record, stopped.clone()));
        let conditions = Current {
            channels: Arc::clone(&channels),
            gate,
            per_destination: config.per_destination.max(1),
            platform: carriers.platform.is_some(),
        };
        let stopped_too = stopped.clone();
        let worker = Worker { journal, channels, carriers, policy, observer, stopped: stopped_too };
        let dispatcher = Dispatcher {
            worker: Arc::new(worker),
            conditions,
            lanes: Lanes::new(config.concurrency),
            healths: Healths::new(config.pause),
        };
        let inputs = Inputs { deliveries, commands, stopped, pauses, records };
        let task = tokio::spawn(dispatcher.run(inputs));
        Ok(Self { stop, task, store, handle })
    }

    /// Asks things of it.
    pub fn handle(&self) -> RelayHandle {
        self.handle.clone()
    }

    /// Starts no further delivery, and waits until those under way are done and
    /// recorded. Each is bounded by the HTTP client's timeouts.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the dispatcher broke");
        }
        if let Err(error) = self.store.await {
            tracing::error!(%error, "the recording of pauses broke");
        }
    }
}

/// What a relay works with, once it is known who carries what.
struct Working {
    journal: Arc<dyn Journal>,
    channels: Arc<dyn Channels>,
    carriers: Carriers,
    policy: Policy,
    gate: Gate,
    observer: Arc<dyn Observer>,
}
