//! Commands on the channels of a server.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use figment::providers::{Format, Toml};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::Outcome;
use super::client::{Client, Refusal, Server};
use super::failure::Failure;
use super::input::{bad_json, is_stdin, read_text, shown};
use super::{channel_pause, names, output, words};

const APPLY_EXAMPLES: &str = "\
Examples:
  eclusa channel apply -f channels.toml
  eclusa channel apply -f - < channel.json

FILE holds one channel, a list of them, or an object with a list `channels`, in JSON or
TOML. A channel: {\"id\":\"telegram-sales\",\"name\":\"Sales\",\"color\":\"#2A9D8F\",
\"adapter\":\"telegram\",\"secrets\":{\"bot-token\":\"…\"}}";

const ROTATE_EXAMPLES: &str = "\
Examples:
  eclusa channel rotate-ingress-key telegram-sales
  eclusa channel rotate-ingress-key telegram-sales --overlap-seconds 0

Give the new URL to the chat before the old one ends.";

pub(super) const CHANNEL_HELP: &str = "A channel looks like {\"id\":\"telegram-sales\",\"name\":\"Sales\",\
    \"color\":\"#2A9D8F\",\"adapter\":\"telegram\"}.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the channels.
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Create channels, or change them to what a file says.
    #[command(after_help = APPLY_EXAMPLES)]
    Apply {
        /// The file, or `-` for standard input.
        #[arg(short, long, value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        server: Server,
    },
    /// Hand no more messages to the chat; they wait, and nothing is lost.
    #[command(after_help = channel_pause::PAUSE_EXAMPLES)]
    Pause(channel_pause::PauseArgs),
    /// Hand messages to the chat again.
    Resume(channel_pause::ResumeArgs),
    /// Show which conversations wait, and why.
    #[command(after_help = channel_pause::WAITING_EXAMPLES)]
    Waiting(channel_pause::WaitingArgs),
    /// Give a channel another ingress URL, and print it; the old one goes on for a time.
    #[command(after_help = ROTATE_EXAMPLES)]
    RotateIngressKey {
        /// Id of the channel.
        id: String,
        /// So long the old URL is accepted too, in seconds; 0 where it has leaked.
        #[arg(long, value_name = "SECONDS", default_value_t = 86_400,
              value_parser = clap::value_parser!(u32).range(0..=2_592_000))]
        overlap_seconds: u32,
        #[command(flatten)]
        server: Server,
    },
    /// Delete channels.
    Delete {
        /// Ids of channels.
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        #[command(flatten)]
        server: Server,
    },
}

/// Does what the command says.
pub(super) fn run(command: Command, json: bool) -> anyhow::Result<Outcome> {
    match command {
        Command::List { server } => list(&Client::new(&server)?, json),
        Command::Apply { file, server } => {
            let channels = read(&file)?;
            let client = Client::new(&server)?;
            each(&channels, json, |channel| apply(&client, channel))
        }
        Command::Pause(args) => channel_pause::pause(&args, json),
        Command::Resume(args) => channel_pause::resume(&args, json),
        Command::Waiting(args) => channel_pause::waiting(&args, json),
        Command::RotateIngressKey { id, overlap_seconds, server } => {
            rotate_ingress_key(&Client::new(&server)?, &id, overlap_seconds, json)
        }
        Command::Delete { ids, server } => {
            let client = Client::new(&server)?;
            each(&ids, json, |id| {
                client.delete(&path(id)?)?;
                Ok((format!("deleted {id}"), json!({ "id": id, "result": "deleted" })))
            })
        }
    }
}

fn rotate_ingress_key(
    client: &Client,
    id: &str,
    overlap_seconds: u32,
    json: bool,
) -> anyhow::Result<Outcome> {
    let body = json!({ "overlap_seconds": overlap_seconds });
    let channel = client.post(&format!("{}/ingress-key", path(id)?), &body)?;
    if json {
        output::json(&channel)?;
        return Ok(Outcome::Success);
    }
    let text = |key: &str| channel.get(key).and_then(Value::as_str);
    output::line(text("ingress_url").unwrap_or_default())?;
    match text("previous_ingress_until") {
        Some(until) => eprintln!("{id}: the old URL is accepted until {}", words::time(until)),
        None => eprintln!("{id}: the old URL is not accepted any more"),
    }
    Ok(Outcome::Success)
}

fn list(client: &Client, json: bool) -> anyhow::Result<Outcome> {
    let document = client.get("/v1/channels")?;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    let text = |channel: &Value, key: &str| {
        channel.get(key).and_then(Value::as_str).unwrap_or("-").to_owned()
    };
    let channels = document.get("channels").and_then(Value::as_array);
    let rows: Vec<_> = channels
        .into_iter()
        .flatten()
        .map(|channel| ["id", "name", "adapter", "url"].map(|key| text(channel, key)).to_vec())
        .collect();
    output::table(&["id", "name", "adapter", "url"], &rows)?;
    Ok(Outcome::Success)
}

/// Does something for each item; one that is refused holds no other up.
fn each<T>(
    items: &[T],
    json: bool,
    mut act: impl FnMut(&T) -> anyhow::Result<(String, Value)>,
) -> anyhow::Result<Outcome> {
    let mut results = Vec::new();
    let mut ok = true;
    for item in items {
        match act(item) {
            Ok((line, document)) => {
                if !json {
                    output::line(line)?;
                }
                results.push(document);
            }
            Err(error) => {
                let Some(refusal) = error.downcast_ref::<Refusal>() else { return Err(error) };
                ok = false;
                results.push(json!({ "result": "refused", "problem": refusal.document }));
                super::report(&error, false);
            }
        }
    }
    if json {
        output::json(&json!({ "ok": ok, "channels": results }))?;
    }
    Ok(ok.into())
}

/// A channel as the file holds it, word for word.
struct Channel {
    id: String,
    json: String,
}

fn apply(client: &Client, channel: &Channel) -> anyhow::Result<(String, Value)> {
    let reply = client.put(&path(&channel.id)?, channel.json.clone())?;
    let created = reply.status == reqwest::StatusCode::CREATED;
    let result = if created { "created" } else { "changed" };
    let ingress = reply.document.get("ingress_url").and_then(Value::as_str);
    let line = format!("{result} {}  {}", channel.id, ingress.unwrap_or_default());
    let document = json!({ "id": channel.id, "result": result, "channel": reply.document });
    Ok((line.trim_end().to_owned(), document))
}

fn path(id: &str) -> Result<String, Failure> {
    Ok(format!("/v1/channels/{}", names::channel(id)?))
}

fn read(file: &Path) -> anyhow::Result<Vec<Channel>> {
    let text = read_text(file)?;
    let toml = file.extension().is_some_and(|ending| ending == "toml");
    let json = if toml || (is_stdin(file) && !looks_like_json(&text)) {
        let value: Value = Toml::from_str(&text).map_err(|error| {
            let message = format!("{} is not TOML: {error}", shown(file));
            Failure::new("malformed_toml", message, CHANNEL_HELP)
        })?;
        value.to_string()
    } else {
        text
    };
    Ok(split(&json, file)?)
}

/// A TOML file may begin with a bracket too.
fn looks_like_json(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with('{') || (start.starts_with('[') && !start.starts_with("[["))
}

/// The channels in a document of JSON.
fn split(json: &str, file: &Path) -> Result<Vec<Channel>, Failure> {
    #[derive(Deserialize)]
    struct Many<'a> {
        #[serde(borrow)]
        channels: Vec<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    let wrong = |error: &serde_json::Error| {
        bad_json(&shown(file), "", error, "channel, nor a list of channels", CHANNEL_HELP)
    };
    let all: Vec<&RawValue> = if json.trim_start().starts_with('[') {
        serde_json::from_str(json.trim_end()).map_err(|error| wrong(&error))?
    } else if let Ok(many) = serde_json::from_str::<Many<'_>>(json) {
        many.channels
    } else {
        vec![serde_json::from_str(json.trim_end()).map_err(|error| wrong(&error))?]
    };
    if all.is_empty() {
        let message = format!("{} holds no channel", shown(file));
        return Err(Failure::new("no_channels", message, CHANNEL_HELP));
    }
    all.into_iter()
        .map(|channel| {
            let Id { id } = serde_json::from_str(channel.get()).map_err(|error| wrong(&error))?;
            Ok(Channel { id, json: channel.get().to_owned() })
        })
        .collect()
}
