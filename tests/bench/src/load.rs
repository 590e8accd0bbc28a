//! Load over real connections, on a thread of its own: as much as goes, or at a
//! fixed rate until it is stopped.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::connection::{Call, Connection};
use crate::stats::Latencies;

/// Which request a connection sends in its nth round, both counted from 0.
pub(crate) type Script = Arc<dyn Fn(u64, u64) -> Call + Send + Sync>;

/// Where load goes, and over how many connections.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) address: String,
    pub(crate) connections: usize,
    pub(crate) script: Script,
    /// Whether answers are kept.
    pub(crate) keep_answers: bool,
}

/// One request.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) connection: u64,
    pub(crate) round: u64,
    /// When it was to be sent.
    due: Instant,
    /// From then on until its answer was there.
    took: Duration,
    /// The body of a 200, where it was to be kept; or what came in its place.
    pub(crate) answer: Result<Vec<u8>, String>,
}

impl Sent {
    /// When its answer was there.
    pub(crate) fn answered(&self) -> Instant {
        self.due + self.took
    }
}

/// All requests of a load.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) sent: Vec<Sent>,
}

impl Recording {
    /// The latencies of what was due in this time.
    pub(crate) fn latencies(&self, time: &Range<Instant>) -> Latencies {
        let sent = self.sent.iter().filter(|sent| time.contains(&sent.due));
        Latencies::of(sent.map(|sent| sent.took.as_secs_f64() * 1e3))
    }

    /// Requests that were not answered with 200.
    pub(crate) fn refused(&self) -> impl Iterator<Item = &str> {
        self.sent.iter().filter_map(|sent| sent.answer.as_deref().err().map(String::as_str))
    }
}

/// A load that goes on until it is stopped.
pub(crate) struct Running {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<Recording>>,
}

impl Running {
    /// Lets requests under way end, and tells what came of all.
    pub(crate) fn stop(self) -> anyhow::Result<Recording> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow::anyhow!("the thread of the load panicked"))?
    }

    /// As [`Self::stop`], where none may have been refused.
    pub(crate) fn stop_whole(self) -> anyhow::Result<Recording> {
        let recording = self.stop()?;
        if let Some(first) = recording.refused().next() {
            anyhow::bail!("{} requests were refused: {first}", recording.refused().count());
        }
        Ok(recording)
    }
}

impl Load {
    /// So many requests per second, evenly spread, and over the connections in
    /// turn. Each is sent at its time, or as soon as its connection is free after
    /// that; its latency counts from when it was due.
    pub(crate) fn at(self, rate: f64) -> anyhow::Result<Running> {
        self.start(Some(rate))
    }

    /// As much as goes for so long: 200s per second.
    pub(crate) fn most(self, length: Duration) -> anyhow::Result<f64> {
        let started = Instant::now();
        let running = self.start(None)?;
        std::thread::sleep(length);
        let recording = running.stop_whole()?;
        Ok(recording.sent.len() as f64 / started.elapsed().as_secs_f64())
    }

    fn start(self, rate: Option<f64>) -> anyhow::Result<Running> {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, mut due) = (Arc::clone(&stop), Vec::new());
        if let Some(rate) = rate {
            let (clocks, receivers): (Vec<_>, _) =
                (0..self.connections).map(|_| unbounded_channel()).unzip();
            due = receivers;
            let stopped = Arc::clone(&stop);
            spawn("clock", move || tick(rate, &clocks, &stopped))?;
        }
        let thread = spawn("load", move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(self.run(due, stopped))
        })?;
        Ok(Running { stop, thread })
    }

    async fn run(self, due: Vec<Due>, stop: Arc<AtomicBool>) -> anyhow::Result<Recording> {
        let mut tasks = tokio::task::JoinSet::new();
        let mut due = due.into_iter();
        for connection in 0..self.connections as u64 {
            let next = due.next();
            tasks.spawn(self.clone().connection(connection, next, Arc::clone(&stop)));
        }
        let mut sent = Vec::new();
        while let Some(connection) = tasks.join_next().await {
            sent.extend(connection?);
        }
        Ok(Recording { sent })
    }

    async fn connection(
        self,
        connection: u64,
        mut due: Option<Due>,
        stop: Arc<AtomicBool>,
    ) -> Vec<Sent> {
        let mut server = Connection::new(&self.address);
        let mut all = Vec::new();
        for round in 0_u64.. {
            let due = match &mut due {
                // What is due already is sent in any case.
                Some(due) => due.recv().await,
                None => (!stop.load(Ordering::Relaxed)).then(Instant::now),
            };
            let Some(due) = due else { break };
            let answer = match server.post(&(self.script)(connection, round)).await {
                Ok(answer) if answer.status != 200 => {
                    let body = String::from_utf8_lossy(answer.body);
                    Err(format!("{}: {body}", answer.status))
                }
                Ok(answer) if self.keep_answers => Ok(answer.body.to_vec()),
                Ok(_) => Ok(Vec::new()),
                Err(error) => Err(format!("{error:#}")),
            };
            all.push(Sent { connection, round, due, took: due.elapsed(), answer });
        }
        all
    }
}

/// When a connection's requests are due.
type Due = UnboundedReceiver<Instant>;

/// Tells the connections in turn when their requests are due. A thread of its own
/// does it, since tokio's timers round up to whole milliseconds, which is as long
/// as what is measured.
fn tick(rate: f64, clocks: &[UnboundedSender<Instant>], stop: &AtomicBool) {
    let start = Instant::now();
    for (number, clock) in (0_u64..).zip(clocks.iter().cycle()) {
        let due = start + Duration::from_secs_f64(number as f64 / rate);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if stop.load(Ordering::Relaxed) || clock.send(due).is_err() {
            break;
        }
    }
}

fn spawn<T: Send + 'static>(
    name: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<JoinHandle<T>> {
    Ok(std::thread::Builder::new().name(name.to_owned()).spawn(run)?)
}
