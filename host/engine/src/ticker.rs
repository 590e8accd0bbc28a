//! The thread that makes deadlines happen.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::EngineError;

/// Advances the epoch of a wasmtime engine until it is dropped.
#[derive(Debug)]
pub(crate) struct Ticker {
    // Dropping the sender wakes the thread, which then ends.
    stop: Option<mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Ticker {
    /// How often the epoch advances for a limit on the guest's time: ten times
    /// within it, so that a deadline is at most a tenth late.
    pub(crate) fn period(guest_time: Duration) -> Duration {
        (guest_time / 10).clamp(Duration::from_millis(1), Duration::from_millis(10))
    }

    pub(crate) fn start(engine: &wasmtime::Engine, period: Duration) -> Result<Self, EngineError> {
        // A weak handle: the thread alone must not keep the engine alive.
        let engine = engine.weak();
        let (stop, stopped) = mpsc::channel::<()>();
        let thread = thread::Builder::new()
            .name("eclusa-ticker".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(period) == Err(RecvTimeoutError::Timeout) {
                    match engine.upgrade() {
                        Some(engine) => engine.increment_epoch(),
                        None => break,
                    }
                }
            })
            .map_err(EngineError::Ticker)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It only sleeps and counts, so it cannot have panicked.
            let _ = thread.join();
        }
    }
}
