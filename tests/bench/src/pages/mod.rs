//! The console on a store of 5 million messages in 500,000 attendances: how long the
//! server takes for a page, and how fast it exports.

mod store;
mod visits;

use anyhow::Context as _;
use serde_json::json;

use crate::Options;
use crate::process::Process;
use crate::table::{Goal, Table};
use visits::Visitor;

/// The channels of the store.
const CHANNELS: usize = 8;

/// Pages, by what they are called, and the longest that their median should take, in
/// milliseconds. The inbox and the channels' list are looked at by everybody all day.
const PAGES: [(&str, &str, f64); 17] = [
    ("indicators, today", "/dashboard", 150.0),
    ("indicators, 7 days", "/dashboard?period=7d", 150.0),
    ("indicators, 30 days", "/dashboard?period=30d", 150.0),
    ("report, 7 days", "/reports/attendances", 200.0),
    ("report, all", "/reports/attendances?period=all", 200.0),
    ("report, 30 days of a channel", "/reports/attendances?period=30d&channel=c-3", 200.0),
    ("report, all of a contact", "/reports/attendances?period=all&contact=u-17", 200.0),
    ("report, all of an agent", "/reports/attendances?period=all&agent=agent-7", 200.0),
    (
        "report, waiting of an agent",
        "/reports/attendances?period=all&agent=agent-7&state=assigned",
        200.0,
    ),
    (
        "report, waiting in a queue",
        "/reports/attendances?period=all&queue=queue-2&state=queued",
        200.0,
    ),
    (
        "report, open of a flow",
        "/reports/attendances?period=all&flow=flow-1&state=transferred",
        200.0,
    ),
    (
        "report, nothing to be found",
        "/reports/attendances?period=all&agent=agent-7&queue=nowhere&channel=c-3",
        200.0,
    ),
    (
        "report, an agent who was never in the channel",
        "/reports/attendances?period=all&agent=agent-7&channel=c-0",
        200.0,
    ),
    ("inbox", "/inbox", 150.0),
    ("inbox, the waiting", "/inbox?view=waiting", 150.0),
    ("inbox, search for a name", "/inbox?q=Ana+Silva+17", 150.0),
    ("inbox, search for words of all names", "/inbox?q=ana+sil", 150.0),
];

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let work = tempfile::tempdir()?;
    let data = work.path().join("data");
    let start = || Process::eclusa(&options.eclusa, &options.adapters, &data, "sqlite");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let process = start()?;
    runtime.block_on(prepare(&process))?;
    process.stop()?;
    let filled = std::time::Instant::now();
    let store = store::fill(&data.join("journal.db")).context("cannot fill the store")?;
    let process = start()?;
    let messages = format!("{} in {} attendances", store.messages, store.attendances);
    table.note("messages in the store", messages);
    eprintln!(
        "  filled in {:.0} s, {} MB",
        filled.elapsed().as_secs_f64(),
        store.bytes / 1_000_000
    );
    runtime.block_on(async {
        let visitor = Visitor::signed_in(&process.address).await?;
        let of_one = [
            ("inbox, a conversation", format!("/inbox/{}", store.open), 150.0),
            ("report, a transcript", format!("/reports/attendances/{}", store.open), 200.0),
        ];
        let pages = PAGES.map(|(name, path, goal)| (name, path.to_owned(), goal));
        for (name, path, goal) in pages.into_iter().chain(of_one) {
            let took = visitor.visit(&path).await.with_context(|| path.clone())?;
            table.figure(&format!("{name}: median"), took.quantile(0.5), "ms", Goal::AtMost(goal));
            table.note(&format!("{name}: p99"), format!("{:.2} ms", took.p99()));
        }
        for form in ["csv", "json"] {
            let (rows, seconds) = visitor.export(form).await?;
            anyhow::ensure!(i64::try_from(rows)? == store.attendances, "{rows} rows in the {form}");
            let speed = format!("{:.0} rows/s", rows as f64 / seconds);
            table.note(&format!("export of all attendances, {form}"), speed);
        }
        anyhow::Ok(())
    })?;
    process.stop()
}

/// Makes the channels, and one message each way, of which the store has many.
async fn prepare(process: &Process) -> anyhow::Result<()> {
    let api = process.api()?;
    for number in 0..CHANNELS {
        let id = format!("c-{number}");
        let channel = json!({
            "name": format!("Channel {number}"), "adapter": "open",
            "url": "http://127.0.0.1:9999/", "color": format!("#2A{:02X}8F", number * 30),
        });
        let ingress = api.channel(&id, &channel).await?;
        if number == 0 {
            let body = json!({
                "id": "m-1", "conversation": "v-0", "from": { "id": "u-0", "name": "Ana Silva" },
                "type": "text", "text": { "body": "Bom dia! Meu pedido ainda não chegou." },
            });
            api.post(&ingress, &body).await?;
        }
    }
    let answer = json!({
        "conversation": "v-0", "type": "text",
        "text": { "body": "Bom dia, Ana. Um momento, por favor." },
    });
    api.send("c-0", &answer).await
}
