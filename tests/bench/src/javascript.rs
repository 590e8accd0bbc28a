//! Latency of other channels while an adapter in JavaScript, 12 MB of it, is
//! compiled.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::Value;

use crate::Options;
use crate::api::{Api, text};
use crate::chats::{Chat, component, folders};
use crate::load::{Load, Script};
use crate::process::Process;
use crate::stats::Latencies;
use crate::table::{Goal, Table};
use crate::variant::variant;

/// How often a deployment is asked how far it is.
const ASK: Duration = Duration::from_millis(50);

/// Conversations of each connection.
const CONVERSATIONS: u64 = 16;

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(options, table))
}

async fn run(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let work = tempfile::tempdir()?;
    let javascript = component(&options.hostile().join("javascript.wasm"))?;
    let shop = Chat::Shop.component(options)?;
    let (adapters, data) = folders(work.path(), &[("shop", &shop)])?;
    let process = Process::eclusa(&options.eclusa, &adapters, &data, "sqlite")?;
    let api = process.api()?;
    let path = api.channel("shop", &Chat::Shop.channel()).await?;
    let load = |kind| Load {
        address: process.address.clone(),
        connections: options.connections,
        script: script(path.clone(), kind),
        keep_answers: false,
    };
    let most = load("m").most(options.length())?;
    let rate = options.rate.min(most / 2.0);
    eprintln!("  at most {most:.0} requests/s; the load is {rate:.0}");

    let running = load("c").at(rate)?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut windows = Vec::new();
    for round in 0..options.rounds.max(1) {
        let began = Instant::now();
        tokio::time::sleep(Duration::from_secs(options.steady) / 2).await;
        let submitted = Instant::now();
        let deployment = api.submit("javascript", variant(&javascript, &round.to_string())).await?;
        let compiled = compiled(&api, &deployment).await?;
        windows.push((began..submitted, submitted..compiled));
        api.settled(&deployment, ASK).await?;
    }
    let recording = running.stop()?;

    let (mut steady, mut compiling) = (Latencies::default(), Latencies::default());
    for (before, during) in &windows {
        let (before, while_it) = (recording.latencies(before), recording.latencies(during));
        eprintln!("  steady: {before}");
        eprintln!("  compiling for {:?}: {while_it}", during.end - during.start);
        (steady, compiling) = (steady.and(before), compiling.and(while_it));
    }
    let mib = javascript.len() as f64 / f64::from(1 << 20);
    let what = format!("p99 at {rate:.0} requests/s while {mib:.0} MiB are compiled / steady");
    table.ratio(&what, (compiling.p99(), steady.p99()), "ms", Goal::AtMost(2.0));
    let longest = windows.iter().map(|(_, during)| during.end - during.start).max();
    table.note("the longest of these compilations", {
        format!("{:.1} s", longest.unwrap_or_default().as_secs_f64())
    });
    table.none("javascript: requests refused", recording.refused().count(), recording.sent.len());
    Ok(())
}

fn script(path: String, kind: &'static str) -> Script {
    Arc::new(move |connection, round| {
        let thread = connection * CONVERSATIONS + round % CONVERSATIONS;
        Chat::Shop.call(&path, &format!("{kind}{thread}"), round)
    })
}

/// When a deployment is compiled, up to [`ASK`] late.
async fn compiled(api: &Api, deployment: &Value) -> anyhow::Result<Instant> {
    let path = format!("/v1/deployments/{}", text(deployment, "/id")?);
    loop {
        let deployment = api.get(&path).await?;
        let stages = deployment.get("stages").and_then(Value::as_array).context("no stages")?;
        if let Some(compile) = stages.iter().find(|it| it["stage"] == "compile") {
            anyhow::ensure!(compile["message"] == "compiled", "it was not compiled: {compile}");
            return Ok(Instant::now());
        }
        anyhow::ensure!(text(&deployment, "/state")? == "checking", "it fails: {deployment}");
        tokio::time::sleep(ASK).await;
    }
}
