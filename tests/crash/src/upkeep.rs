//! The data folder is killed under while something is done to all of it: old records
//! are removed, a backup is restored, an older journal is brought up to date.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use eclusa_journal::{
    Accept, Cut, DeliveryChange, Journal, Mapping, OpenError, PruneCursor, RawRequest, RevisionRef,
    SqliteJournal, SqliteOptions, Upkeep, backup_folder, make_older_journal, schema_version,
};
use eclusa_model::{Content, Event, Extra, InboundMessage, Participant};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rustix::process::{Signal, getpid, kill_process};
use tokio::process::Command;
use tokio::sync::watch;

use crate::Options;
use crate::api::Api;
use crate::chat::{CHANNELS, external_id, words};
use crate::check::Check;
use crate::figures::Figures;
use crate::ledger::{Direction, Key, Ledger};
use crate::operator::Operator;
use crate::point::{Armed, Point, Stage};
use crate::process::{Setup, Start};
use crate::run::was_killed;
use crate::set_up::prepare;
use crate::storage;
use crate::witness::Witness;

/// Requests in a folder.
const REQUESTS: usize = 400;

/// One of so many is still to be handed on.
const PENDING: usize = 4;

/// Conversations of the older journal.
const CONVERSATIONS: usize = 4;

const RECEIVED_AT: &str = "2026-01-02T03:04:05.678Z";

/// How long a delivery that was recorded may take to be told.
const PATIENCE: Duration = Duration::from_secs(30);

/// Older than this is everything.
const FUTURE_MS: i64 = 4_000_000_000_000;

/// Kills once at each of the points that need a filled folder, each time on one of its
/// own.
pub(crate) async fn run(
    options: &Options,
    folder: &Path,
    points: &[Point],
    seed: u64,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let mut random = StdRng::seed_from_u64(seed);
    let points = points.iter().filter(|point| point.stage() == Stage::Filled);
    for (number, point) in points.enumerate() {
        let folder = folder.join(number.to_string());
        let armed = point.arm(&mut random);
        let killed = match point {
            Point::Pruning => prune(&folder, armed, figures).await,
            Point::Restoring => restore(options, &folder, armed, figures).await,
            _ => upgrade(options, &folder, armed, &mut random, figures).await,
        };
        let reached = killed.with_context(|| format!("killed at {}", point.name()))?;
        figures.killed(*point, reached);
    }
    Ok(())
}

/// Removes what is old in a process that ends itself; then all of it.
async fn prune(folder: &Path, armed: Armed, figures: &mut Figures) -> anyhow::Result<bool> {
    let data = folder.join("data");
    let (pending, done) = fill(&data).await?;
    let status = Command::new(std::env::current_exe()?)
        .arg(crate::PRUNE)
        .arg(&data)
        .arg(armed.after.to_string())
        .status()
        .await?;
    let killed = status.signal() == Some(Signal::KILL.as_raw());
    anyhow::ensure!(killed || status.success(), "removing ended by itself, {status}");
    read_storage(&data, figures)?;
    let journal = SqliteJournal::open(&data, SqliteOptions::default())?;
    let left = whole(&journal, &done).await?;
    anyhow::ensure!(left < done.len() || armed.after < 64, "no part was committed");
    remove_all(&journal).await?;
    anyhow::ensure!(whole(&journal, &done).await? == 0, "something old is left");
    anyhow::ensure!(whole(&journal, &pending).await? == pending.len(), "something new is gone");
    anyhow::ensure!(delivered(&journal).await == pending, "what is to be handed on has changed");
    Ok(killed)
}

/// Looks at the folder as it lies there.
fn read_storage(data: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    storage::check(data)?;
    figures.storage_checked();
    Ok(())
}

/// How many of these messages are there, each with its request.
async fn whole(journal: &SqliteJournal, ids: &BTreeSet<String>) -> anyhow::Result<usize> {
    let mut found = 0;
    for id in ids {
        if let Some(record) = journal.message(id.clone()).await? {
            anyhow::ensure!(record.request.is_some(), "{id} has no request any more");
            found += 1;
        }
    }
    Ok(found)
}

/// What is still to be handed on.
async fn delivered(journal: &SqliteJournal) -> BTreeSet<String> {
    let mut pending = BTreeSet::new();
    let Some(mut deliveries) = journal.take_deliveries() else { return pending };
    // No more than there are: it would wait for what comes.
    for _ in 0..REQUESTS / PENDING {
        let next = tokio::time::timeout(PATIENCE, deliveries.recv()).await;
        let Ok(Some(DeliveryChange::Put(delivery))) = next else { break };
        pending.insert(journal.public_id(delivery.id));
    }
    pending
}

/// The process that removes what is old: `prune DATA AFTER`.
pub(crate) fn prune_and_die(mut arguments: impl Iterator<Item = OsString>) -> anyhow::Result<()> {
    let data = PathBuf::from(arguments.next().context("no folder")?);
    let after = arguments.next().context("no number")?;
    let left = AtomicU64::new(after.to_str().context("no number")?.parse()?);
    let reached = move || {
        let one_less = |left: u64| left.checked_sub(1);
        if left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_err() {
            // It cannot fail: the process may end itself.
            let _ = kill_process(getpid(), Signal::KILL);
        }
    };
    fail::cfg_callback(Point::Pruning.name(), reached).map_err(anyhow::Error::msg)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let journal = SqliteJournal::open(data, SqliteOptions::default())?;
    runtime.block_on(remove_all(&journal))
}

async fn remove_all(journal: &SqliteJournal) -> anyhow::Result<()> {
    let cut = Cut { before_ms: FUTURE_MS, letters_before_ms: None, audit_before_ms: None };
    let mut next = Some(PruneCursor::START);
    while let Some(from) = next {
        next = journal.prune(cut.clone(), from).await?.next;
    }
    Ok(())
}

/// Restores a backup and is killed meanwhile: the folder is whole or no journal at all.
async fn restore(
    options: &Options,
    folder: &Path,
    armed: Armed,
    figures: &mut Figures,
) -> anyhow::Result<bool> {
    let source = folder.join("source");
    let (pending, done) = fill(&source).await?;
    let backup = folder.join("backup");
    backup_folder(&source, &backup, RECEIVED_AT, &|_| {})?;
    let setup = Setup {
        binary: options.eclusa.clone(),
        folder: folder.to_owned(),
        platform_url: None,
        trace: None,
    };
    let status = setup.restore(&backup, Some(armed)).await?;
    if !status.success() {
        was_killed(status, &setup)?;
    }
    let journal = match SqliteJournal::open(setup.data(), SqliteOptions::default()) {
        Err(OpenError::HalfRestored(_)) => {
            let again = setup.restore(&backup, None).await?;
            anyhow::ensure!(again.success(), "it cannot be restored again: {again}");
            SqliteJournal::open(setup.data(), SqliteOptions::default())?
        }
        opened => opened?,
    };
    let all: BTreeSet<String> = pending.iter().chain(&done).cloned().collect();
    anyhow::ensure!(whole(&journal, &all).await? == all.len(), "something is gone");
    anyhow::ensure!(delivered(&journal).await == pending, "what is to be handed on has changed");
    drop(journal);
    read_storage(&setup.data(), figures)?;
    Ok(!status.success())
}

/// Brings a filled journal of an older version up to date, and is killed meanwhile.
async fn upgrade(
    options: &Options,
    folder: &Path,
    armed: Armed,
    random: &mut StdRng,
    figures: &mut Figures,
) -> anyhow::Result<bool> {
    let ledger = Ledger::default();
    let witness = Witness::start(&ledger, random.random()).await?;
    let (address, addresses) = watch::channel(None);
    let setup = prepare(options, folder, witness.platform_url())?;
    let (version, newest) = (random.random_range(1..schema_version()), schema_version());
    let [channel, ..] = CHANNELS;
    let mut events = Vec::new();
    for number in 0..REQUESTS / CONVERSATIONS {
        for conversation in 0..CONVERSATIONS {
            let conversation = format!("c-{conversation}");
            let key = Key::new(Direction::In, channel.id, &conversation);
            ledger.sending(&key, number);
            ledger.kept(&key, number);
            events.push(message(&conversation, number));
        }
    }
    make_older_journal(&setup.data(), version, channel.id, RECEIVED_AT, events)?;
    let after = random.random_range(0..u64::from(newest - version));
    match setup.start(Some(Armed { after, ..armed })).await? {
        Start::Ended(status) => was_killed(status, &setup)?,
        Start::Ready { .. } => anyhow::bail!("version {version} passed no migration"),
    }
    read_storage(&setup.data(), figures)?;
    ledger.next_life();
    let (process, took) = setup.start_ready(None, &address).await?;
    figures.started(took);
    let api = Api::new(addresses)?;
    let operator = Operator::new(api.clone(), ledger.clone(), Default::default());
    Check::new(api, ledger.clone(), operator).last().await?;
    figures.run(ledger.counts(), 0, &ledger.violations());
    let status = process.stop().await?;
    anyhow::ensure!(status.success(), "the host stopped with {status}");
    Ok(true)
}

fn message(conversation: &str, number: usize) -> Event {
    Event::Message(InboundMessage {
        external_id: external_id(conversation, number),
        conversation: conversation.to_owned(),
        sender: Participant::new("u-1"),
        sent_at: Some(RECEIVED_AT.to_owned()),
        content: Content::text(words(number, 0)),
        reply_to: None,
        extra: Extra::default(),
    })
}

/// Fills a data folder; returns the messages that are to be handed on, and those that
/// are not.
async fn fill(data: &Path) -> anyhow::Result<(BTreeSet<String>, BTreeSet<String>)> {
    let journal = SqliteJournal::open(data, SqliteOptions::default())?;
    let (mut pending, mut done) = (BTreeSet::new(), BTreeSet::new());
    let [channel, ..] = CHANNELS;
    for number in 0..REQUESTS {
        // Not the first one: what it opens is not to be handed on either.
        let is_pending = (number + 1).is_multiple_of(PENDING);
        let accepted = journal
            .accept(Accept {
                channel: channel.id.to_owned(),
                raw: RawRequest {
                    received_at: RECEIVED_AT.to_owned(),
                    method: "POST".to_owned(),
                    path: String::new(),
                    query: Vec::new(),
                    headers: Vec::new(),
                    body: words(number, 1000),
                },
                mapping: Mapping::Mapped {
                    revision: RevisionRef {
                        adapter: channel.adapter.to_owned(),
                        sha256: "ab".repeat(32),
                    },
                    events: vec![message("c-1", number)],
                    warnings: Vec::new(),
                },
                verified_by: None,
                push: is_pending,
                traceparent: None,
            })
            .await?;
        let id = accepted.events.first().context("no event")?.id.clone();
        if is_pending { &mut pending } else { &mut done }.insert(id);
    }
    Ok((pending, done))
}
