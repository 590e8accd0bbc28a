//! Resident memory after many deployments, and after many swaps between kept
//! revisions, with a light load.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Options;
use crate::api::Api;
use crate::chats::{Chat, folders, shop};
use crate::load::{Load, Script};
use crate::process::Process;
use crate::resident::Resident;
use crate::table::{Goal, Table};
use crate::variant::{sha256, variant};

/// Requests per second meanwhile.
const RATE: f64 = 200.0;

/// Connections of this load.
const CONNECTIONS: usize = 8;

/// So often the caches get time to fill.
const MOST_ROUNDS: u32 = 20;

/// When memory is looked at, as parts of all swaps. The first is what the others
/// are compared with.
const LOOKS: [f64; 4] = [0.1, 0.2, 0.5, 1.0];

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(options, table))
}

async fn run(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let work = tempfile::tempdir()?;
    let components = [shop(options, 1)?, shop(options, 2)?];
    let (adapters, data) = folders(work.path(), &[("shop", &components[0])])?;
    let process = Process::eclusa(&options.eclusa, &adapters, &data, "sqlite")?;
    let api = process.api()?;
    let path = api.channel("shop", &Chat::Shop.channel()).await?;
    let load = |kind: &str| {
        let (path, kind) = (path.clone(), kind.to_owned());
        let script: Script = Arc::new(move |connection, round| {
            let thread = connection * 16 + round % 16;
            Chat::Shop.call(&path, &format!("{kind}{thread}"), round)
        });
        let address = process.address.clone();
        Load { address, connections: CONNECTIONS, script, keep_answers: false }
    };
    warm_up(&process, load).await?;
    let running = load("c").at(RATE)?;

    let looks = looks(options.deployments);
    let (began, mut seen, mut failed) = (Instant::now(), Vec::new(), 0);
    for (number, component) in (1..=options.deployments).zip(components.iter().cycle()) {
        if let Err(error) = api.deploy("shop", variant(component, &number.to_string())).await {
            eprintln!("  {error:#}");
            failed += 1;
        }
        if looks.contains(&number) {
            seen.push(look(&process, "deployments", number).await?);
        }
    }
    eprintln!("  {} deployments took {:?}", options.deployments, began.elapsed());
    rows(table, "deployments", &looks, &seen);

    let kept = kept(&components, options.deployments);
    let mut seen = Vec::new();
    for (number, revision) in (1..=options.deployments).zip(kept.iter().cycle()) {
        if let Err(error) = api.activate("shop", revision).await {
            eprintln!("  {error:#}");
            failed += 1;
        }
        if looks.contains(&number) {
            seen.push(look(&process, "swaps", number).await?);
        }
    }
    rows(table, "swaps", &looks, &seen);
    report(&api).await?;
    let recording = running.stop()?;
    let all = options.deployments as usize * 2;
    table.none("swap-memory: deployments and swaps that failed", failed, all);
    let refused = recording.refused().count();
    table.none("swap-memory: requests refused", refused, recording.sent.len());
    Ok(())
}

/// Lets the server's caches fill, above all the journal's of database pages: what
/// the load takes must not be taken for what swaps take.
async fn warm_up(process: &Process, load: impl Fn(&str) -> Load) -> anyhow::Result<()> {
    let mut before = 0.0;
    for round in 0..MOST_ROUNDS {
        load(&format!("m{round}-")).most(Duration::from_secs(4))?;
        let now = Resident::settled(process.id()).await?;
        eprintln!("  warming up: {now}");
        if now.all < before * 1.01 {
            break;
        }
        before = now.all;
    }
    Ok(())
}

/// After how many swaps memory is looked at.
fn looks(of: u32) -> Vec<u32> {
    LOOKS.iter().map(|part| (f64::from(of) * part).round().max(1.0) as u32).collect()
}

/// The last but one and the last build, of which the last one serves.
fn kept(components: &[Vec<u8>; 2], last: u32) -> [String; 2] {
    let build = |number: u32| {
        let [odd, even] = components;
        let component = if number % 2 == 1 { odd } else { even };
        sha256(&variant(component, &number.to_string()))
    };
    [build(last - 1), build(last)]
}

async fn look(process: &Process, what: &str, number: u32) -> anyhow::Result<Resident> {
    let resident = Resident::settled(process.id()).await?;
    eprintln!("  after {number} {what}: {resident}");
    Ok(resident)
}

fn rows(table: &mut Table, what: &str, looks: &[u32], seen: &[Resident]) {
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else { return };
    let (Some(early), Some(late)) = (looks.first(), looks.last()) else { return };
    let goal = Goal::AtMost(1.1);
    let row = format!("resident memory after {late} {what} / after {early}");
    table.ratio(&row, (last.all, first.all), "MiB", goal);
    let row = format!("of it of no file, after {late} {what} / after {early}");
    table.ratio(&row, (last.anonymous, first.anonymous), "MiB", goal);
}

/// What the server knows of that grows with every revision.
async fn report(api: &Api) -> anyhow::Result<()> {
    let metrics = api.text("/metrics").await?;
    let series = metrics.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count();
    let adapter = api.get("/v1/adapters/shop").await?.to_string().len();
    eprintln!("  metrics: {series} series, {} bytes; the adapter: {adapter} bytes", metrics.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_looked_at_as_asked() {
        assert_eq!(looks(500), [50, 100, 250, 500]);
    }
}
