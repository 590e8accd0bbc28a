//! `eclusa attendance`: service sessions.

mod change;
mod list;
mod show;

use clap::Subcommand;
use eclusa_model::Attendance;

use super::failure::Failure;
use super::{Outcome, words};

const EXAMPLES: &str = "\
Examples:
  eclusa attendance list --state queued
  eclusa attendance list --channel telegram-sales --from 2026-11-01T00:00:00Z
  eclusa attendance show 20261123-000042
  eclusa attendance assign 20261123-000042 --agent rui
  eclusa attendance transfer 20261123-000042 --queue sales --reason 'asks for a price'
  eclusa attendance queue 20261123-000042
  eclusa attendance close 20261123-000042 --reason solved";

/// The commands.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// List service sessions, newest first.
    List(list::Args),
    /// Show one, and what was said in it.
    Show(show::Args),
    /// Let one wait for an agent; whoever had it has it no more.
    Queue(change::QueueArgs),
    /// Take one for an agent. Only what nobody has can be taken.
    Assign(change::AssignArgs),
    /// Hand one to another queue or agent, where it waits until somebody takes it.
    Transfer(change::TransferArgs),
    /// Close one. The next message of its conversation opens another.
    Close(change::CloseArgs),
}

/// Does what the command says.
pub(super) fn run(command: Command, json: bool) -> anyhow::Result<Outcome> {
    match command {
        Command::List(args) => list::run(&args, json),
        Command::Show(args) => show::run(&args, json),
        Command::Queue(args) => change::queue(&args, json),
        Command::Assign(args) => change::assign(&args, json),
        Command::Transfer(args) => change::transfer(&args, json),
        Command::Close(args) => change::close(&args, json),
    }
}

const TITLES: [&str; 8] =
    ["protocol", "state", "channel", "conversation", "contact", "queue", "agent", "opened"];

fn row(attendance: &Attendance) -> Vec<String> {
    let or_dash = |text: Option<&str>| text.map_or_else(|| "-".to_owned(), words::first_line);
    let contact = attendance.contact.name.as_ref().unwrap_or(&attendance.contact.id);
    vec![
        attendance.protocol.to_string(),
        words::name(&attendance.state),
        attendance.channel.clone(),
        words::first_line(&attendance.conversation),
        words::first_line(contact),
        or_dash(attendance.queue.as_deref()),
        or_dash(attendance.agent.as_deref()),
        words::time(&attendance.opened_at),
    ]
}

/// An attendance's id or protocol number, as part of a URL.
fn name(text: &str) -> Result<&str, Failure> {
    let known = (1..=64).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    if known {
        return Ok(text);
    }
    Err(Failure::new(
        "bad_id",
        format!("`{text}` is no protocol number"),
        "See `eclusa attendance list` for those of a server, e.g. 20261123-000042.",
    ))
}
