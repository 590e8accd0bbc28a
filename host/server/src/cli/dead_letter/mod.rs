//! `eclusa dead-letter`: what could not be handed on or mapped.

mod discard;
mod filter;
mod list;
mod redrive;
mod show;

use clap::Subcommand;
use eclusa_journal::RevisionRef;
use eclusa_model::Problem;
use serde::Deserialize;

use super::{Outcome, words};

const EXAMPLES: &str = "\
Examples:
  eclusa dead-letter list --channel telegram-sales
  eclusa dead-letter show 01JZ7M9A3D5W8Q2K4X6T1B0C5E
  eclusa dead-letter redrive 01JZ7M9A3D5W8Q2K4X6T1B0C5E
  eclusa dead-letter redrive --code platform_unavailable
  eclusa dead-letter redrive --all --dry-run
  eclusa dead-letter redrive --kind request --adapter shop --revision 07c1aa
  eclusa dead-letter discard 01JZ7M9A3D5W8Q2K4X6T1B0C5E --reason 'a test message'";

/// The commands.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// List what waits for a person, newest first.
    List(list::Args),
    /// Show a letter: raw request, canonical message, attempts, why, and what to do.
    Show(show::Args),
    /// Let letters go out again in their old places, or be mapped again.
    Redrive(redrive::Args),
    /// Give letters up. They stay in the record.
    Discard(discard::Args),
}

/// Does what the command says.
pub(super) fn run(command: Command, json: bool) -> anyhow::Result<Outcome> {
    match command {
        Command::List(args) => list::run(&args, json),
        Command::Show(args) => show::run(&args, json),
        Command::Redrive(args) => redrive::run(&args, json),
        Command::Discard(args) => discard::run(&args, json),
    }
}

/// A letter as the lists have it.
#[derive(Deserialize)]
struct Letter {
    id: String,
    kind: String,
    channel: String,
    conversation: Option<String>,
    problem: Problem,
    revision: Option<RevisionRef>,
    held: bool,
    died_at: String,
}

impl Letter {
    const TITLES: [&str; 7] = ["id", "kind", "channel", "conversation", "died", "code", "why"];

    fn row(&self) -> Vec<String> {
        let held = if self.held { " (held)" } else { "" };
        vec![
            self.id.clone(),
            format!("{}{held}", self.kind),
            self.channel.clone(),
            self.conversation.as_deref().map_or_else(|| "-".to_owned(), words::first_line),
            words::time(&self.died_at),
            words::first_line(&self.problem.code),
            words::first_line(&self.problem.message),
        ]
    }
}

/// A letter with which nothing was done.
#[derive(Deserialize)]
struct Skipped {
    id: String,
    code: String,
    detail: String,
}

impl Skipped {
    fn line(&self) -> String {
        format!("     Skipped {} {} ({})", self.id, words::first_line(&self.detail), self.code)
    }
}
