//! `eclusa adapter policy`: by which rules candidates go live.

use std::path::{Path, PathBuf};

use eclusa_journal::registry::{CanaryPolicy, Mode, Policy};
use serde_json::{Value, json};

use super::standing::{Named, document};
use crate::cli::client::understood;
use crate::cli::failure::Failure;
use crate::cli::input::read_json;
use crate::cli::output;
use crate::cli::{Outcome, words};

const EXAMPLES: &str = "\
Examples:
  eclusa adapter policy telegram
  eclusa adapter policy telegram --mode review
  eclusa adapter policy telegram --canary 10:3600
  eclusa adapter policy telegram --from policy.json

Without options it is printed. With --json it has the form that --from reads; what a file
does not name gets its default.";

const POLICY_HELP: &str = "A policy looks like {\"mode\":\"review\",\"canary\":{\"percent\":10,\
    \"seconds\":3600}}; `eclusa adapter policy NAME --json` prints a whole one.";

/// The arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    named: Named,
    /// Who decides that a candidate goes live.
    #[arg(long, value_parser = ["auto", "review", "manual"])]
    mode: Option<String>,
    /// A share of the conversations first: PERCENT:SECONDS, with :CALLS after which it is enough
    /// in any case; `none` for all at once.
    #[arg(long, value_name = "PERCENT:SECONDS|none", value_parser = parse_canary)]
    canary: Option<Canary>,
    /// For so long after going live a revision is watched, and taken back where it proves worse.
    #[arg(long, value_name = "N")]
    rollback_seconds: Option<u32>,
    /// A policy as JSON, or `-` for standard input; other options change it further.
    #[arg(long, value_name = "FILE.json")]
    from: Option<PathBuf>,
}

/// What is said of the canary.
#[derive(Debug, Clone)]
struct Canary(Option<CanaryPolicy>);

/// Prints the policy, or changes what is named.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let from = args.from.as_deref().map(read).transpose()?;
    let (name, client) = args.named.open()?;
    let now = policy_of(&document(&client, name)?);
    let reads_only = from.is_none()
        && args.mode.is_none()
        && args.canary.is_none()
        && args.rollback_seconds.is_none();
    let policy = if reads_only {
        now
    } else {
        let changed = change(from.unwrap_or(now), args);
        let path = format!("/v1/adapters/{name}/policy");
        policy_of(&client.put(&path, changed.to_string())?.document)
    };
    if json {
        output::json(&policy)?;
    } else {
        output::lines(&lines(&understood(&policy)?))?;
    }
    Ok(Outcome::Success)
}

/// The policy as it is, with keys that this version may not know.
fn policy_of(adapter: &Value) -> Value {
    adapter.get("policy").cloned().unwrap_or_default()
}

fn read(file: &Path) -> Result<Value, Failure> {
    let policy: serde_json::Map<String, Value> = read_json(file, "policy", POLICY_HELP)?;
    Ok(Value::Object(policy))
}

fn change(mut policy: Value, args: &Args) -> Value {
    let mut set = |key: &str, value: Value| {
        if let Value::Object(fields) = &mut policy {
            fields.insert(key.to_owned(), value);
        }
    };
    if let Some(mode) = &args.mode {
        set("mode", json!(mode));
    }
    if let Some(Canary(canary)) = &args.canary {
        set("canary", json!(canary));
    }
    if let (Some(seconds), Value::Object(fields)) = (args.rollback_seconds, &mut policy) {
        let rollback = fields.entry("rollback").or_insert_with(|| json!({}));
        if let Value::Object(rollback) = rollback {
            rollback.insert("seconds".to_owned(), json!(seconds));
        }
    }
    policy
}

fn parse_canary(text: &str) -> Result<Canary, String> {
    let wrong = || "expected PERCENT:SECONDS, e.g. 10:3600, or `none`".to_owned();
    if text == "none" {
        return Ok(Canary(None));
    }
    let mut parts = text.split(':');
    let percent = parts.next().and_then(|it| it.parse().ok()).ok_or_else(wrong)?;
    let seconds = parts.next().and_then(|it| it.parse().ok()).ok_or_else(wrong)?;
    let calls = match parts.next() {
        None => None,
        Some(calls) => Some(calls.parse().map_err(|_| wrong())?),
    };
    if parts.next().is_some() {
        return Err(wrong());
    }
    Ok(Canary(Some(CanaryPolicy { percent, seconds, calls })))
}

/// A policy in sentences.
pub(super) fn lines(policy: &Policy) -> Vec<String> {
    let mode = match policy.mode {
        Mode::Auto => "auto: goes live unless recorded traffic fails newly or is slower in it",
        Mode::Review => "review: goes live where nothing differs, else waits for a person",
        Mode::Manual => "manual: waits for a person",
    };
    let shadow = &policy.shadow;
    let canary = match &policy.canary {
        None => "none: all conversations at once".to_owned(),
        Some(CanaryPolicy { percent, seconds, calls }) => {
            let calls = calls.map(|calls| format!(" or {}", words::count(calls, "call")));
            let seconds = words::seconds(*seconds);
            format!("{percent} % of the conversations for {seconds}{}", calls.unwrap_or_default())
        }
    };
    let it = &policy.rollback;
    let mut lines = vec![
        format!("mode       {mode}"),
        format!(
            "shadow     {} and {} to the chat, the newest of each channel",
            words::count(shadow.requests, "request"),
            words::count(shadow.messages, "message")
        ),
        format!("canary     {canary}"),
    ];
    if it.seconds == 0 {
        lines.push("rollback   never by itself".to_owned());
        return lines;
    }
    lines.push(format!("rollback   for {} after going live, where", words::seconds(it.seconds)));
    lines.push(format!(
        "           at least {} and {} % of all calls fail in it only, or",
        words::count(it.failures, "call"),
        it.failure_percent
    ));
    lines.push(format!(
        "           95 % of its calls take up to {} × as long as before, and over {} ms (after {})",
        it.latency_factor,
        it.latency_floor_ms,
        words::count(it.latency_calls, "call")
    ));
    lines
}

#[cfg(test)]
mod tests {
    use eclusa_journal::registry::CanaryPolicy;

    use super::parse_canary;

    #[test]
    fn a_canary_is_a_share_and_a_time() {
        let parse = |text: &str| parse_canary(text).map(|canary| canary.0);
        let canary = |calls| Ok(Some(CanaryPolicy { percent: 10, seconds: 3600, calls }));
        assert_eq!(parse("10:3600"), canary(None));
        assert_eq!(parse("10:3600:500"), canary(Some(500)));
        assert_eq!(parse("none"), Ok(None));
        for bad in ["", "10", "10:", ":60", "10%:60", "10:1h", "10:60:", "10:60:5:1", "300:60"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
