//! Figures about each revision, for `/metrics`.
//!
//! The handles are made once per revision, when it is loaded: so the recorder of
//! the `metrics` crate has to be installed before.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use crate::CallError;
use crate::GuestTimes;
use crate::guest_times::GuestClock;

/// What is counted of one exported function.
struct CallMeter {
    ok: Counter,
    problem: Counter,
    duration: Histogram,
}

/// What is counted of one revision.
pub(crate) struct Metering {
    adapter: String,
    revision: String,
    receive: CallMeter,
    send: CallMeter,
    settle: CallMeter,
    media: CallMeter,
    memory: Gauge,
    memory_high: AtomicUsize,
    running: Gauge,
    in_flight: AtomicUsize,
    times: GuestClock,
}

/// How a call ended.
pub(crate) enum End<'a> {
    Ok,
    Problem,
    Error(&'a CallError),
}

impl Metering {
    pub(crate) fn new(adapter: &str, sha256: &str) -> Self {
        let adapter = adapter.to_owned();
        let revision = sha256.get(..12).unwrap_or(sha256).to_owned();
        let call = |name: &'static str| {
            let labels = [
                ("adapter", adapter.clone()),
                ("revision", revision.clone()),
                ("call", name.to_owned()),
            ];
            CallMeter {
                ok: counter!("eclusa_adapter_calls_total", &with(&labels, "ok")),
                problem: counter!("eclusa_adapter_calls_total", &with(&labels, "problem")),
                duration: histogram!("eclusa_adapter_call_duration_seconds", &labels),
            }
        };
        let labels = [("adapter", adapter.clone()), ("revision", revision.clone())];
        Self {
            receive: call("receive"),
            send: call("send"),
            settle: call("settle"),
            media: call("media"),
            memory: gauge!("eclusa_adapter_memory_high_bytes", &labels),
            memory_high: AtomicUsize::new(0),
            running: gauge!("eclusa_adapter_calls_running", &labels),
            in_flight: AtomicUsize::new(0),
            times: GuestClock::new(),
            adapter,
            revision,
        }
    }

    /// How many calls are running or waiting.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// How long the calls took.
    pub(crate) fn times(&self) -> GuestTimes {
        self.times.read()
    }

    /// A call has come; it counts until the guard is dropped.
    pub(crate) fn arrive(&self) -> Arrived<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.running.increment(1.0);
        Arrived(self)
    }

    /// A call is over.
    pub(crate) fn record(
        &self,
        call: &'static str,
        end: &End<'_>,
        duration: Duration,
        memory: usize,
    ) {
        let meter = match call {
            "receive" => &self.receive,
            "send" => &self.send,
            "settle" => &self.settle,
            _ => &self.media,
        };
        match end {
            End::Ok => meter.ok.increment(1),
            End::Problem => meter.problem.increment(1),
            // Rare, so its labels may be put together here.
            End::Error(error) => counter!(
                "eclusa_adapter_calls_total",
                "adapter" => self.adapter.clone(),
                "revision" => self.revision.clone(),
                "call" => call,
                "outcome" => error.code,
            )
            .increment(1),
        }
        if !duration.is_zero() {
            meter.duration.record(duration);
            self.times.record(duration);
        }
        if self.memory_high.fetch_max(memory, Ordering::Relaxed) < memory {
            #[allow(clippy::cast_precision_loss, reason = "memories are smaller than 2^53")]
            self.memory.set(memory as f64);
        }
    }
}

fn with(labels: &[(&'static str, String); 3], outcome: &str) -> Vec<(&'static str, String)> {
    let mut labels = labels.to_vec();
    labels.push(("outcome", outcome.to_owned()));
    labels
}

/// A call that has come and is not over.
pub(crate) struct Arrived<'a>(&'a Metering);

impl Drop for Arrived<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.0.running.decrement(1.0);
    }
}
