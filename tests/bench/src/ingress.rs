//! Requests per second through the whole ingress, beside a handler that maps in
//! plain Rust; and how long an answer takes at half of the load that is possible.

use crate::Options;
use crate::load::{Load, Outcome, Target};
use crate::process::Process;
use crate::table::{Goal, Table, median};

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(options, table))
}

async fn run(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let (mut reference, mut memory, mut durable, mut p99) = (vec![], vec![], vec![], vec![]);
    for _ in 0..options.rounds.max(1) {
        let native = Process::reference(options)?;
        let target = Target { address: native.address.clone(), path: "/in/bench".to_owned() };
        reference.push(most(options, &target, 0).await?.per_second);
        drop(native);
        memory.push(eclusa(options, "memory").await?.0);
        let (per_second, latency) = eclusa(options, "sqlite").await?;
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
async fn eclusa(options: &Options, journal: &str) -> anyhow::Result<(f64, f64)> {
    let data = tempfile::tempdir()?;
    let process = Process::eclusa(&options.eclusa, &options.adapters, data.path(), journal)?;
    let path = process.telegram_channel().await?;
    let target = Target { address: process.address.clone(), path };
    let full = most(options, &target, 1).await?;
    let half = Load {
        connections: options.connections,
        length: options.length(),
        rate: Some(full.per_second / 2.0),
        first: 1_000_000_000,
    };
    let latency = half.run(&target).await?;
    eprintln!(
        "  {journal}: {:.0}/s, at half: p50 {:.2} ms, p99 {:.2} ms",
        full.per_second,
        latency.quantile(0.5),
        latency.quantile(0.99)
    );
    Ok((full.per_second, latency.quantile(0.99)))
}

/// As many requests as go, after a second to warm up.
async fn most(options: &Options, target: &Target, first: u64) -> anyhow::Result<Outcome> {
    let load = Load {
        connections: options.connections,
        length: std::time::Duration::from_secs(1),
        rate: None,
        first: first + 500_000_000,
    };
    load.run(target).await?;
    Load { length: options.length(), first, ..load }.run(target).await
}
