//! `eclusa attendance queue|assign|transfer|close`.

use clap::Args;
use eclusa_model::Attendance;
use serde_json::{Map, Value};

use super::{TITLES, name, row};
use crate::cli::client::{Client, Server, understood};
use crate::cli::{Outcome, output};

/// Which attendance, and why.
#[derive(Debug, Args)]
struct Which {
    /// Its protocol number, or its id.
    #[arg(value_name = "PROTOCOL")]
    id: String,
    /// Why, for the record, the platform and the audit.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    server: Server,
}

/// The arguments.
#[derive(Debug, Args)]
pub(in crate::cli) struct QueueArgs {
    #[command(flatten)]
    which: Which,
    /// The queue; without it the one that it has.
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
}

/// The arguments.
#[derive(Debug, Args)]
pub(in crate::cli) struct AssignArgs {
    #[command(flatten)]
    which: Which,
    /// Who takes it.
    #[arg(long, value_name = "AGENT")]
    agent: String,
}

/// The arguments.
#[derive(Debug, Args)]
pub(in crate::cli) struct TransferArgs {
    #[command(flatten)]
    which: Which,
    /// To this queue.
    #[arg(long, value_name = "QUEUE", required_unless_present = "agent")]
    queue: Option<String>,
    /// To this agent.
    #[arg(long, value_name = "AGENT")]
    agent: Option<String>,
}

/// The arguments.
#[derive(Debug, Args)]
pub(in crate::cli) struct CloseArgs {
    #[command(flatten)]
    which: Which,
}

pub(super) fn queue(args: &QueueArgs, json: bool) -> anyhow::Result<Outcome> {
    change(&args.which, "queue", [("queue", args.queue.as_ref()), ("agent", None)], json)
}

pub(super) fn assign(args: &AssignArgs, json: bool) -> anyhow::Result<Outcome> {
    change(&args.which, "assign", [("queue", None), ("agent", Some(&args.agent))], json)
}

pub(super) fn transfer(args: &TransferArgs, json: bool) -> anyhow::Result<Outcome> {
    let to = [("queue", args.queue.as_ref()), ("agent", args.agent.as_ref())];
    change(&args.which, "transfer", to, json)
}

pub(super) fn close(args: &CloseArgs, json: bool) -> anyhow::Result<Outcome> {
    change(&args.which, "close", [("queue", None), ("agent", None)], json)
}

fn change(
    which: &Which,
    step: &str,
    to: [(&str, Option<&String>); 2],
    json: bool,
) -> anyhow::Result<Outcome> {
    let given = to.into_iter().chain([("reason", which.reason.as_ref())]);
    let given = given.filter_map(|(key, text)| Some((key.to_owned(), Value::from(text?.clone()))));
    let body = Value::Object(given.collect::<Map<_, _>>());
    let path = format!("/v1/attendances/{}/{step}", name(&which.id)?);
    let document = Client::new(&which.server)?.post(&path, &body)?;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    output::table(&TITLES, &[row(&understood::<Attendance>(&document)?)])?;
    Ok(Outcome::Success)
}
