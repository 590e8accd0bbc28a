//! Loads adapters and measures what that and their calls cost, for work on the
//! engine.
//!
//! ```text
//! cargo run --release -p eclusa-engine --example measure -- FILE.wasm…
//! ```

#![allow(clippy::print_stdout, reason = "a command that prints")]

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eclusa_engine::{CallContext, Engine, EngineConfig, Revision, Stage};

type Failed = Box<dyn Error>;

/// So often each file is loaded; the medians are printed.
const ROUNDS: usize = 7;

fn main() -> Result<(), Failed> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        return Err("usage: measure FILE.wasm…".into());
    }
    for file in files {
        println!("{file}");
        let bytes = std::fs::read(&file)?;
        loads(&bytes)?;
        memory(&bytes)?;
        calls(&bytes)?;
        beside(&bytes)?;
    }
    Ok(())
}

/// How long loading takes, compiled and from the cache, and its stages.
fn loads(bytes: &[u8]) -> Result<(), Failed> {
    // One engine, as in a running host.
    let cache = tempfile::tempdir()?;
    let engine = engine(&cache)?;
    for from_cache in [false, true] {
        let mut totals = Vec::new();
        let mut stages: Vec<(Stage, Vec<Duration>)> = Vec::new();
        for _ in 0..ROUNDS {
            if !from_cache {
                empty(&cache)?;
            }
            let started = Instant::now();
            let loaded = engine.load("adapter", bytes)?;
            totals.push(started.elapsed());
            for (at, stage) in loaded.stages.into_iter().enumerate() {
                let duration = stage.duration;
                match stages.get_mut(at) {
                    Some((_, durations)) => durations.push(duration),
                    None => stages.push((stage, vec![duration])),
                }
            }
        }
        println!("  load: {:.1?}, then {} MiB resident", median(totals), resident() >> 10);
        for (stage, durations) in stages {
            println!("    {:11} {:>9.2?}  {}", stage.stage, median(durations), stage.message);
        }
    }
    Ok(())
}

/// How much memory a loaded adapter takes.
fn memory(bytes: &[u8]) -> Result<(), Failed> {
    let cache = tempfile::tempdir()?;
    let engine = engine(&cache)?;
    let first = engine.load("adapter", bytes)?;
    let before = resident();
    let more: Vec<_> = (0..8).map(|_| engine.load("adapter", bytes)).collect::<Result<_, _>>()?;
    println!("  memory: {} KiB for each revision", resident().saturating_sub(before) / 8);
    drop((first, more));
    Ok(())
}

/// How long a call takes: the first sample of each kind.
fn calls(bytes: &[u8]) -> Result<(), Failed> {
    let cache = tempfile::tempdir()?;
    let revision = engine(&cache)?.load("adapter", bytes)?.revision;
    let samples = &revision.manifest().samples;
    if let Some(sample) = samples.receive.first() {
        let (cx, request) = (CallContext::from(&sample.channel), sample.request.to_request());
        compare(&revision, "receive", |it| {
            it.receive(&cx, &request).map(|called| called.report.duration)
        })?;
    }
    if let Some(sample) = samples.send.first() {
        let cx = CallContext::from(&sample.channel);
        compare(&revision, "send", |it| {
            it.send(&cx, &sample.message).map(|called| called.report.duration)
        })?;
    }
    Ok(())
}

/// A call in an instance of its own, and in one that is used again.
fn compare<E: Error + 'static>(
    revision: &Revision,
    name: &str,
    mut call: impl FnMut(&mut eclusa_engine::Session) -> Result<Duration, E>,
) -> Result<(), Failed> {
    let (mut fresh, mut warm) = (revision.rehearsal()?, revision.session()?);
    let (mut best_fresh, mut best_warm) = (Duration::MAX, Duration::MAX);
    // The best of several medians: whatever else the machine does makes calls
    // slower only.
    for _ in 0..8 {
        best_fresh = best_fresh.min(typical(|| call(&mut fresh))?);
        best_warm = best_warm.min(typical(|| call(&mut warm))?);
    }
    println!("  {name}: fresh {best_fresh:.1?}, in one session {best_warm:.1?}");
    Ok(())
}

/// How late calls are answered while nothing else happens, and while the same
/// file is compiled.
fn beside(bytes: &[u8]) -> Result<(), Failed> {
    let cache = tempfile::tempdir()?;
    let engine = engine(&cache)?;
    let revision = engine.load("adapter", bytes)?.revision;
    let samples = &revision.manifest().samples;
    let Some(sample) = samples.receive.first() else { return Ok(()) };
    let (cx, request) = (CallContext::from(&sample.channel), sample.request.to_request());
    for compiling in [false, true] {
        let over = AtomicBool::new(false);
        let mut late = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| steady_calls(&revision, &cx, &request, &over)))
                .collect();
            let until = Instant::now() + Duration::from_secs(3);
            let mut loads = Ok(());
            while Instant::now() < until && loads.is_ok() {
                if compiling {
                    loads =
                        empty(&cache).and_then(|()| Ok(engine.load("adapter", bytes).map(drop)?));
                } else {
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
            over.store(true, Ordering::Relaxed);
            loads.map(|()| {
                callers.into_iter().flat_map(|it| it.join().unwrap_or_default()).collect()
            })
        })
        .map(|mut late: Vec<Duration>| {
            late.sort_unstable();
            late
        })?;
        let count = late.len();
        let at = |per_mille: usize| late.get(count * per_mille / 1000).copied().unwrap_or_default();
        let when = if compiling { "while compiling" } else { "steady" };
        println!(
            "  {when}: {count} calls, late by {:.1?} (p50), {:.1?} (p99), {:.1?} (max)",
            at(500),
            at(990),
            late.pop().unwrap_or_default()
        );
    }
    Ok(())
}

/// One call each millisecond: how long after its time each was answered.
fn steady_calls(
    revision: &Revision,
    cx: &CallContext,
    request: &eclusa_model::Request,
    over: &AtomicBool,
) -> Vec<Duration> {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
        return Vec::new();
    };
    let mut late = Vec::new();
    let mut due = Instant::now();
    while !over.load(Ordering::Relaxed) {
        due += Duration::from_millis(1);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if runtime.block_on(revision.receive(cx, request)).is_ok() {
            late.push(due.elapsed());
        }
    }
    late
}

/// The median of as many calls as fit into a quarter of a second.
fn typical<E>(mut call: impl FnMut() -> Result<Duration, E>) -> Result<Duration, E> {
    let started = Instant::now();
    let mut times = Vec::new();
    while started.elapsed() < Duration::from_millis(250) || times.len() < 10 {
        times.push(call()?);
    }
    Ok(median(times))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn engine(cache: &tempfile::TempDir) -> Result<Engine, Failed> {
    let config = EngineConfig { cache_dir: Some(cache.path().to_owned()), ..Default::default() };
    Ok(Engine::new(config)?)
}

fn empty(cache: &tempfile::TempDir) -> Result<(), Failed> {
    for entry in std::fs::read_dir(cache.path())? {
        std::fs::remove_file(entry?.path())?;
    }
    Ok(())
}

/// Resident memory of this process in KiB.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4
}
