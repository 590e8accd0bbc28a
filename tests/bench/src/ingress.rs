//! Requests per second through the whole ingress, beside a handler that maps in
//! plain Rust; and how long an answer takes at half of the load that is possible.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Options;
use crate::chats::Chat;
use crate::connection::Call;
use crate::load::{Load, Script};
use crate::payload;
use crate::process::Process;
use crate::stats::median;
use crate::table::{Goal, Table};

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let (mut reference, mut memory, mut durable, mut p99) = (vec![], vec![], vec![], vec![]);
    for _ in 0..options.rounds.max(1) {
        let native = Process::reference(options)?;
        reference.push(most(options, &native.address, "/in/bench", 0)?);
        drop(native);
        memory.push(eclusa(options, "memory")?.0);
        let (per_second, latency) = eclusa(options, "sqlite")?;
        durable.push(per_second);
        p99.push(latency);
    }
    let (reference, memory, durable) = (median(reference), median(memory), median(durable));
    let unit = "requests/s";
    table.ratio(
        "ingress, durability off / native axum",
        (memory, reference),
        unit,
        Goal::AtLeast(0.55),
    );
    table.ratio("ingress, durable / native axum", (durable, reference), unit, Goal::AtLeast(0.3));
    table.figure("ingress, durable, p99 at half load", median(p99), "ms", Goal::AtMost(20.0));
    Ok(())
}

/// The most requests per second, and the p99 at half of that.
fn eclusa(options: &Options, journal: &str) -> anyhow::Result<(f64, f64)> {
    let data = tempfile::tempdir()?;
    let process = Process::eclusa(&options.eclusa, &options.adapters, data.path(), journal)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let channel = Chat::Telegram.channel();
    let path = runtime.block_on(async { process.api()?.channel("bench", &channel).await })?;
    let full = most(options, &process.address, &path, 1)?;
    let from = Instant::now();
    let half = load(options, &process.address, &path, 1_000_000_000).at(full / 2.0)?;
    std::thread::sleep(options.length());
    let latencies = half.stop_whole()?.latencies(&(from..Instant::now()));
    eprintln!("  {journal}: {full:.0}/s, at half: {latencies}");
    Ok((full, latencies.p99()))
}

/// As many requests as go, after a second to warm up.
pub(crate) fn most(
    options: &Options,
    address: &str,
    path: &str,
    first: u64,
) -> anyhow::Result<f64> {
    load(options, address, path, first + 500_000_000).most(Duration::from_secs(1))?;
    load(options, address, path, first).most(options.length())
}

/// Each request is another message; `first` is the number of the first.
fn load(options: &Options, address: &str, path: &str, first: u64) -> Load {
    let (connections, path) = (options.connections, path.to_owned());
    let script: Script = Arc::new(move |connection, round| {
        let number = first + round * connections as u64 + connection;
        Call { path: path.clone(), header: payload::HEADER, body: payload::body(number) }
    });
    Load { address: address.to_owned(), connections, script, keep_answers: false }
}
