//! Pausing channels and the platform, and why conversations wait.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::client::{Client, Server, understood};
use super::{Outcome, names, output, words};

pub(super) const WAITING_EXAMPLES: &str = "\
Examples:
  eclusa channel waiting telegram-sales
  eclusa channel waiting telegram-sales 1111111

For each conversation: how many messages wait, the first one's id, why it does not go
out, and what to do about it.";

pub(super) const PAUSE_EXAMPLES: &str = "\
Examples:
  eclusa channel pause telegram-sales --reason 'the token is being changed'
  eclusa channel resume telegram-sales

Nothing is lost: what comes in is taken in, and what is to go out waits.";

const PLATFORM_EXAMPLES: &str = "\
Examples:
  eclusa platform show
  eclusa platform pause --reason 'they are moving'
  eclusa platform resume";

/// What to pause, and why.
#[derive(Debug, Args)]
pub(super) struct PauseArgs {
    /// The channel's id.
    #[arg(value_name = "ID")]
    id: String,
    /// For colleagues.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    server: Server,
}

/// Which channel.
#[derive(Debug, Args)]
pub(super) struct ResumeArgs {
    /// The channel's id.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    server: Server,
}

/// Which conversations.
#[derive(Debug, Args)]
pub(super) struct WaitingArgs {
    /// The channel's id.
    #[arg(value_name = "ID")]
    id: String,
    /// Only this conversation.
    #[arg(value_name = "CONVERSATION")]
    conversation: Option<String>,
    #[command(flatten)]
    server: Server,
}

/// The commands on the platform.
#[derive(Debug, Subcommand)]
#[command(after_help = PLATFORM_EXAMPLES)]
pub(super) enum PlatformCommand {
    /// Show where events are pushed to, and whether that is paused.
    Show {
        #[command(flatten)]
        server: Server,
    },
    /// Push no more events; they wait.
    Pause {
        /// For colleagues.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Push events again.
    Resume {
        #[command(flatten)]
        server: Server,
    },
}

#[derive(Deserialize)]
struct Paused {
    paused: Option<Pause>,
}

#[derive(Deserialize)]
struct Pause {
    since: String,
    code: String,
    reason: String,
    by: String,
}

#[derive(Deserialize)]
struct Lane {
    target: String,
    conversation: String,
    waiting: u64,
    message: String,
    reason: Reason,
}

#[derive(Deserialize)]
struct Reason {
    code: String,
    action: String,
    next_attempt_at: Option<String>,
    host: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    lanes: Vec<Lane>,
    next: Option<u64>,
}

pub(super) fn pause(args: &PauseArgs, json: bool) -> anyhow::Result<Outcome> {
    let path = format!("/v1/channels/{}/pause", names::channel(&args.id)?);
    change(&args.server, &path, &body(args.reason.as_ref()), json)
}

pub(super) fn resume(args: &ResumeArgs, json: bool) -> anyhow::Result<Outcome> {
    let path = format!("/v1/channels/{}/resume", names::channel(&args.id)?);
    change(&args.server, &path, &json!({}), json)
}

/// Does what a command on the platform says.
pub(super) fn platform(command: &PlatformCommand, json: bool) -> anyhow::Result<Outcome> {
    match command {
        PlatformCommand::Show { server } => show_platform(server, json),
        PlatformCommand::Pause { reason, server } => {
            change(server, "/v1/platform/pause", &body(reason.as_ref()), json)
        }
        PlatformCommand::Resume { server } => {
            change(server, "/v1/platform/resume", &json!({}), json)
        }
    }
}

fn body(reason: Option<&String>) -> Value {
    reason.map_or_else(|| json!({}), |reason| json!({ "reason": reason }))
}

fn change(server: &Server, path: &str, body: &Value, json: bool) -> anyhow::Result<Outcome> {
    let document = Client::new(server)?.post(path, body)?;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    output::line(state(understood::<Paused>(&document)?.paused.as_ref()))?;
    Ok(Outcome::Success)
}

fn state(paused: Option<&Pause>) -> String {
    match paused {
        None => "not paused".to_owned(),
        Some(Pause { since, code, reason, by }) => format!(
            "paused since {} by {}: {} ({code})",
            words::time(since),
            words::tame(by),
            words::tame(reason),
        ),
    }
}

fn show_platform(server: &Server, json: bool) -> anyhow::Result<Outcome> {
    #[derive(Deserialize)]
    struct Platform {
        configured: bool,
        host: Option<String>,
        paused: Option<Pause>,
    }
    let document = Client::new(server)?.get("/v1/platform")?;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    let platform: Platform = understood(&document)?;
    let place = match (platform.configured, platform.host) {
        (true, Some(host)) => format!("events are pushed to {}", words::tame(&host)),
        (true, None) => "events are pushed".to_owned(),
        (false, _) => "no platform is configured; events wait to be pulled".to_owned(),
    };
    output::line(format!("{place}, {}", state(platform.paused.as_ref())))?;
    Ok(Outcome::Success)
}

pub(super) fn waiting(args: &WaitingArgs, json: bool) -> anyhow::Result<Outcome> {
    let client = Client::new(&args.server)?;
    let path = format!("/v1/channels/{}/waiting", names::channel(&args.id)?);
    let mut query = Serializer::new(String::new());
    if let Some(conversation) = &args.conversation {
        query.append_pair("conversation", conversation);
    }
    let document = client.get(&format!("{path}?{}", query.finish()))?;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    let page: Page = understood(&document)?;
    if page.lanes.is_empty() {
        output::line("nothing waits")?;
        return Ok(Outcome::Success);
    }
    let rows: Vec<Vec<String>> = page.lanes.iter().map(row).collect();
    output::table(&["to", "conversation", "waiting", "first", "why", "next attempt"], &rows)?;
    let mut told: Vec<(&str, &str)> =
        page.lanes.iter().map(|lane| (&*lane.reason.code, &*lane.reason.action)).collect();
    told.sort_unstable();
    told.dedup();
    for (code, action) in told {
        output::line(format!("{}: {}", words::tame(code), words::tame(action)))?;
    }
    if page.next.is_some() {
        output::line("there are more: ask for one CONVERSATION, or page by the API with `after`")?;
    }
    Ok(Outcome::Success)
}

fn row(lane: &Lane) -> Vec<String> {
    let Reason { code, host, next_attempt_at, .. } = &lane.reason;
    let why = match host {
        Some(host) => format!("{code} ({host})"),
        None => code.clone(),
    };
    vec![
        words::tame(&lane.target),
        words::tame(&lane.conversation),
        lane.waiting.to_string(),
        words::tame(&lane.message),
        words::tame(&why),
        next_attempt_at.as_deref().map_or_else(|| "-".to_owned(), words::time),
    ]
}
