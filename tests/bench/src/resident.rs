//! How much memory a process has.

use std::fmt;
use std::time::Duration;

use anyhow::Context as _;

use crate::stats::median;

/// How much memory a process has, in MiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resident {
    /// In all.
    pub(crate) all: f64,
    /// What is of no file: heaps, stacks, the guests' memories.
    pub(crate) anonymous: f64,
    /// What is of files: the program, compiled adapters, the journal.
    pub(crate) files: f64,
    /// Mappings.
    pub(crate) maps: usize,
}

impl Resident {
    /// Of this process, now.
    pub(crate) fn of(process: u32) -> anyhow::Result<Self> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
        let mib = |name: &str| -> anyhow::Result<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.split_whitespace().next());
            let kib: f64 = kib.with_context(|| format!("no {name}"))?.parse()?;
            Ok(kib / 1024.0)
        };
        let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?.lines().count();
        let (all, anonymous) = (mib("VmRSS:")?, mib("RssAnon:")?);
        Ok(Self { all, anonymous, files: mib("RssFile:")?, maps })
    }

    /// The medians of a second, in which requests and checkpoints come and go.
    pub(crate) async fn settled(process: u32) -> anyhow::Result<Self> {
        let mut all = Vec::new();
        for _ in 0..10 {
            all.push(Self::of(process)?);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let of = |part: fn(&Self) -> f64| median(all.iter().map(part));
        let maps = all.iter().map(|it| it.maps).max().unwrap_or_default();
        let (anonymous, files) = (of(|it| it.anonymous), of(|it| it.files));
        Ok(Self { all: of(|it| it.all), anonymous, files, maps })
    }
}

impl fmt::Display for Resident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { all, anonymous, files, maps } = self;
        write!(f, "{all:.1} MiB, anonymous {anonymous:.1}, files {files:.1}; {maps} mappings")
    }
}
