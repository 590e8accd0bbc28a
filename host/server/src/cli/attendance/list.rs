//! `eclusa attendance list`.

use clap::ValueEnum;
use eclusa_model::Attendance;
use serde_json::Value;

use super::{TITLES, row};
use crate::cli::client::{Client, Server, understood};
use crate::cli::{Outcome, names, output};

/// How far an attendance has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    /// It waits for an agent.
    Queued,
    /// An agent has it.
    Assigned,
    /// It waits for the queue or agent that it was handed to.
    Transferred,
    /// It is over.
    Closed,
}

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Only in this state.
    #[arg(long)]
    state: Option<State>,
    /// Only of this channel.
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// Only of this conversation.
    #[arg(long, value_name = "CONVERSATION")]
    conversation: Option<String>,
    /// Only opened by the contact with this id.
    #[arg(long, value_name = "CONTACT")]
    contact: Option<String>,
    /// Only of this flow.
    #[arg(long, value_name = "FLOW")]
    flow: Option<String>,
    /// Only of this queue.
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
    /// Only of this agent.
    #[arg(long, value_name = "AGENT")]
    agent: Option<String>,
    /// Only those that opened then or later, e.g. 2026-03-01T12:00:00Z.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Only those that opened before then.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Opened before the one with this id.
    #[arg(long, value_name = "ID")]
    before: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    #[command(flatten)]
    server: Server,
}

/// Lists attendances, newest first.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let state = args.state.and_then(|state| state.to_possible_value());
    let channel = args.channel.as_deref().map(names::channel).transpose()?;
    let fields = [
        ("state", state.as_ref().map(|state| state.get_name())),
        ("channel", channel),
        ("conversation", args.conversation.as_deref()),
        ("contact", args.contact.as_deref()),
        ("flow", args.flow.as_deref()),
        ("queue", args.queue.as_deref()),
        ("agent", args.agent.as_deref()),
        ("from", args.from.as_deref()),
        ("to", args.to.as_deref()),
        ("before", args.before.as_deref()),
    ];
    let given = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", &args.limit.to_string()).extend_pairs(given);
    let document =
        Client::new(&args.server)?.get(&format!("/v1/attendances?{}", query.finish()))?;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    let found: Vec<Attendance> = document.get("attendances").map_or(Ok(Vec::new()), understood)?;
    let rows: Vec<_> = found.iter().map(row).collect();
    output::table(&TITLES, &rows)?;
    if let Some(next) = document.get("next").and_then(Value::as_str) {
        output::line(format!("There may be more: --before {next}"))?;
    }
    Ok(Outcome::Success)
}
