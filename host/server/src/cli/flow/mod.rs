//! `eclusa flow`: service flows.

mod server;
mod tried;

use clap::Subcommand;

use super::Outcome;

const EXAMPLES: &str = "\
Examples:
  eclusa flow check flow.json
  eclusa flow simulate flow.json --script script.json
  eclusa flow apply -f flow.json
  eclusa flow list
  eclusa flow show counter
  eclusa flow delete counter

A flow: {\"id\":\"counter\",\"name\":\"Counter\",\"greeting\":[{\"type\":\"text\",\"text\":
{\"body\":\"Hello!\"}}],\"queue\":\"front\"}. A script: [{\"at\":\"2026-03-02T09:00:00-03:00\",
\"input\":{\"writes\":\"hi\"}}]. docs/flows.md says what both can hold.";

/// The commands.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// List the flows of a server.
    List(server::ListArgs),
    /// Show one as JSON.
    Show(server::ShowArgs),
    /// Create flows, or replace them by what files say.
    Apply(server::ApplyArgs),
    /// Delete one that Eclusa runs on no channel.
    Delete(server::DeleteArgs),
    /// Tell all that is wrong with a flow. No server is needed.
    Check(tried::CheckArgs),
    /// Show what a flow does over a script of what happens. No server is needed.
    Simulate(tried::SimulateArgs),
}

/// Does what the command says.
pub(super) fn run(command: Command, json: bool) -> anyhow::Result<Outcome> {
    match command {
        Command::List(args) => server::list(&args, json),
        Command::Show(args) => server::show(&args),
        Command::Apply(args) => server::apply(&args, json),
        Command::Delete(args) => server::delete(&args, json),
        Command::Check(args) => tried::check(&args, json),
        Command::Simulate(args) => tried::simulate(&args, json),
    }
}
