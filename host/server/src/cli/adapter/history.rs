//! `eclusa adapter history`: what became of each deployment.

use super::standing::{Listed, Named, Standing, document};
use crate::cli::client::understood;
use crate::cli::output;
use crate::cli::{Outcome, words};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    named: Named,
    /// At most so many, newest first.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
}

/// Lists the deployments of an adapter, newest first.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let (name, client) = args.named.open()?;
    // Of an unknown adapter there are no deployments either; but that is a mistake.
    let standing = document(&client, name)?;
    let limit = args.limit;
    let document = client.get(&format!("/v1/deployments?adapter={name}&limit={limit}"))?;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    let standing = Standing::of(&standing)?;
    let listed: Vec<Listed> = match document.get("deployments") {
        Some(list) => understood(list)?,
        None => Vec::new(),
    };
    let rows: Vec<_> = listed.iter().map(|it| row(it, &standing)).collect();
    output::table(&["time", "revision", "version", "by", "door", "state", "why"], &rows)?;
    Ok(Outcome::Success)
}

fn row(deployment: &Listed, standing: &Standing) -> Vec<String> {
    let reason = deployment.reason.as_ref();
    let why = reason.map(|it| format!("{}: {}", it.code, words::first_line(&it.message)));
    vec![
        words::time(&deployment.created_at),
        words::revision(&deployment.revision).to_owned(),
        standing.version(&deployment.revision).unwrap_or("-").to_owned(),
        words::tame(&deployment.actor),
        words::name(&deployment.door),
        words::name(&deployment.state),
        why.unwrap_or_default(),
    ]
}
