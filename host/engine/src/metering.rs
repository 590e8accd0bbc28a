//! Figures about each revision, for `/metrics`.
//!
//! The handles are made once per revision, at the first call that needs them: so
//! the recorder of the `metrics` crate has to be installed before, and a revision
//! adds no series for what it never does. The recorder never forgets a series.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

use crate::guest_times::GuestClock;
use crate::{CallError, CallReport, GuestTimes, StageName};

const CALLS: &str = "eclusa_adapter_calls_total";
const DURATION: &str = "eclusa_adapter_call_duration_seconds";
const WAIT: &str = "eclusa_adapter_call_wait_seconds";
const RUNNING: &str = "eclusa_adapter_calls_running";
const OUTPUT: &str = "eclusa_adapter_output_bytes_total";
const MEMORY: &str = "eclusa_adapter_memory_high_bytes";
const LOADS: &str = "eclusa_adapter_loads_total";
const LOAD_FAILURES: &str = "eclusa_adapter_load_failures_total";

/// Says what each figure means.
pub(crate) fn describe() {
    describe_counter!(
        CALLS,
        "Calls by outcome: ok, problem (the adapter returned one), or the code of what went wrong, \
         such as trap or deadline_exceeded."
    );
    describe_histogram!(
        DURATION,
        Unit::Seconds,
        "Time of a call in the adapter, from the start of its instance to the checked answer, \
         without waiting; the sum is the guest's time in total."
    );
    describe_histogram!(
        WAIT,
        Unit::Seconds,
        "Time for which calls waited until fewer others ran; those that ran at once do not count."
    );
    describe_gauge!(RUNNING, "Calls that are running or waiting for their turn.");
    describe_counter!(OUTPUT, Unit::Bytes, "Text in the answers of the adapter.");
    describe_gauge!(MEMORY, Unit::Bytes, "The largest memory of any call so far.");
    describe_counter!(
        LOADS,
        "Files that became a revision, and whether their compiled code came from the cache."
    );
    describe_counter!(LOAD_FAILURES, "Files that did not pass a stage, by its code.");
}

/// A file became a revision.
pub(crate) fn loaded(adapter: &str, cached: bool) {
    let cache = if cached { "hit" } else { "miss" };
    counter!(LOADS, "adapter" => adapter.to_owned(), "cache" => cache).increment(1);
}

/// A file did not pass a stage.
pub(crate) fn load_failed(adapter: &str, stage: StageName, code: &'static str) {
    let (adapter, stage) = (adapter.to_owned(), stage.as_str());
    counter!(LOAD_FAILURES, "adapter" => adapter, "stage" => stage, "code" => code).increment(1);
}

/// A handle that is made when it is needed.
type Lazy<T> = LazyLock<T, Box<dyn FnOnce() -> T + Send>>;

type Labels<const N: usize> = [(&'static str, String); N];

/// What is counted of one exported function.
struct CallMeter {
    ok: Lazy<Counter>,
    problem: Lazy<Counter>,
    duration: Lazy<Histogram>,
}

fn lazy_counter<const N: usize>(name: &'static str, labels: Labels<N>) -> Lazy<Counter> {
    LazyLock::new(Box::new(move || counter!(name, &labels)))
}

fn lazy_gauge<const N: usize>(name: &'static str, labels: Labels<N>) -> Lazy<Gauge> {
    LazyLock::new(Box::new(move || gauge!(name, &labels)))
}

fn lazy_histogram<const N: usize>(name: &'static str, labels: Labels<N>) -> Lazy<Histogram> {
    LazyLock::new(Box::new(move || histogram!(name, &labels)))
}

/// What is counted of one revision.
pub(crate) struct Metering {
    adapter: String,
    revision: String,
    receive: CallMeter,
    send: CallMeter,
    settle: CallMeter,
    media: CallMeter,
    wait: Lazy<Histogram>,
    output: Lazy<Counter>,
    memory: Lazy<Gauge>,
    memory_high: AtomicUsize,
    running: Lazy<Gauge>,
    in_flight: AtomicUsize,
    failures: AtomicU64,
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
                ok: lazy_counter(CALLS, with(&labels, "ok")),
                problem: lazy_counter(CALLS, with(&labels, "problem")),
                duration: lazy_histogram(DURATION, labels),
            }
        };
        let labels = [("adapter", adapter.clone()), ("revision", revision.clone())];
        Self {
            receive: call("receive"),
            send: call("send"),
            settle: call("settle"),
            media: call("media"),
            wait: lazy_histogram(WAIT, labels.clone()),
            output: lazy_counter(OUTPUT, labels.clone()),
            memory: lazy_gauge(MEMORY, labels.clone()),
            memory_high: AtomicUsize::new(0),
            running: lazy_gauge(RUNNING, labels),
            in_flight: AtomicUsize::new(0),
            failures: AtomicU64::new(0),
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

    /// How many calls failed: they trapped, passed a limit, or did not get their turn.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// The largest memory of any call.
    pub(crate) fn memory_high(&self) -> usize {
        self.memory_high.load(Ordering::Relaxed)
    }

    /// A call has come; it counts until the guard is dropped.
    pub(crate) fn arrive(&self) -> Arrived<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.running.increment(1.0);
        Arrived(self)
    }

    /// A call had to wait for its turn.
    pub(crate) fn waited(&self, time: Duration) {
        self.wait.record(time);
    }

    /// A call is over, and returned so many bytes of text.
    pub(crate) fn record(
        &self,
        call: &'static str,
        end: &End<'_>,
        report: &CallReport,
        output: usize,
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
            End::Error(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                counter!(
                    CALLS,
                    "adapter" => self.adapter.clone(),
                    "revision" => self.revision.clone(),
                    "call" => call,
                    "outcome" => error.code,
                )
                .increment(1);
            }
        }
        if !report.duration.is_zero() {
            meter.duration.record(report.duration);
            self.times.record(report.duration);
        }
        self.output.increment(u64::try_from(output).unwrap_or(u64::MAX));
        let memory = report.memory_bytes;
        if self.memory_high.fetch_max(memory, Ordering::Relaxed) < memory {
            #[allow(clippy::cast_precision_loss, reason = "memories are smaller than 2^53")]
            self.memory.set(memory as f64);
        }
    }
}

fn with(labels: &Labels<3>, outcome: &str) -> Labels<4> {
    let [adapter, revision, call] = labels.clone();
    [adapter, revision, call, ("outcome", outcome.to_owned())]
}

/// A call that has come and is not over.
pub(crate) struct Arrived<'a>(&'a Metering);

impl Drop for Arrived<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.0.running.decrement(1.0);
    }
}
