//! The command line: what can be asked for, and how it ends.

mod adapter;
mod attendance;
mod audit;
mod change;
mod channel;
mod channel_pause;
mod client;
mod dead_letter;
mod failure;
mod flow;
mod input;
mod json;
mod keep;
mod names;
mod output;
mod replay;
mod secrets;
mod serve;
mod token;
mod words;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use eclusa_server::Drawn;

use client::Refusal;
use failure::Failure;
use output::Style;

const EXAMPLES: &str = "\
Examples:
  eclusa serve --demo --adapters target/adapters
  eclusa adapter check target/adapters/telegram.wasm
  eclusa adapter map target/adapters/telegram.wasm --receive update.json
  ECLUSA_URL=http://127.0.0.1:8080 ECLUSA_TOKEN=… eclusa channel list
  eclusa adapter deploy target/adapters/telegram.wasm
  eclusa adapter diff telegram
  eclusa dead-letter redrive --channel telegram-sales

Exit codes: 0 done, 1 refused or failed, 2 wrong usage.";

/// Connects any chat to a customer-service platform, through sandboxed adapters.
#[derive(Debug, Parser)]
#[command(name = "eclusa", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print one JSON document on standard output, for programs.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Args),
    /// Try adapters and put them into service: check, map, test, deploy, diff, rollback, ….
    #[command(subcommand)]
    Adapter(adapter::Command),
    /// Look after the channels of a server: list, apply, delete, rotate-ingress-key, pause, ….
    #[command(subcommand)]
    Channel(channel::Command),
    /// Look after what could not be handed on or mapped: list, show, redrive, discard.
    #[command(subcommand)]
    DeadLetter(dead_letter::Command),
    /// Look after service sessions: list, show, queue, assign, transfer, close.
    #[command(subcommand)]
    Attendance(attendance::Command),
    /// Look after flows: list, show, apply, delete, check, simulate.
    #[command(subcommand)]
    Flow(flow::Command),
    /// Look after the key that encrypts secrets on the disk: rotate.
    #[command(subcommand)]
    Secrets(secrets::Command),
    /// Look after the tokens of a server: list, create, revoke, rotate, reset-admin.
    #[command(subcommand)]
    Token(token::Command),
    /// Look after the pushes of events: show, pause, resume.
    #[command(subcommand)]
    Platform(channel_pause::PlatformCommand),
    /// Show what a recorded message was, and what it becomes in another revision.
    Replay(replay::Args),
    /// Show who did what, and when.
    Audit(audit::Args),
    /// Back up what is recorded, of a running server or of a data folder.
    Backup(keep::BackupArgs),
    /// Make a data folder from a backup.
    Restore(keep::RestoreArgs),
    /// Look whether all that is recorded is as it was written.
    Check(keep::CheckArgs),
    /// Draw a logo: the server starts this for a picture that somebody sent.
    #[command(hide = true)]
    DrawLogo,
}

/// How a command ended that could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Success,
    /// The answer is no, and has been printed.
    Refused,
}

impl From<bool> for Outcome {
    fn from(ok: bool) -> Self {
        if ok { Self::Success } else { Self::Refused }
    }
}

/// Reads the arguments, does what they say, and says how it ended.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Serve(args) => serve::run(args, cli.json),
        Command::Adapter(command) => adapter::run(command, cli.json),
        Command::Channel(command) => channel::run(command, cli.json),
        Command::DeadLetter(command) => dead_letter::run(command, cli.json),
        Command::Attendance(command) => attendance::run(command, cli.json),
        Command::Flow(command) => flow::run(command, cli.json),
        Command::Secrets(command) => secrets::run(command, cli.json),
        Command::Token(command) => token::run(command, cli.json),
        Command::Platform(command) => channel_pause::platform(&command, cli.json),
        Command::Replay(args) => replay::run(&args, cli.json),
        Command::Audit(args) => audit::run(&args, cli.json),
        Command::Backup(args) => keep::backup(&args, cli.json),
        Command::Restore(args) => keep::restore(&args, cli.json),
        Command::Check(args) => keep::check(&args, cli.json),
        Command::DrawLogo => return draw_logo(),
    };
    match result {
        Ok(Outcome::Success) => ExitCode::SUCCESS,
        Ok(Outcome::Refused) => ExitCode::from(1),
        Err(error) => {
            report(&error, cli.json);
            ExitCode::from(1)
        }
    }
}

fn draw_logo() -> ExitCode {
    match eclusa_server::draw_logo() {
        Ok(Drawn::Png) => ExitCode::SUCCESS,
        Ok(Drawn::Not(code)) => code.into(),
        Err(_) => ExitCode::FAILURE,
    }
}

/// Prints why a command could not do its work.
fn report(error: &anyhow::Error, json: bool) {
    // Whoever reads our output has seen enough, e.g. `head`.
    if output::is_broken_pipe(error) {
        return;
    }
    if json {
        let document = if let Some(failure) = error.downcast_ref::<Failure>() {
            serde_json::json!({ "error": failure })
        } else if let Some(refusal) = error.downcast_ref::<Refusal>() {
            serde_json::json!({ "problem": refusal.document })
        } else {
            serde_json::json!({ "error": Failure::other(error) })
        };
        // There is nowhere left to report that this failed too.
        let _ = output::json(&document);
    }
    let style = Style::stderr();
    eprintln!("{} {}", style.red("error:"), failure::sentence(error));
    if let Some(failure) = error.downcast_ref::<Failure>() {
        eprintln!("  {} {}", style.bold("help:"), failure.action);
    }
    if let Some(refusal) = error.downcast_ref::<Refusal>() {
        refusal.lines(style).iter().for_each(|line| eprintln!("{line}"));
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Cli::command().debug_assert();
    }
}
