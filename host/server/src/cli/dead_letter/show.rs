//! `eclusa dead-letter show`.

use eclusa_journal::{Attempt, Discarded, RawRequest};
use serde::Deserialize;
use serde_json::Value;

use super::Letter;
use crate::cli::client::{Client, Server, understood};
use crate::cli::output::{self, Style};
use crate::cli::{Outcome, json, names, words};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Id of a letter.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    server: Server,
}

#[derive(Deserialize)]
struct Record {
    #[serde(flatten)]
    letter: Letter,
    message: Option<Value>,
    event: Option<Value>,
    request: Option<Request>,
    last_request: Option<LastRequest>,
    attempts: Vec<Attempt>,
    discarded: Option<Discarded>,
}

#[derive(Deserialize)]
struct Request {
    raw: RawRequest,
}

#[derive(Deserialize)]
struct LastRequest {
    method: String,
    url: Option<String>,
    body: Option<String>,
}

/// Shows a letter with all that is known of it.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let id = names::message(&args.id)?;
    let document = Client::new(&args.server)?.get(&format!("/v1/dead-letters/{id}"))?;
    if json {
        output::json(&document)?;
    } else {
        output::lines(&lines(&understood(&document)?, Style::stdout()))?;
    }
    Ok(Outcome::Success)
}

fn lines(record: &Record, style: Style) -> Vec<String> {
    let Record { letter, message, event, request, last_request, attempts, discarded } = record;
    let mut lines = vec![style.bold(&format!("{} {}", letter.kind, letter.id))];
    let mut fact =
        |name: &str, value: &str| lines.push(format!("{name:<13}{}", words::tame(value)));
    fact("channel", &letter.channel);
    if let Some(conversation) = &letter.conversation {
        fact("conversation", conversation);
    }
    fact("died", &words::time(&letter.died_at));
    if let Some(revision) = &letter.revision {
        fact("revision", &format!("{} {}", revision.adapter, words::revision(&revision.sha256)));
    }
    fact("why", &format!("{}: {}", letter.problem.code, letter.problem.message));
    if let Some(action) = &letter.problem.action {
        fact("what to do", action);
    }
    if letter.held {
        fact("held", "what is younger in its conversation waits for it");
    }
    if let Some(Discarded { at, by, reason }) = discarded {
        fact("discarded", &format!("{} by {by}: {reason}", words::time(at)));
    }
    let mut section = |title: &str, content: String| {
        lines.push(format!("\n{}", style.bold(title)));
        lines.extend(words::tame(&content).lines().map(|line| format!("  {line}")));
    };
    if let Some(Request { raw }) = request {
        let headers: String =
            raw.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let path = raw.path.trim_start_matches('/');
        let body = laid_out(&raw.body);
        section("What the chat sent", format!("{} /{path}\n{headers}\n{body}", raw.method));
    }
    if let Some(message) = message {
        section("What was to be sent", json::pretty(&message.to_string()));
    }
    if let Some(event) = event {
        section("The event", json::pretty(&event.to_string()));
    }
    if let Some(LastRequest { method, url, body }) = last_request {
        let (url, body) = (url.as_deref().unwrap_or("?"), body.as_deref().unwrap_or_default());
        section("The last request", format!("{method} {url}\n\n{}", laid_out(body)));
    }
    if !attempts.is_empty() {
        section("Attempts", attempts.iter().map(attempt).collect());
    }
    lines
}

fn attempt(attempt: &Attempt) -> String {
    let status = attempt.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let why = match &attempt.problem {
        Some(problem) => format!("{}: {}", problem.code, words::first_line(&problem.message)),
        None => "taken".to_owned(),
    };
    format!("{}  {status}  {} ms  {why}\n", words::time(&attempt.started_at), attempt.duration_ms)
}

/// As a document where it is JSON, else as it is.
fn laid_out(body: &str) -> String {
    match serde_json::from_str::<serde::de::IgnoredAny>(body) {
        Ok(_) => json::pretty(body),
        Err(_) => body.to_owned(),
    }
}
