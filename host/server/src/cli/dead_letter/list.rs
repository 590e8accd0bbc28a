//! `eclusa dead-letter list`.

use serde_json::Value;

use super::Letter;
use super::filter::Filter;
use crate::cli::client::{Client, Server, understood};
use crate::cli::{Outcome, names, output};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    filter: Filter,
    /// Those that were discarded, in place of those that wait.
    #[arg(long)]
    discarded: bool,
    /// Older than this letter.
    #[arg(long, value_name = "ID")]
    before: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    #[command(flatten)]
    server: Server,
}

/// Lists letters, newest first.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let state = if args.discarded { "discarded" } else { "waiting" };
    let mut path = format!("/v1/dead-letters?state={state}&limit={}", args.limit);
    if let Some(before) = &args.before {
        path.push_str(&format!("&before={}", names::message(before)?));
    }
    path.push_str(&format!("&{}", args.filter.query()?));
    let document = Client::new(&args.server)?.get(path.trim_end_matches('&'))?;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    let letters: Vec<Letter> = document.get("dead_letters").map_or(Ok(Vec::new()), understood)?;
    let rows: Vec<_> = letters.iter().map(Letter::row).collect();
    output::table(&Letter::TITLES, &rows)?;
    if let Some(next) = document.get("next").and_then(Value::as_str) {
        output::line(format!("There may be more: --before {next}"))?;
    }
    Ok(Outcome::Success)
}
