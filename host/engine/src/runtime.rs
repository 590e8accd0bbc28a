//! What all adapters of an engine share.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::compiled::CompiledCache;
use crate::config::{self, SPARE_INSTANCES};
use crate::ticker::Ticker;
use crate::{EngineConfig, EngineError, Limits};

/// What all adapters of an engine share. It lives as long as any of them.
pub(crate) struct Runtime {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) limits: Limits,
    /// The deadline of a call in ticks of the epoch.
    pub(crate) ticks: u64,
    pub(crate) cache: Option<CompiledCache>,
    /// One compilation at a time: it keeps a core busy for seconds.
    pub(crate) compiling: Mutex<()>,
    calls: Arc<Semaphore>,
    sessions: Arc<Semaphore>,
    _ticker: Ticker,
}

impl Runtime {
    pub(crate) fn new(config: EngineConfig) -> Result<Self, EngineError> {
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
            sessions: Arc::new(Semaphore::new(SPARE_INSTANCES)),
            _ticker: Ticker::start(&wasmtime, period)?,
            compiling: Mutex::new(()),
            cache,
            limits,
            wasmtime,
        })
    }

    /// Waits for a place among the running calls, but not for long.
    pub(crate) async fn admit(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.calls).try_acquire_owned() {
            return Some(permit);
        }
        // Without a runtime there is no clock to wait by.
        tokio::runtime::Handle::try_current().ok()?;
        let wait = Arc::clone(&self.calls).acquire_owned();
        tokio::time::timeout(self.limits.queue_time, wait).await.ok()?.ok()
    }

    /// Takes a place among the sessions, waiting on this thread, but not for long.
    pub(crate) fn admit_session(&self) -> Option<OwnedSemaphorePermit> {
        const STEP: Duration = Duration::from_millis(2);
        let mut waited = Duration::ZERO;
        loop {
            match Arc::clone(&self.sessions).try_acquire_owned() {
                Ok(permit) => return Some(permit),
                Err(_) if waited >= self.limits.queue_time => return None,
                Err(_) => {
                    std::thread::sleep(STEP);
                    waited += STEP;
                }
            }
        }
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
