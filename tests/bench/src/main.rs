//! `make bench`: measures Eclusa beside its references, in one run, and prints
//! one table. Each figure stands beside what it is compared with.

mod aftermath;
mod api;
mod beside;
mod chats;
mod connection;
mod deploy;
mod fairness;
mod ingress;
mod javascript;
mod ledger;
mod load;
mod mapping;
mod memory;
mod pages;
mod payload;
mod pending;
mod process;
mod reference;
mod resident;
mod stats;
mod swap_memory;
mod swaps;
mod table;
mod variant;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum, value_parser};
use table::Table;

/// Measures Eclusa beside its references.
#[derive(Debug, Parser)]
struct Options {
    /// Measure only this part, or these.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Length of each measurement in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How often each pair is measured; the medians are printed.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Connections of the load.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Requests per second while revisions are swapped or compiled; half of what
    /// is possible where that is less.
    #[arg(long, default_value_t = 1500.0)]
    rate: f64,
    /// Seconds of steady load beside the swaps, which take as long.
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u64).range(1..))]
    steady: u64,
    /// How many swaps between two kept revisions.
    #[arg(long, default_value_t = 200, value_parser = value_parser!(u32).range(1..))]
    swaps: u32,
    /// How many builds of each adapter are saved in the watched folder.
    #[arg(long, default_value_t = 15, value_parser = value_parser!(u32).range(1..))]
    builds: u32,
    /// How many builds are deployed, and then swapped, to see what stays in memory.
    #[arg(long, default_value_t = 500, value_parser = value_parser!(u32).range(2..))]
    deployments: u32,
    /// Another `eclusa`, e.g. an earlier release, to measure the ingress beside it.
    #[arg(long)]
    beside: Option<PathBuf>,
    /// Folder of its adapters [default: the same].
    #[arg(long, requires = "beside")]
    beside_adapters: Option<PathBuf>,
    /// The `eclusa` binary, built with `--release`.
    #[arg(long)]
    eclusa: PathBuf,
    /// Folder of the adapters.
    #[arg(long)]
    adapters: PathBuf,
    /// Folder of the tests' adapters [default: `hostile` beside the adapters'].
    #[arg(long)]
    hostile: Option<PathBuf>,
    /// Serves the reference instead of measuring: used by the benchmark itself.
    #[arg(long, hide = true)]
    serve_reference: bool,
}

impl Options {
    fn length(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    fn hostile(&self) -> PathBuf {
        let beside = || self.adapters.parent().unwrap_or(&self.adapters).join("hostile");
        self.hostile.clone().unwrap_or_else(beside)
    }
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// One mapping.
    Mapping,
    /// The most requests, and latency at half of them.
    Ingress,
    /// The most requests beside those of the `eclusa` that `--beside` names.
    Beside,
    /// Resident memory at rest.
    Memory,
    /// A start with a million messages that are still to be handed on.
    Pending,
    /// One dead destination among a hundred.
    Fairness,
    /// Swaps under load: nothing is lost, and latency.
    Swaps,
    /// From saving a file to the first message mapped by it.
    Deploy,
    /// Latency while a large component is compiled.
    Javascript,
    /// Resident memory after many deployments and swaps.
    SwapMemory,
    /// Pages of the console on a store of 5 million messages.
    Console,
}

impl Part {
    fn measure(self, options: &Options, table: &mut Table) -> anyhow::Result<()> {
        match self {
            Self::Mapping => mapping::measure(options, table),
            Self::Ingress => ingress::measure(options, table),
            Self::Beside => beside::measure(options, table),
            Self::Memory => memory::measure(options, table),
            Self::Pending => pending::measure(options, table),
            Self::Fairness => fairness::measure(options, table),
            Self::Swaps => swaps::measure(options, table),
            Self::Deploy => deploy::measure(options, table),
            Self::Javascript => javascript::measure(options, table),
            Self::SwapMemory => swap_memory::measure(options, table),
            Self::Console => pages::measure(options, table),
        }
    }
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if options.serve_reference {
        return reference::serve();
    }
    let mut table = Table::default();
    for part in Part::value_variants() {
        if options.only.is_empty() || options.only.contains(part) {
            let name = part.to_possible_value().map(|value| value.get_name().to_owned());
            eprintln!("{} …", name.unwrap_or_default());
            part.measure(&options, &mut table)?;
        }
    }
    print!("{table}");
    Ok(())
}
