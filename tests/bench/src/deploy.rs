//! From saving an adapter's file in the watched folder to the first message that
//! the new revision has mapped, and where that time goes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::Options;
use crate::api::{Api, text};
use crate::chats::{Chat, folders};
use crate::load::{Load, Sent};
use crate::process::Process;
use crate::stats::median;
use crate::table::{Goal, Table};
use crate::variant::{sha256, variant};

/// Messages per second while files are saved, one after another: the first one
/// that the new revision maps is known that exactly.
const RATE: f64 = 500.0;

/// Messages on record when the first file is saved: as many as are compared.
const RECORDED: usize = 300;

/// How often it is asked whether the new revision serves. It only ends the
/// waiting: the time is that of the message.
const ASK: Duration = Duration::from_millis(25);

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(options, table))
}

async fn run(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let work = tempfile::tempdir()?;
    let mut components = Vec::new();
    for chat in Chat::ALL {
        components.push((chat.adapter(), chat.component(options)?));
    }
    let files: Vec<_> = components.iter().map(|(name, bytes)| (*name, &**bytes)).collect();
    let (folder, data) = folders(work.path(), &files)?;
    let process = Process::eclusa(&options.eclusa, &folder, &data, "sqlite")?;
    let api = process.api()?;
    let (mut refused, mut sent, mut failed) = (0, 0, 0);
    for (chat, (_, component)) in Chat::ALL.into_iter().zip(&components) {
        let path = api.channel(chat.adapter(), &chat.channel()).await?;
        let place = Place { api: &api, folder: &folder, chat, load: load(&process, chat, path) };
        place.record().await?;
        let mut saved = Vec::new();
        for build in 0..options.builds {
            let one = match place.save(&variant(component, &build.to_string())).await {
                Ok(one) => one,
                Err(error) => {
                    eprintln!("  {} {build}: {error:#}", chat.adapter());
                    failed += 1;
                    continue;
                }
            };
            eprintln!("  {} {build}: {:.0} ms: {}", chat.adapter(), one.total, parts(&[&one]));
            (refused, sent) = (refused + one.refused, sent + one.sent);
            saved.push(one);
        }
        let (name, kib) = (chat.adapter(), component.len() / 1024);
        let what = format!("from saving {name} ({kib} KiB) to its first message, median");
        table.figure(&what, median(saved.iter().map(|it| it.total)), "ms", Goal::AtMost(400.0));
        let longest = saved.iter().map(|it| it.total).fold(0.0, f64::max);
        let parts = parts(&saved.iter().collect::<Vec<_>>());
        table.note(&format!("{name}: longest; medians of its parts in ms"), {
            format!("{longest:.0} ms; {parts}")
        });
    }
    let all = options.builds as usize * Chat::ALL.len();
    table.none("deploy: builds that did not go live", failed, all);
    table.none("deploy: requests refused, or mapped by another revision", refused, sent);
    Ok(())
}

/// One connection, so that the messages are mapped in the order in which they are
/// numbered.
fn load(process: &Process, chat: Chat, path: String) -> Load {
    let next = AtomicU64::new(0);
    let script = Arc::new(move |_, _| {
        let number = next.fetch_add(1, Ordering::Relaxed);
        chat.call(&path, &format!("t{}", number % 10), number)
    });
    Load { address: process.address.clone(), connections: 1, script, keep_answers: true }
}

/// Where files are saved.
struct Place<'a> {
    api: &'a Api,
    folder: &'a Path,
    chat: Chat,
    load: Load,
}

/// One file that was saved. Times in milliseconds.
#[derive(Debug)]
struct Saved {
    /// Until the first message that it has mapped was answered.
    total: f64,
    /// Parts of it, in their order.
    parts: Vec<(String, f64)>,
    /// Requests that were refused, or mapped by a revision out of turn.
    refused: usize,
    sent: usize,
}

impl Place<'_> {
    /// Messages which revisions are compared over.
    async fn record(&self) -> anyhow::Result<()> {
        let running = self.load.clone().at(RATE)?;
        tokio::time::sleep(Duration::from_secs_f64(RECORDED as f64 / RATE)).await;
        running.stop_whole()?;
        Ok(())
    }

    /// Saves a file as another one is renamed into its place, while messages come.
    async fn save(&self, bytes: &[u8]) -> anyhow::Result<Saved> {
        let (name, revision) = (self.chat.adapter(), sha256(bytes));
        let before = self.active().await?;
        let hidden = self.folder.join(format!(".{name}.new"));
        std::fs::write(&hidden, bytes)?;
        let running = self.load.clone().at(RATE)?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let (saved, saved_at) = (Instant::now(), unix_ms(SystemTime::now())?);
        std::fs::rename(&hidden, self.folder.join(format!("{name}.wasm")))?;
        while self.active().await? != revision {
            anyhow::ensure!(saved.elapsed() < Duration::from_secs(60), "it does not go live");
            tokio::time::sleep(ASK).await;
        }
        tokio::time::sleep(ASK).await;
        let recording = running.stop()?;
        let deployment = self.deployment(&revision).await?;
        let (first, strange) = self.first_by(&recording.sent, &before, &revision).await?;
        let total = ms(first.saturating_duration_since(saved));
        Ok(Saved {
            total,
            parts: split(&deployment, saved_at, total)?,
            refused: recording.refused().count() + strange,
            sent: recording.sent.len(),
        })
    }

    /// SHA-256 of what serves.
    async fn active(&self) -> anyhow::Result<String> {
        let adapters = self.api.get("/v1/adapters").await?;
        let all = adapters.get("adapters").and_then(Value::as_array);
        let is_it = |it: &&Value| text(it, "/name").is_ok_and(|name| name == self.chat.adapter());
        let it = all.into_iter().flatten().find(is_it).context("the adapter is not there")?;
        if text(it, "/deployment/state")? == "rejected" {
            anyhow::bail!("rejected: {it}");
        }
        Ok(text(it, "/revision")?.to_owned())
    }

    async fn deployment(&self, revision: &str) -> anyhow::Result<Value> {
        let adapter = self.api.get(&format!("/v1/adapters/{}", self.chat.adapter())).await?;
        let deployment = adapter.get("deployment").context("no deployment")?;
        anyhow::ensure!(text(deployment, "/revision")? == revision, "another deployment");
        Ok(deployment.clone())
    }

    /// When the first message that the new revision has mapped was answered; and
    /// how many were mapped by neither, or by the old one after that.
    async fn first_by(
        &self,
        sent: &[Sent],
        before: &str,
        after: &str,
    ) -> anyhow::Result<(Instant, usize)> {
        let (mut first, mut strange) = (None, 0);
        for sent in sent {
            let Ok(answer) = &sent.answer else { continue };
            let answer: Value = serde_json::from_slice(answer)?;
            let id = text(&answer, "/messages/0/id")?;
            let message = self.api.get(&format!("/v1/messages/{id}")).await?;
            let by = text(&message, "/request/revision/sha256")?;
            if by == after {
                first.get_or_insert(sent.answered());
            } else if by != before || first.is_some() {
                strange += 1;
            }
        }
        Ok((first.context("the new revision has mapped no message")?, strange))
    }
}

/// Where the time went. `notice` is until the host has read the file and begins;
/// `record` what it writes to the disk between the checks and going live; `swap`
/// the rest, with the first message itself.
fn split(deployment: &Value, saved_at: f64, total: f64) -> anyhow::Result<Vec<(String, f64)>> {
    let begun = time_of(text(deployment, "/created_at")?)?;
    let decided = time_of(text(deployment, "/updated_at")?)?;
    let mut parts = vec![("notice".to_owned(), begun - saved_at)];
    let mut stages = 0.0;
    for stage in deployment.get("stages").and_then(Value::as_array).context("no stages")? {
        let took = stage.get("duration_ms").and_then(Value::as_f64).context("no duration")?;
        parts.push((text(stage, "/stage")?.to_owned(), took));
        stages += took;
    }
    parts.push(("record".to_owned(), decided - begun - stages));
    parts.push(("swap".to_owned(), total - (decided - saved_at)));
    Ok(parts)
}

/// The medians of the parts, those of a millisecond and more by their names.
fn parts(saved: &[&Saved]) -> String {
    let mut all: BTreeMap<usize, (&str, Vec<f64>)> = BTreeMap::new();
    for (at, (name, took)) in saved.iter().flat_map(|it| it.parts.iter().enumerate()) {
        all.entry(at).or_insert((name, Vec::new())).1.push(*took);
    }
    let all = all.into_values().map(|(name, took)| (name, median(took)));
    let (long, short): (Vec<_>, Vec<_>) = all.partition(|(_, took)| *took >= 1.0);
    let rest: f64 = short.iter().map(|(_, took)| took).sum();
    let mut words: Vec<_> = long.iter().map(|(name, took)| format!("{name} {took:.0}")).collect();
    words.push(format!("other {rest:.0}"));
    words.join(" + ")
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn unix_ms(time: SystemTime) -> anyhow::Result<f64> {
    Ok(ms(time.duration_since(UNIX_EPOCH)?))
}

/// A time of the API's, in Unix milliseconds.
fn time_of(text: &str) -> anyhow::Result<f64> {
    let time = OffsetDateTime::parse(text, &Rfc3339)?;
    Ok(time.unix_timestamp_nanos() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_parts_add_up() -> anyhow::Result<()> {
        let deployment = json!({
            "created_at": "1970-01-01T00:00:01.050Z",
            "updated_at": "1970-01-01T00:00:01.200Z",
            "stages": [
                { "stage": "compile", "duration_ms": 100.0 },
                { "stage": "shadow", "duration_ms": 30.5 },
                { "stage": "memory", "duration_ms": 0.25 },
            ],
        });
        let found = split(&deployment, 1000.0, 210.0)?;
        assert_eq!(found.iter().map(|(_, took)| took).sum::<f64>(), 210.0);
        let saved = Saved { total: 210.0, parts: found, refused: 0, sent: 1 };
        let words = "notice 50 + compile 100 + shadow 30 + record 19 + swap 10 + other 0";
        assert_eq!(parts(&[&saved]), words);
        Ok(())
    }
}
