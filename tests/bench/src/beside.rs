//! The most requests per second beside those of another `eclusa`, e.g. an earlier
//! release: both run all the time and are loaded in turn, so that what else the machine
//! does meets both.

use std::path::Path;

use tempfile::TempDir;

use crate::Options;
use crate::chats::Chat;
use crate::ingress::most;
use crate::process::Process;
use crate::stats::median;
use crate::table::{Goal, Table};

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let Some(other) = &options.beside else {
        eprintln!("  skipped: it needs `--beside BINARY`");
        return Ok(());
    };
    let adapters = options.beside_adapters.as_ref().unwrap_or(&options.adapters);
    for (journal, name) in [("memory", "durability off"), ("sqlite", "durable")] {
        let ours = Side::start(&options.eclusa, &options.adapters, journal)?;
        let other = Side::start(other, adapters, journal)?;
        let (mut ours_most, mut other_most) = (vec![], vec![]);
        for round in 0..options.rounds.max(1) {
            let mut turns = [(&ours, &mut ours_most), (&other, &mut other_most)];
            if round % 2 == 1 {
                turns.reverse();
            }
            for (side, found) in turns {
                found.push(side.most(options, round)?);
            }
        }
        table.ratio(
            &format!("ingress, {name} / the other's"),
            (median(ours_most), median(other_most)),
            "requests/s",
            Goal::AtLeast(0.9),
        );
    }
    Ok(())
}

/// A server, and where its channel is.
struct Side {
    process: Process,
    path: String,
    _data: TempDir,
}

impl Side {
    fn start(binary: &Path, adapters: &Path, journal: &str) -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let process = Process::eclusa(binary, adapters, data.path(), journal)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let channel = Chat::Telegram.channel();
        let path = runtime.block_on(async { process.api()?.channel("bench", &channel).await })?;
        Ok(Self { process, path, _data: data })
    }

    /// In each round other messages.
    fn most(&self, options: &Options, round: usize) -> anyhow::Result<f64> {
        most(options, &self.process.address, &self.path, 1 + round as u64 * 10_000_000)
    }
}
