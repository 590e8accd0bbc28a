//! Commands on adapters. All but `list` against a server work without one.

mod answer;
mod check;
mod list;
mod map;
mod request;
mod summary;
mod test;
mod workbench;

use clap::Subcommand;

use super::Outcome;

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Take files through every check that a server makes before an adapter may serve.
    Check(check::Args),
    /// Show what an adapter makes of a request, a message or a response.
    Map(Box<map::Args>),
    /// Run an adapter's own samples, and samples from a folder.
    Test(test::Args),
    /// List the adapters of a folder or of a server.
    List(list::Args),
}

/// Does what the command says.
pub(super) fn run(command: Command, json: bool) -> anyhow::Result<Outcome> {
    match command {
        Command::Check(args) => check::run(&args, json),
        Command::Map(args) => map::run(&args),
        Command::Test(args) => test::run(&args, json),
        Command::List(args) => list::run(&args, json),
    }
}
