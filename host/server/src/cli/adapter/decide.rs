//! Decisions of a person: activate, approve, decline, roll back.

use eclusa_journal::registry::Deployment;
use serde_json::{Value, json};

use super::standing::{Named, Standing};
use super::verdict::{self, step};
use crate::cli::Outcome;
use crate::cli::client::{Client, understood};
use crate::cli::output::{self, Style};
use crate::cli::{names, words};

/// The arguments of `activate`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Activate {
    #[command(flatten)]
    named: Named,
    /// A kept revision: the first digits of its SHA-256.
    #[arg(value_name = "REVISION")]
    revision: String,
}

/// The arguments of `decline`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Decline {
    #[command(flatten)]
    named: Named,
    /// Why, for the audit.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// The arguments of `rollback`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Rollback {
    #[command(flatten)]
    named: Named,
    /// The kept revision that takes over: the first digits of its SHA-256
    /// [default: the one that served before]
    #[arg(value_name = "REVISION")]
    revision: Option<String>,
    /// Take back this revision only: nothing happens where another one went live
    /// last, e.g. since this one was taken back already
    #[arg(long, value_name = "REVISION")]
    from: Option<String>,
    /// Why, for the audit.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Puts a kept revision into service.
pub(super) fn activate(args: &Activate, json: bool) -> anyhow::Result<Outcome> {
    let revision = names::revision(&args.revision)?;
    let (name, client) = args.named.open()?;
    let document = ask(&client, name, "activate", &json!({ "revision": revision }))?;
    if json { finish(&document) } else { put_live(&client, &document) }
}

/// Lets go live what waits.
pub(super) fn approve(named: &Named, json: bool) -> anyhow::Result<Outcome> {
    let (name, client) = named.open()?;
    let document = ask(&client, name, "approve", &json!({}))?;
    if json { finish(&document) } else { put_live(&client, &document) }
}

/// Declines what waits.
pub(super) fn decline(args: &Decline, json: bool) -> anyhow::Result<Outcome> {
    let (name, client) = args.named.open()?;
    let document = ask(&client, name, "decline", &json!({ "reason": args.reason }))?;
    if json {
        return finish(&document);
    }
    let declined: Deployment = understood(&document)?;
    let text = format!("{name} {}", words::revision(&declined.revision));
    output::line(step(Style::stdout(), "Declined", &text))?;
    serving(&client, name)
}

/// Takes back what went live last.
pub(super) fn roll_back(args: &Rollback, json: bool) -> anyhow::Result<Outcome> {
    let revision = args.revision.as_deref().map(names::revision).transpose()?;
    let from = args.from.as_deref().map(names::revision).transpose()?;
    let (name, client) = args.named.open()?;
    let body = json!({ "revision": revision, "from": from, "reason": args.reason });
    let document = ask(&client, name, "rollback", &body)?;
    if json {
        return finish(&document);
    }
    let taken_back: Deployment = understood(&document)?;
    let text = format!(
        "{name} {}; what had failed in it is mapped again",
        words::revision(&taken_back.revision)
    );
    output::line(step(Style::stdout(), "Taken back", &text))?;
    serving(&client, name)
}

fn ask(client: &Client, name: &str, what: &str, body: &Value) -> anyhow::Result<Value> {
    client.post(&format!("/v1/adapters/{name}/{what}"), body)
}

fn finish(document: &Value) -> anyhow::Result<Outcome> {
    output::json(document)?;
    Ok(Outcome::Success)
}

fn put_live(client: &Client, document: &Value) -> anyhow::Result<Outcome> {
    let deployment: Deployment = understood(document)?;
    let standing = Standing::read(client, &deployment.adapter)?;
    output::lines(&verdict::lines(&deployment, &standing, Style::stdout()))?;
    Ok(Outcome::Success)
}

fn serving(client: &Client, name: &str) -> anyhow::Result<Outcome> {
    let standing = Standing::read(client, name)?;
    let text = standing.active().unwrap_or("nothing");
    output::line(step(Style::stdout(), "Serving", text))?;
    Ok(Outcome::Success)
}
