//! Loads an adapter and measures what its calls cost, for work on the engine.
//!
//! ```text
//! cargo run --release -p eclusa-engine --example measure -- FILE.wasm [BODY]
//! ```

#![allow(clippy::print_stdout, reason = "a command that prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use eclusa_engine::{CallContext, Engine, EngineConfig};
use eclusa_model::{ChannelView, Request};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let file = args.next().ok_or("usage: measure FILE.wasm [BODY]")?;
    let body = args.next().unwrap_or_else(|| r#"{"id":"1","text":"hello"}"#.to_owned());
    let bytes = std::fs::read(file)?;
    let cache = tempfile::tempdir()?;
    let config =
        || EngineConfig { cache_dir: Some(cache.path().to_owned()), ..EngineConfig::default() };

    for round in ["compiled", "cached"] {
        let engine = Engine::new(config())?;
        let started = Instant::now();
        let loaded = engine.load("adapter", &bytes)?;
        println!("load, {round}: {:?}", started.elapsed());
        for stage in loaded.stages {
            println!("    {:11} {:>12?}  {}", stage.stage, stage.duration, stage.message);
        }
    }

    let engine = Engine::new(config())?;
    let before = resident();
    let revision = engine.load("adapter", &bytes)?.revision;
    let again = resident();
    println!("resident: +{} KiB for the first", again.saturating_sub(before));
    let more: Vec<_> = (0..4)
        .map(|_| engine.load("adapter", &bytes).map(|loaded| loaded.revision))
        .collect::<Result<_, _>>()?;
    println!("resident: +{} KiB for each further", resident().saturating_sub(again) / 4);
    drop(more);

    let cx = CallContext::new(
        ChannelView {
            id: "channel".into(),
            name: "Channel".into(),
            url: None,
            settings: "{}".into(),
        },
        BTreeMap::new(),
    );
    let request = Request {
        method: "POST".into(),
        path: String::new(),
        query: Vec::new(),
        headers: vec![("content-type".into(), "application/json".into())],
        body,
        received_at: "2026-01-02T03:04:05Z".into(),
    };
    let mut session = revision.session()?;
    println!("{:?}", session.receive(&cx, &request)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for _ in 0..5 {
        let fresh = median(|| {
            let called = runtime.block_on(revision.receive(&cx, &request));
            called.map(|called| called.report.duration)
        })?;
        let warm = median(|| session.receive(&cx, &request).map(|called| called.report.duration))?;
        println!("receive: fresh {fresh:?}, in one session {warm:?}");
    }
    Ok(())
}

/// The median of as many calls as fit into a quarter of a second.
fn median<E>(mut call: impl FnMut() -> Result<Duration, E>) -> Result<Duration, E> {
    let started = Instant::now();
    let mut times = Vec::new();
    while started.elapsed() < Duration::from_millis(250) || times.len() < 10 {
        times.push(call()?);
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

/// Resident memory of this process in KiB.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4
}
