//! What all adapters of an engine share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::compiled::CompiledCache;
use crate::compiler::Compiler;
use crate::config::{self, LOADING_INSTANCES, SESSION_INSTANCES};
use crate::metering;
use crate::places::{Place, Places};
use crate::ticker::Ticker;
use crate::{EngineConfig, EngineError, Limits};

/// What all adapters of an engine share. It lives as long as any of them.
pub(crate) struct Runtime {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) limits: Limits,
    /// The deadline of a call in ticks of the epoch.
    pub(crate) ticks: u64,
    pub(crate) cache: Option<CompiledCache>,
    pub(crate) compiler: Compiler,
    calls: Arc<Semaphore>,
    sessions: Arc<Places>,
    loading: Arc<Places>,
    _ticker: Ticker,
}

impl Runtime {
    pub(crate) fn new(config: EngineConfig) -> Result<Self, EngineError> {
        metering::describe();
        let limits = config.limits;
        let wasmtime = config::engine(&limits)?;
        let period = Ticker::period(limits.guest_time);
        let ticks = limits.guest_time.as_nanos().div_ceil(period.as_nanos().max(1));
        let cache = match config.cache_dir {
            Some(folder) => Some(CompiledCache::open(folder, &wasmtime)?),
            None => None,
        };
        Ok(Self {
            ticks: u64::try_from(ticks).unwrap_or(u64::MAX),
            calls: Arc::new(Semaphore::new(limits.max_concurrent_calls)),
            sessions: Places::new(SESSION_INSTANCES),
            loading: Places::new(LOADING_INSTANCES),
            _ticker: Ticker::start(&wasmtime, period)?,
            compiler: Compiler::default(),
            cache,
            limits,
            wasmtime,
        })
    }

    /// Takes a place among the running calls where one is free.
    pub(crate) fn try_admit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.calls).try_acquire_owned().ok()
    }

    /// Waits for a place among the running calls, but not for long. Also says how
    /// long that was.
    pub(crate) async fn admit(&self) -> (Option<OwnedSemaphorePermit>, Duration) {
        // Without a runtime there is no clock to wait by.
        if tokio::runtime::Handle::try_current().is_err() {
            return (None, Duration::ZERO);
        }
        let started = Instant::now();
        let wait = Arc::clone(&self.calls).acquire_owned();
        let permit = tokio::time::timeout(self.limits.queue_time, wait).await;
        (permit.ok().and_then(Result::ok), started.elapsed())
    }

    /// Takes a place among the sessions, waiting on this thread, but not for long.
    pub(crate) fn admit_session(&self) -> Result<Place, usize> {
        self.sessions.take(self.limits.queue_time).ok_or(self.sessions.count())
    }

    /// Takes a place among the files that are being loaded. Nobody waits for an
    /// answer at once there, and a place is taken for some seconds at most.
    pub(crate) fn admit_loading(&self) -> Result<Place, usize> {
        const PATIENCE: Duration = Duration::from_secs(60);
        self.loading.take(PATIENCE).ok_or(self.loading.count())
    }

    /// How much may cross from a guest to the host in one call: the text it may
    /// return, and the lists of as many events as it may return.
    pub(crate) fn output_fuel(&self) -> usize {
        let event = size_of::<crate::bindings::eclusa::adapter::messages::Event>();
        self.limits.output_bytes.saturating_add(self.limits.max_events.saturating_mul(event))
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime").field("limits", &self.limits).finish_non_exhaustive()
    }
}
