//! Hands deliveries on: lanes in parallel, each in order.

mod lanes;
mod run;
mod worker;

#[cfg(test)]
mod journal_test;
#[cfg(test)]
mod model_test;

use std::sync::Arc;

use eclusa_journal::Journal;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::chat::ChatCarrier;
use crate::delivery::Policy;
use crate::platform::PlatformCarrier;
use crate::{Channels, Clock, HttpClient, Platform, RetryPolicy, SystemClock, UnderWay};
use lanes::Capacity;
use worker::{Carriers, Worker};

/// How the relay behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayConfig {
    /// When a failed delivery is tried again.
    pub retry: RetryPolicy,
    /// How many deliveries may be under way at once.
    pub concurrency: usize,
    /// How many of them to one destination: a channel's chat, or the platform.
    /// One that is slow cannot use up the others' share.
    pub per_destination: usize,
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self { retry: RetryPolicy::default(), concurrency: 256, per_destination: 32 }
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
    /// are held.
    pub platform: Option<Platform>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Draws evenly from 0 to 1, for the jitter.
    pub random: Arc<dyn Fn() -> f64 + Send + Sync>,
    /// Told of each message that is under way to its chat.
    pub under_way: Arc<UnderWay>,
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
            config: RelayConfig::default(),
        }
    }
}

/// The relay could not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// Another relay works on the journal already.
    #[error("the journal's deliveries were taken before")]
    DeliveriesTaken,
}

/// A running relay: it hands on what the journal holds, and what comes into it.
#[derive(Debug)]
pub struct Relay {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Relay {
    /// Starts the relay; needs a Tokio runtime.
    ///
    /// # Errors
    /// When the journal's deliveries were taken before.
    pub fn start(parts: RelayParts) -> Result<Self, StartError> {
        let RelayParts { journal, channels, http, platform, clock, random, under_way, config } =
            parts;
        let policy = Policy { retry: config.retry, clock: Arc::clone(&clock), random };
        let chat = ChatCarrier {
            channels: Arc::clone(&channels),
            http: http.clone(),
            policy: policy.clone(),
            under_way,
        };
        let platform = platform.map(|platform| {
            Arc::new(PlatformCarrier { platform, channels, http, policy: policy.clone() }) as _
        });
        let carriers = Carriers { chat: Arc::new(chat), platform };
        let capacity =
            Capacity { total: config.concurrency, per_destination: config.per_destination };
        Self::with_carriers(journal, carriers, policy, capacity)
    }

    fn with_carriers(
        journal: Arc<dyn Journal>,
        carriers: Carriers,
        policy: Policy,
        capacity: Capacity,
    ) -> Result<Self, StartError> {
        let deliveries = journal.take_deliveries().ok_or(StartError::DeliveriesTaken)?;
        let (stop, stopped) = watch::channel(false);
        let worker = Worker { journal, carriers, policy, stopped: stopped.clone() };
        let task = tokio::spawn(run::run(deliveries, Arc::new(worker), capacity, stopped));
        Ok(Self { stop, task })
    }

    /// Starts no further delivery, and waits until those under way are done and
    /// recorded. Each is bounded by the HTTP client's timeouts.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the dispatcher broke");
        }
    }
}
