//! `eclusa secrets`: the key that encrypts secrets on the disk.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use eclusa_server::{Config, rotate_keys};
use serde_json::Value;

use super::client::{Client, Server};
use super::{Outcome, output};

const EXAMPLES: &str = "\
Examples:
  eclusa secrets rotate                              a running server, by ECLUSA_URL
  eclusa secrets rotate --data /var/lib/eclusa       a stopped one
  eclusa secrets rotate --config /etc/eclusa.toml

Where the data folder keeps its own key (secrets.key), a new one is made. Where
`secrets.key_file` or ECLUSA_SECRETS__KEY names keys, put the new one before the old ones
first. It can be done again at any time; a crash leaves secrets that open.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Put all secrets on the disk under the newest key.
    #[command(after_help = EXAMPLES)]
    Rotate {
        /// Configuration file (TOML) of a stopped server.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Data folder of a stopped server.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        #[command(flatten)]
        server: Server,
    },
}

/// Does what the command says.
pub(super) fn run(command: Command, json: bool) -> anyhow::Result<Outcome> {
    let Command::Rotate { config, data, server } = command;
    let rotation = if config.is_some() || data.is_some() {
        let mut config = Config::load(config.as_deref())?;
        config.data = data.unwrap_or(config.data);
        let runtime = tokio::runtime::Runtime::new().context("the runtime cannot start")?;
        serde_json::to_value(runtime.block_on(rotate_keys(&config))?)?
    } else {
        Client::new(&server)?.post("/v1/secrets/rotate", &Value::Null)?
    };
    if json {
        output::json(&rotation)?;
        return Ok(Outcome::Success);
    }
    let number = |key: &str| rotation.get(key).and_then(Value::as_u64).unwrap_or_default();
    let Some(key) = rotation.get("key").and_then(Value::as_str) else {
        output::line("this server keeps nothing on a disk")?;
        return Ok(Outcome::Success);
    };
    output::line(format!(
        "the secrets of {} channels are under the key {key} now ({} were already)",
        number("rewrapped") + number("unchanged"),
        number("unchanged")
    ))?;
    let older: Vec<_> =
        rotation.get("older").and_then(Value::as_array).into_iter().flatten().collect();
    if !older.is_empty() {
        let ids: Vec<_> = older.into_iter().filter_map(Value::as_str).collect();
        output::line(format!("only older backups need: {}", ids.join(", ")))?;
    }
    Ok(Outcome::Success)
}
