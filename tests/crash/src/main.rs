//! `make crash`: kills Eclusa again and again, at named points and at any time,
//! under load from both sides, starts it again on the same folder, and looks
//! whether what was acknowledged is kept.

mod api;
mod callers;
mod chat;
mod check;
mod counters;
mod figures;
mod lane;
mod ledger;
mod operator;
mod point;
mod process;
mod remapping;
mod run;
mod set_up;
mod storage;
mod sync_order;
mod upkeep;
mod violation;
mod visits;
mod witness;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::{Parser, ValueEnum, value_parser};
use figures::Figures;
use point::Point;

/// Kills Eclusa again and again under load, and looks for what was lost.
#[derive(Debug, Parser)]
struct Options {
    /// How often it is killed.
    #[arg(long, default_value_t = 1120, value_parser = value_parser!(u64).range(1..))]
    cycles: u64,
    /// So often on the same data folder before a new one is begun.
    #[arg(long, default_value_t = 112, value_parser = value_parser!(u64).range(1..))]
    per_folder: u64,
    /// Only here, or at these; all take turns otherwise.
    #[arg(long, value_enum, value_delimiter = ',')]
    point: Vec<Point>,
    /// Decides all that is drawn: points, times, load. It does not decide what the
    /// kernel does meanwhile. Drawn and printed where it is not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Sees by strace, which must be installed, that nothing is answered before it is
    /// synced; and kills nothing.
    #[arg(long)]
    strace: bool,
    /// The binary `eclusa-with-crash-points`.
    #[arg(long)]
    eclusa: PathBuf,
    /// Folder of the adapters.
    #[arg(long)]
    adapters: PathBuf,
    /// Folder of the tests' adapters.
    #[arg(long)]
    hostile: PathBuf,
}

/// The arguments of the process that removes what is old and is killed by itself.
const PRUNE: &str = "prune";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let done = match arguments.next() {
        Some(first) if first == PRUNE => upkeep::prune_and_die(arguments),
        _ => begin(&Options::parse()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn begin(options: &Options) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if options.strace {
        let folder = tempfile::tempdir()?;
        let answers = runtime.block_on(sync_order::run(options, folder.path()))?;
        println!("{answers} answers, each after the sync of what it acknowledges");
        return Ok(());
    }
    runtime.block_on(all(options))
}

/// Where to look further.
fn said(seed: u64, folder: &Path) -> String {
    format!("not sound, with the seed {seed}; what is left is in {}", folder.display())
}

async fn all(options: &Options) -> anyhow::Result<()> {
    let began = Instant::now();
    let seed = options.seed.unwrap_or_else(rand::random);
    eprintln!("seed {seed}");
    let points =
        if options.point.is_empty() { Point::value_variants() } else { options.point.as_slice() };
    let mut figures = Figures::default();
    let cycles: Vec<_> = (0..options.cycles).zip(points.iter().cycle().copied()).collect();
    let per_folder = usize::try_from(options.per_folder)?;
    for (number, cycles) in (0_u64..).zip(cycles.chunks(per_folder)) {
        let points: Vec<_> = cycles.iter().map(|(_, point)| *point).collect();
        let folder = tempfile::Builder::new().prefix("eclusa-crash-").tempdir()?;
        let seed = seed.wrapping_add(number);
        let before = figures.violations();
        let run = async {
            run::run(options, &folder.path().join("load"), &points, seed, &mut figures).await?;
            if figures.violations() > before {
                return Ok(());
            }
            let failures = folder.path().join("failures");
            remapping::run(options, &failures, &points, seed, &mut figures).await?;
            if figures.violations() > before {
                return Ok(());
            }
            upkeep::run(options, &folder.path().join("filled"), &points, seed, &mut figures).await
        };
        let run = run.await;
        let is_sound = run.is_ok() && figures.violations() == before;
        if !is_sound {
            // What is left of the run is all there is to find the cause with.
            let folder = folder.keep();
            print!("{figures}");
            run.with_context(|| said(seed, &folder))?;
            anyhow::bail!("{}", said(seed, &folder));
        }
        eprintln!("{} cycles, {} s", figures.cycles(), began.elapsed().as_secs());
    }
    print!("{figures}");
    Ok(())
}
