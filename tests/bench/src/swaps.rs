//! Swaps between two kept revisions under steady load on several channels:
//! whether anybody notices.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Options;
use crate::aftermath;
use crate::api::Api;
use crate::chats::{Chat, folders, shop};
use crate::ledger::Ledger;
use crate::load::{Load, Recording, Script};
use crate::process::Process;
use crate::stats::Latencies;
use crate::table::{Goal, Table};
use crate::variant::sha256;

/// Channels, all on the adapter that is swapped.
const CHANNELS: [&str; 4] = ["shop-a", "shop-b", "shop-c", "shop-d"];

/// Conversations of each connection and channel.
const CONVERSATIONS: u64 = 4;

/// Steady load and load with swaps take turns so often, so that both get the same
/// share of whatever else happens on the machine.
const ROUNDS: u32 = 4;

/// Messages whose way is followed, in the names of their conversations; those
/// that only find out how many are possible are not.
const FOLLOWED: &str = "c";
const TRIED: &str = "m";

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(options, table))
}

async fn run(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let work = tempfile::tempdir()?;
    let (first, second) = (shop(options, 1)?, shop(options, 2)?);
    let revisions = [sha256(&first), sha256(&second)];
    let (adapters, data) = folders(work.path(), &[("shop", &first)])?;
    let process = Process::eclusa(&options.eclusa, &adapters, &data, "sqlite")?;
    let api = process.api()?;
    api.deploy("shop", second).await?;
    let paths = channels(&api).await?;
    let load = |kind| Load {
        address: process.address.clone(),
        connections: options.connections,
        script: script(paths.clone(), kind),
        keep_answers: false,
    };
    let most = load(TRIED).most(options.length())?;
    let rate = options.rate.min(most / 2.0);
    eprintln!("  at most {most:.0} requests/s; the load is {rate:.0}");

    let running = load(FOLLOWED).at(rate)?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (phase, mut done) = (Duration::from_secs(options.steady) / ROUNDS, 0);
    let (mut windows, mut activations) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let began = Instant::now();
        tokio::time::sleep(phase).await;
        let swapping = Instant::now();
        let next = done..options.swaps * round / ROUNDS;
        done = next.end;
        activations.extend(swap(&api, &revisions, next, phase).await?);
        windows.push((began..swapping, swapping..Instant::now()));
    }
    let recording = running.stop()?;

    let (mut steady, mut during) = (Latencies::default(), Latencies::default());
    for (before, swapping) in &windows {
        let (before, swapping) = (recording.latencies(before), recording.latencies(swapping));
        eprintln!("  steady: {before}");
        eprintln!("  during {} swaps: {swapping}", options.swaps / ROUNDS);
        (steady, during) = (steady.and(before), during.and(swapping));
    }
    let activations = Latencies::of(activations.into_iter());
    eprintln!("  one swap takes: {activations}");
    let metrics = api.text("/metrics").await?;
    let calls = aftermath::receive_calls(&metrics, "shop");
    let taken_back = aftermath::taken_back(&metrics);
    let mut ledger = acknowledged(&recording);
    aftermath::read_back(&api, FOLLOWED, &mut ledger).await?;
    process.stop()?;
    let mapped = aftermath::mapped(&data, &revisions).await?;
    eprintln!(
        "  mapped by the first {} and by the second {}; the revision changed {} times in the order accepted",
        mapped.by(&revisions[0]),
        mapped.by(&revisions[1]),
        mapped.changes
    );

    let what = format!("p99 during {} swaps at {rate:.0} requests/s / steady", options.swaps);
    table.ratio(&what, (during.p99(), steady.p99()), "ms", Goal::AtMost(1.5));
    table.note("the most on 4 channels, durable", format!("{most:.0} requests/s"));
    table.note("one swap, median and p99", {
        format!("{:.1} and {:.1} ms", activations.quantile(0.5), activations.p99())
    });
    let found = ledger.findings();
    table.none("swaps: requests refused", recording.refused().count(), recording.sent.len());
    table.none("swaps: messages lost", found.lost, found.acknowledged);
    table.none("swaps: messages doubled", found.doubled + found.unasked, found.acknowledged);
    let what = "swaps: out of order within a conversation";
    table.none(what, found.disordered, found.acknowledged);
    table.none("swaps: not mapped by exactly one known revision", mapped.odd, mapped.all());
    table.none("swaps: mapped more than once", calls.abs_diff(mapped.all()), mapped.all());
    table.none("swaps taken back by the host", taken_back, activations.count());
    if let Some(refused) = recording.refused().next() {
        eprintln!("  the first that was refused: {refused}");
    }
    Ok(())
}

async fn channels(api: &Api) -> anyhow::Result<Vec<String>> {
    let mut paths = Vec::new();
    for id in CHANNELS {
        paths.push(api.channel(id, &Chat::Shop.channel()).await?);
    }
    Ok(paths)
}

/// Every connection has conversations of its own on each channel, and writes in
/// them one message after another: so the order in which they are accepted is
/// known.
fn script(paths: Vec<String>, kind: &'static str) -> Script {
    Arc::new(move |connection, round| {
        let (channel, thread, number) = place(connection, round);
        let path = paths.get(channel).map(String::as_str).unwrap_or_default();
        Chat::Shop.call(path, &format!("{kind}{thread}"), number)
    })
}

/// The channel, conversation and number in it of a connection's nth message.
fn place(connection: u64, round: u64) -> (usize, u64, u64) {
    let channels = CHANNELS.len() as u64;
    let conversation = connection * CONVERSATIONS + round / channels % CONVERSATIONS;
    ((round % channels) as usize, conversation, round / channels / CONVERSATIONS)
}

/// Lets both revisions serve in turn, the ones with even numbers the first of
/// them, evenly spread over so long; returns how many milliseconds each took.
async fn swap(
    api: &Api,
    revisions: &[String; 2],
    numbers: Range<u32>,
    length: Duration,
) -> anyhow::Result<Vec<f64>> {
    let (began, pause) = (Instant::now(), length / numbers.len().max(1) as u32);
    let mut took = Vec::new();
    for (nth, number) in (0_u32..).zip(numbers) {
        tokio::time::sleep_until((began + pause * nth).into()).await;
        let [even, odd] = revisions;
        let asked = Instant::now();
        let activated = api.activate("shop", if number % 2 == 0 { even } else { odd }).await;
        took.push(asked.elapsed().as_secs_f64() * 1e3);
        if let Err(error) = activated {
            // The host may have taken the other one back by itself, which counts.
            eprintln!("  {error:#}");
        }
    }
    tokio::time::sleep_until((began + length).into()).await;
    Ok(took)
}

/// All that was acknowledged.
fn acknowledged(recording: &Recording) -> Ledger {
    let mut ledger = Ledger::default();
    for sent in recording.sent.iter().filter(|sent| sent.answer.is_ok()) {
        let (channel, thread, number) = place(sent.connection, sent.round);
        let channel = CHANNELS.get(channel).copied().unwrap_or_default();
        ledger.acknowledge(channel, &format!("{FOLLOWED}{thread}"), number);
    }
    ledger
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_belongs_to_one_connection_and_counts_without_gaps() {
        let mut ledger = Ledger::default();
        for connection in 0..3 {
            for round in 0..100 {
                let (channel, thread, number) = place(connection, round);
                let (channel, thread) = (channel.to_string(), thread.to_string());
                (0..=number).for_each(|all| ledger.acknowledge(&channel, &thread, all));
                ledger.read(&channel, &thread, number);
            }
        }
        let found = ledger.findings();
        assert_eq!((found.acknowledged, found.lost, found.doubled), (300, 0, 0));
        assert_eq!((found.disordered, found.unasked), (0, 0));
    }
}
