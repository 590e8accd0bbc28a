//! Commands on adapters. The first four need no server.

mod answer;
mod check;
mod component;
mod counts;
mod decide;
mod deploy;
mod diff;
mod history;
mod list;
mod map;
mod pin;
mod policy;
mod progress;
mod report;
mod request;
mod show;
mod standing;
mod summary;
mod test;
mod verdict;
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
    /// Put a file into service on a server, with proof, while it runs.
    Deploy(deploy::Args),
    /// Show how an adapter stands: revisions, calls under way, what waits, policy.
    Show(standing::Named),
    /// Show what recorded traffic becomes in a revision and in the one that serves.
    Diff(diff::Args),
    /// Let the candidate that waits go live.
    Approve(standing::Named),
    /// Decline the candidate that waits.
    Decline(decide::Decline),
    /// Put a revision that is kept into service at once.
    Activate(decide::Activate),
    /// Take back what went live last.
    Rollback(decide::Rollback),
    /// List an adapter's deployments, newest first.
    History(history::Args),
    /// Show or change by which rules candidates go live.
    Policy(policy::Args),
    /// Set a channel to one revision.
    Pin(pin::Pin),
    /// Let a channel follow its adapter again.
    Unpin(pin::Unpin),
}

/// Does what the command says.
pub(super) fn run(command: Command, json: bool) -> anyhow::Result<Outcome> {
    match command {
        Command::Check(args) => check::run(&args, json),
        Command::Map(args) => map::run(&args),
        Command::Test(args) => test::run(&args, json),
        Command::List(args) => list::run(&args, json),
        Command::Deploy(args) => deploy::run(&args, json),
        Command::Show(named) => show::run(&named, json),
        Command::Diff(args) => diff::run(&args, json),
        Command::Approve(named) => decide::approve(&named, json),
        Command::Decline(args) => decide::decline(&args, json),
        Command::Activate(args) => decide::activate(&args, json),
        Command::Rollback(args) => decide::roll_back(&args, json),
        Command::History(args) => history::run(&args, json),
        Command::Policy(args) => policy::run(&args, json),
        Command::Pin(args) => pin::pin(&args, json),
        Command::Unpin(args) => pin::unpin(&args, json),
    }
}
