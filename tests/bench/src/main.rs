//! `make bench`: measures Eclusa beside its references, in one run, and prints
//! one table. Each figure stands beside what it is compared with.

mod ingress;
mod load;
mod mapping;
mod memory;
mod payload;
mod process;
mod reference;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use table::Table;

/// Measures Eclusa beside its references.
#[derive(Debug, Parser)]
struct Options {
    /// Length of each measurement in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How often each pair is measured; the medians are printed.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Connections of the load.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// The `eclusa` binary, built with `--release`.
    #[arg(long)]
    eclusa: PathBuf,
    /// Folder of the adapters.
    #[arg(long)]
    adapters: PathBuf,
    /// Serves the reference instead of measuring: used by the benchmark itself.
    #[arg(long, hide = true)]
    serve_reference: bool,
}

impl Options {
    fn length(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if options.serve_reference {
        return reference::serve();
    }
    let mut table = Table::default();
    eprintln!("mapping …");
    mapping::measure(&options, &mut table)?;
    eprintln!("ingress …");
    ingress::measure(&options, &mut table)?;
    eprintln!("memory …");
    memory::measure(&options, &mut table)?;
    print!("{table}");
    Ok(())
}
