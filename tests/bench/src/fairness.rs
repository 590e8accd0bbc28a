//! One dead destination among a hundred: what it costs the others.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Options;
use crate::api::Api;
use crate::chats::{Chat, folders};
use crate::process::Process;
use crate::stats::{Latencies, median};
use crate::table::{Goal, Table};

/// With the dead one.
const CHANNELS: u64 = 100;

/// Messages a second over all channels.
const RATE: u64 = 400;

/// So many conversations of the first channel have a message under way before anything
/// is measured: more than deliveries may be under way at once in all.
const BEFORE: u64 = 300;

/// How long the last messages may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// From the submission of a message to its arrival at the chat, in milliseconds.
#[derive(Debug, Clone, Default)]
struct Arrivals(Arc<Mutex<Vec<f64>>>);

impl Arrivals {
    fn lock(&self) -> anyhow::Result<MutexGuard<'_, Vec<f64>>> {
        self.0.lock().map_err(|_| anyhow::anyhow!("poisoned"))
    }

    fn count(&self) -> anyhow::Result<usize> {
        Ok(self.lock()?.len())
    }
}

/// The times at which messages were submitted stand in their texts, as
/// microseconds after this.
fn since_start(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Measures rounds with all destinations well and rounds with a dead one, in turns.
pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (mut well, mut dead) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        well.push(runtime.block_on(round(options, false))?);
        dead.push(runtime.block_on(round(options, true))?);
    }
    let of = |rounds: &[Latencies]| median(rounds.iter().map(Latencies::p99));
    table.ratio(
        "99 channels beside a dead one: p99 to the chat, beside a well one",
        (of(&dead), of(&well)),
        "ms",
        Goal::AtMost(1.2),
    );
    for (what, rounds) in [("all well", well), ("one dead", dead)] {
        let all = rounds.into_iter().fold(Latencies::default(), Latencies::and);
        table.note(&format!("… {what}, {} messages", all.count()), all.to_string());
    }
    Ok(())
}

async fn round(options: &Options, one_dead: bool) -> anyhow::Result<Latencies> {
    let work = tempfile::tempdir()?;
    let open = Chat::Open.component(options)?;
    let (adapters, data) = folders(work.path(), &[("open", open.as_slice())])?;
    let server = Process::eclusa(&options.eclusa, &adapters, &data, "sqlite")?;
    let api = server.api()?;
    let start = Instant::now();
    let arrivals = Arrivals::default();
    let chat = serve(chat(start, arrivals.clone())).await?;
    // It takes connections and never answers.
    let dead = TcpListener::bind("127.0.0.1:0").await?;
    let nowhere = format!("http://{}/", dead.local_addr()?);
    for channel in 0..CHANNELS {
        let url = if one_dead && channel == 0 { &nowhere } else { &chat };
        let input = json!({ "name": "Benchmark", "adapter": "open", "url": url });
        api.channel(&format!("c-{channel}"), &input).await?;
    }
    for number in 0..BEFORE {
        send(&api, start, 0, &format!("before-{number}")).await?;
    }
    let sent = load(&api, start, options.length()).await?;
    let until = Instant::now() + PATIENCE;
    while arrivals.count()? < sent && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.stop()?;
    let all = std::mem::take(&mut *arrivals.lock()?);
    anyhow::ensure!(all.len() == sent, "{sent} messages were sent, {} arrived", all.len());
    Ok(Latencies::of(all.into_iter()))
}

async fn serve(router: Router) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("the chat broke: {error}");
        }
    });
    Ok(url)
}

fn chat(start: Instant, arrivals: Arrivals) -> Router {
    let take = async move |State(arrivals): State<Arrivals>, body: String| {
        let message: Value = serde_json::from_str(&body).unwrap_or_default();
        let text = message.pointer("/text/body").and_then(Value::as_str).unwrap_or_default();
        // The first channel's are left out, dead or not.
        if let Some((channel, at)) = text.split_once('@')
            && channel != "0"
            && let Ok(at) = at.parse::<u64>()
            && let Ok(mut arrivals) = arrivals.lock()
        {
            arrivals.push((since_start(start).saturating_sub(at)) as f64 / 1000.0);
        }
        "{}"
    };
    Router::new().fallback(take).with_state(arrivals)
}

/// Submits to all channels in turn, at an even rate: each message in one of ten
/// conversations of its channel, and in one of its own where that is the first one,
/// so that nothing of it waits for what went before. How many went to the others.
async fn load(api: &Api, start: Instant, length: Duration) -> anyhow::Result<usize> {
    let mut ticks = tokio::time::interval(Duration::from_micros(1_000_000 / RATE));
    let until = Instant::now() + length;
    let mut under_way = tokio::task::JoinSet::new();
    let (mut number, mut others) = (0_u64, 0);
    while Instant::now() < until {
        ticks.tick().await;
        let channel = number % CHANNELS;
        let round = number / CHANNELS;
        let conversation = if channel == 0 { round } else { round % 10 };
        let api = api.clone();
        under_way
            .spawn(async move { send(&api, start, channel, &format!("t-{conversation}")).await });
        others += usize::from(channel != 0);
        number += 1;
    }
    while let Some(sent) = under_way.join_next().await {
        sent?.context("a message was not taken")?;
    }
    Ok(others)
}

/// Submits a message that says when it was.
async fn send(api: &Api, start: Instant, channel: u64, conversation: &str) -> anyhow::Result<()> {
    let body = format!("{channel}@{}", since_start(start));
    let message = json!({
        "conversation": conversation, "type": "text", "text": { "body": body },
    });
    api.send(&format!("c-{channel}"), &message).await
}
