//! The flows of a server.

use std::path::PathBuf;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::cli::client::{Client, Server};
use crate::cli::failure::Failure;
use crate::cli::{Outcome, input, output, words};

/// What is wrong with input that is no flow at all.
pub(super) const FLOW_HELP: &str =
    "A flow looks like {\"id\":\"counter\",\"name\":\"Counter\",\"queue\":\"front\"}.";

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    server: Server,
}

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ShowArgs {
    /// Id of the flow.
    id: String,
    #[command(flatten)]
    server: Server,
}

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ApplyArgs {
    /// A file with one flow in JSON, or `-` for standard input; may be given several times.
    #[arg(short, long = "file", value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    server: Server,
}

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct DeleteArgs {
    /// Id of the flow.
    id: String,
    #[command(flatten)]
    server: Server,
}

const TITLES: [&str; 5] = ["id", "name", "revision", "changed", "channels"];

pub(super) fn list(args: &ListArgs, json: bool) -> anyhow::Result<Outcome> {
    let client = Client::new(&args.server)?;
    let (mut flows, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/v1/flows?limit=500{after}"))?;
        flows.extend(page.get("flows").and_then(Value::as_array).into_iter().flatten().cloned());
        match page.get("next").and_then(Value::as_str) {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    if json {
        output::json(&json!({ "flows": flows }))?;
        return Ok(Outcome::Success);
    }
    output::table(&TITLES, &flows.iter().map(row).collect::<Vec<_>>())?;
    Ok(Outcome::Success)
}

fn row(flow: &Value) -> Vec<String> {
    let text = |key: &str| flow.get(key).and_then(Value::as_str).unwrap_or_default();
    let channels = flow.get("channels").and_then(Value::as_array).into_iter().flatten();
    let channels: Vec<_> = channels.filter_map(Value::as_str).collect();
    vec![
        text("id").to_owned(),
        words::first_line(text("name")),
        flow.get("revision").map(Value::to_string).unwrap_or_default(),
        words::time(text("updated_at")),
        if channels.is_empty() { "-".to_owned() } else { channels.join(", ") },
    ]
}

/// A flow is a document: it is shown as one, with `--json` or without.
pub(super) fn show(args: &ShowArgs) -> anyhow::Result<Outcome> {
    let flow = Client::new(&args.server)?.get(&path(&args.id)?)?;
    output::json(&flow)?;
    Ok(Outcome::Success)
}

pub(super) fn apply(args: &ApplyArgs, json: bool) -> anyhow::Result<Outcome> {
    // All are read before the first is sent.
    let flows = args.files.iter().map(|file| input::read_json::<Value>(file, "flow", FLOW_HELP));
    let flows: Vec<Value> = flows.collect::<Result<_, _>>()?;
    let client = Client::new(&args.server)?;
    let mut results = Vec::new();
    for flow in &flows {
        let id = flow.get("id").and_then(Value::as_str).unwrap_or_default();
        let reply = client.put(&path(id)?, flow.to_string())?;
        let result = if reply.status == StatusCode::CREATED { "created" } else { "replaced" };
        if !json {
            output::line(format!("{result} {id}"))?;
            let warnings = reply.document.get("warnings").and_then(Value::as_array);
            for warning in warnings.into_iter().flatten() {
                let text = |key: &str| warning.get(key).and_then(Value::as_str).unwrap_or_default();
                eprintln!("  warning: {}: {}", text("pointer"), words::tame(text("message")));
            }
        }
        results.push(json!({ "result": result, "flow": reply.document }));
    }
    if json {
        output::json(&json!({ "flows": results }))?;
    }
    Ok(Outcome::Success)
}

pub(super) fn delete(args: &DeleteArgs, json: bool) -> anyhow::Result<Outcome> {
    Client::new(&args.server)?.delete(&path(&args.id)?)?;
    if json {
        output::json(&json!({ "id": args.id, "result": "deleted" }))?;
    } else {
        output::line(format!("deleted {}", args.id))?;
    }
    Ok(Outcome::Success)
}

fn path(id: &str) -> Result<String, Failure> {
    eclusa_model::validate_channel_id(id).map_err(|error| {
        let message = format!("`{}` is no flow's id: {error}", words::tame(id));
        Failure::new("bad_id", message, "See `eclusa flow list` for those of a server.")
    })?;
    Ok(format!("/v1/flows/{id}"))
}
