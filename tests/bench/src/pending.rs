//! A start with a million messages that are still to be handed on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eclusa_journal::{Journal, Sender, SqliteJournal, SqliteOptions, Submit};
use eclusa_model::{Content, Extra};
use serde_json::json;

use crate::Options;
use crate::process::Process;
use crate::resident::Resident;
use crate::table::{Goal, Table};

/// How many messages are pending, in how many conversations.
const MESSAGES: usize = 1_000_000;
const CONVERSATIONS: usize = 50_000;

/// So many wait for a commit at once while they are recorded.
const WRITERS: usize = 512;

/// How long the memory is looked at: all that is pending is taken over meanwhile.
const LOOKED_AT: Duration = Duration::from_secs(15);

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let work = tempfile::tempdir()?;
    let data = work.path().join("data");
    let runtime = tokio::runtime::Runtime::new()?;
    let start = || Process::eclusa(&options.eclusa, &options.adapters, &data, "sqlite");
    let process = start()?;
    // Nobody listens there.
    let channel = json!({ "name": "Dead", "adapter": "open", "url": "http://127.0.0.1:1024/" });
    runtime.block_on(async { process.api()?.channel("dead", &channel).await })?;
    process.stop()?;
    runtime.block_on(record(SqliteJournal::open(&data, SqliteOptions::default())?))?;

    let started = Instant::now();
    let process = start()?;
    let ready = started.elapsed().as_secs_f64();
    let mut most = 0.0_f64;
    while started.elapsed() < LOOKED_AT {
        most = most.max(Resident::of(process.id())?.all);
        std::thread::sleep(Duration::from_millis(50));
    }
    table.figure("start with 1,000,000 pending messages", ready, "s", Goal::AtMost(5.0));
    table.figure("most memory with them", most, "MiB", Goal::AtMost(400.0));
    Ok(())
}

async fn record(journal: SqliteJournal) -> anyhow::Result<()> {
    let journal = Arc::new(journal);
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move {
                for number in (writer..MESSAGES).step_by(WRITERS) {
                    journal.submit(message(number)).await?;
                }
                Ok::<_, eclusa_journal::JournalError>(())
            })
        })
        .collect();
    for writer in writers {
        writer.await??;
    }
    journal.close();
    Ok(())
}

fn message(number: usize) -> Submit {
    Submit {
        channel: "dead".to_owned(),
        conversation: format!("conversation-{}", number % CONVERSATIONS),
        content: Content::text(format!("message {number}")),
        reply_to: None,
        extra: Extra::default(),
        idempotency: None,
        start: true,
        sent_by: Sender::Platform,
        traceparent: None,
        submitted_at: "2026-01-02T04:00:00Z".to_owned(),
    }
}
