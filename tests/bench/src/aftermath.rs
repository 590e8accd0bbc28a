//! What has become of all requests, when load and swaps are over.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use eclusa_journal::{Page, SqliteJournal, SqliteOptions, Traffic as _};
use serde_json::Value;

use crate::api::{Api, text};
use crate::ledger::Ledger;

/// How often the host took a revision back by itself.
pub(crate) fn taken_back(metrics: &str) -> usize {
    let lines = metrics.lines().filter(|line| line.starts_with("eclusa_adapter_rollbacks_total{"));
    lines.filter_map(value).sum()
}

/// How many requests an adapter's revisions were asked to map.
pub(crate) fn receive_calls(metrics: &str, adapter: &str) -> usize {
    let is_ours = |line: &&str| {
        line.starts_with("eclusa_adapter_calls_total{")
            && line.contains(&format!("adapter=\"{adapter}\""))
            && line.contains("call=\"receive\"")
    };
    metrics.lines().filter(is_ours).filter_map(value).sum()
}

/// The value at the end of a line of metrics.
fn value(line: &str) -> Option<usize> {
    line.rsplit_once(' ')?.1.parse().ok()
}

/// Reads all that the platform can read of conversations whose names begin so.
pub(crate) async fn read_back(api: &Api, kind: &str, ledger: &mut Ledger) -> anyhow::Result<()> {
    let mut after = String::new();
    loop {
        let page = api.get(&format!("/v1/events?limit=500{after}")).await?;
        for event in page.get("events").and_then(Value::as_array).into_iter().flatten() {
            if text(event, "/type")?.starts_with("attendance.") {
                continue;
            }
            let conversation = text(event, "/message/conversation")?;
            if conversation.starts_with(kind) {
                let number = text(event, "/message/text/body")?.parse()?;
                ledger.read(text(event, "/channel/id")?, conversation, number);
            }
        }
        if page.get("more") != Some(&Value::Bool(true)) {
            return Ok(());
        }
        after = format!("&after={}", text(&page, "/next")?);
    }
}

/// By which revisions all requests were mapped.
#[derive(Debug, Default)]
pub(crate) struct Mapped {
    by: BTreeMap<String, usize>,
    /// By none, by an unknown one, or not at the first try.
    pub(crate) odd: usize,
    /// How often the next request was mapped by another one.
    pub(crate) changes: usize,
}

impl Mapped {
    /// How many this revision has mapped.
    pub(crate) fn by(&self, revision: &str) -> usize {
        self.by.get(revision).copied().unwrap_or_default()
    }

    /// How many there are.
    pub(crate) fn all(&self) -> usize {
        self.by.values().sum::<usize>() + self.odd
    }
}

/// The journal of a server that has stopped knows it of every request; the API
/// tells it message by message.
pub(crate) async fn mapped(data: &Path, known: &[String; 2]) -> anyhow::Result<Mapped> {
    let journal =
        SqliteJournal::open(data, SqliteOptions::default()).context("cannot open the journal")?;
    let mut mapped = Mapped::default();
    let mut last: Option<String> = None;
    let mut before = None;
    loop {
        let page = Page { channel: None, before, limit: 500 };
        let requests = journal.requests(page).await.map_err(|e| anyhow::anyhow!("{e}"))?;
        let Some(oldest) = requests.last() else { return Ok(mapped) };
        before = Some(oldest.id.clone());
        for request in requests {
            let revision = request.revision.map(|revision| revision.sha256);
            match revision {
                Some(revision)
                    if known.contains(&revision)
                        && request.problem.is_none()
                        && request.earlier.is_empty() =>
                {
                    if last.as_ref().is_some_and(|last| *last != revision) {
                        mapped.changes += 1;
                    }
                    *mapped.by.entry(revision.clone()).or_default() += 1;
                    last = Some(revision);
                }
                _ => mapped.odd += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_all_revisions_are_added_up() {
        let metrics = "\
            # TYPE eclusa_adapter_calls_total counter\n\
            eclusa_adapter_calls_total{adapter=\"shop\",revision=\"a\",call=\"receive\",outcome=\"ok\"} 7\n\
            eclusa_adapter_calls_total{adapter=\"shop\",revision=\"b\",call=\"receive\",outcome=\"trap\"} 2\n\
            eclusa_adapter_calls_total{adapter=\"shop\",revision=\"b\",call=\"send\",outcome=\"ok\"} 4\n\
            eclusa_adapter_calls_total{adapter=\"open\",revision=\"b\",call=\"receive\",outcome=\"ok\"} 8\n";
        assert_eq!(receive_calls(metrics, "shop"), 9);
    }
}
