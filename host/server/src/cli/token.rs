//! `eclusa token`: who may call a server's API.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use eclusa_server::{Config, reset_admin};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::client::{Client, Server};
use super::{Outcome, names, output, words};

const RESET_EXAMPLES: &str = "\
Examples:
  eclusa token reset-admin --data /var/lib/eclusa
  eclusa token reset-admin --config /etc/eclusa.toml

For the day on which the last admin token is lost. The server must be stopped; whoever
may write its data folder may do this. The token is printed once.";

const CREATE_EXAMPLES: &str = "\
Examples:
  eclusa token create crm --role platform
  eclusa token create ana --role operator --days 90
  eclusa token create prometheus --role metrics

The token is printed once, and kept nowhere.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the tokens: their names and roles, never their values.
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Make a token, and print it once.
    #[command(after_help = CREATE_EXAMPLES)]
    Create {
        /// What it is called: 1 to 64 characters of a-z, 0-9 and -. The audit names it so.
        name: String,
        /// What its holder may do.
        #[arg(long)]
        role: Role,
        /// It ends after so many days; never where not given.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: Option<u32>,
        #[command(flatten)]
        server: Server,
    },
    /// End a token at once.
    Revoke {
        /// Its name.
        name: String,
        #[command(flatten)]
        server: Server,
    },
    /// Give a token another value, and print that once; the old one ends at once.
    Rotate {
        /// Its name.
        name: String,
        /// Let the old value in for so many seconds more, up to 604800 (a week).
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        overlap_seconds: u32,
        #[command(flatten)]
        server: Server,
    },
    /// Make a new admin token in the data folder of a stopped server.
    #[command(after_help = RESET_EXAMPLES)]
    ResetAdmin {
        /// Configuration file (TOML) of the server.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// The server's data folder [default: data]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
}

/// What a token's holder may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Role {
    /// Look at everything but tokens.
    Viewer,
    /// Look, send messages, change channels and adapters.
    Operator,
    /// Everything, tokens and keys too.
    Admin,
    /// Look and send messages: for the customer-service platform.
    Platform,
    /// Read the metrics, and nothing else: for Prometheus.
    Metrics,
}

/// Does what the command says.
pub(super) fn run(command: Command, json: bool) -> anyhow::Result<Outcome> {
    match command {
        Command::List { server } => list(&Client::new(&server)?, json),
        Command::Create { name, role, days, server } => {
            let role = role.to_possible_value().map(|role| role.get_name().to_owned());
            let expires_at = days.map(in_days).transpose()?;
            let body = json!({ "name": name, "role": role, "expires_at": expires_at });
            made(&Client::new(&server)?.post("/v1/tokens", &body)?, json)
        }
        Command::Revoke { name, server } => {
            Client::new(&server)?.delete(&format!("/v1/tokens/{}", names::token(&name)?))?;
            if json {
                output::json(&json!({ "name": name, "result": "revoked" }))?;
            } else {
                output::line(format!("revoked {name}"))?;
            }
            Ok(Outcome::Success)
        }
        Command::Rotate { name, overlap_seconds, server } => {
            let path = format!("/v1/tokens/{}/rotate", names::token(&name)?);
            let body = json!({ "overlap_seconds": overlap_seconds });
            made(&Client::new(&server)?.post(&path, &body)?, json)
        }
        Command::ResetAdmin { config, data } => {
            let mut config = Config::load(config.as_deref())?;
            config.data = data.unwrap_or(config.data);
            let runtime = tokio::runtime::Runtime::new().context("the runtime cannot start")?;
            let token = runtime.block_on(reset_admin(&config))?;
            made(&json!({ "name": "admin", "role": "admin", "token": token.expose() }), json)
        }
    }
}

fn in_days(days: u32) -> anyhow::Result<String> {
    let end = OffsetDateTime::now_utc() + Duration::days(i64::from(days));
    Ok(end.format(&Rfc3339)?)
}

/// Prints a token that was made; on standard output, so that it can be kept by
/// what reads it.
fn made(document: &Value, json: bool) -> anyhow::Result<Outcome> {
    if json {
        output::json(document)?;
    } else {
        let text = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default();
        output::line(text("token"))?;
        eprintln!("{}: role {}; the token is shown only now", text("name"), text("role"));
    }
    Ok(Outcome::Success)
}

fn list(client: &Client, json: bool) -> anyhow::Result<Outcome> {
    let document = client.get("/v1/tokens")?;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    let text = |token: &Value, key: &str| token.get(key).and_then(Value::as_str).map(str::to_owned);
    let time = |token: &Value, key: &str| {
        text(token, key).map_or_else(|| "never".to_owned(), |at| words::time(&at))
    };
    let tokens = document.get("tokens").and_then(Value::as_array);
    let rows: Vec<_> = tokens
        .into_iter()
        .flatten()
        .map(|token| {
            let expired = token.get("expired").and_then(Value::as_bool).unwrap_or_default();
            vec![
                words::tame(&text(token, "name").unwrap_or_default()),
                text(token, "role").unwrap_or_default(),
                time(token, "created_at"),
                time(token, "last_used_at"),
                time(token, "expires_at") + if expired { " (over)" } else { "" },
            ]
        })
        .collect();
    output::table(&["name", "role", "created", "last used", "ends"], &rows)?;
    Ok(Outcome::Success)
}
