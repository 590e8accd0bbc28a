//! `eclusa adapter deploy`: puts a file into service, and shows the evidence.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eclusa_engine::Limits;
use eclusa_journal::registry::{Deployment, DeploymentState};
use serde_json::Value;

use super::component;
use super::progress::Progress;
use super::report::{self, EXAMPLE};
use super::standing::Standing;
use super::verdict::{self, step};
use crate::cli::change::{self, Change};
use crate::cli::client::{Client, Server, understood};
use crate::cli::failure::Failure;
use crate::cli::output::{self, Style};
use crate::cli::{Outcome, names, words};

const EXAMPLES: &str = "\
Examples:
  eclusa adapter deploy target/adapters/telegram.wasm
  eclusa adapter deploy build/my-chat-v2.wasm --name my-chat --mode review
  eclusa adapter deploy my-chat.wasm --json | jq -r .state

It ends when the checks have ended: with 0 where the revision serves, serves a share of
the conversations, or waits for a person; with 1 where it does not.";

/// Between two looks at a deployment.
const PAUSE: Duration = Duration::from_millis(50);

/// A deployment without progress for so long has none any more.
const STALLED: Duration = Duration::from_secs(600);

/// The arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// The adapter: a WebAssembly component.
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// The adapter's name [default: the file's name]
    #[arg(long)]
    name: Option<String>,
    /// How it is decided, where not by the adapter's policy.
    #[arg(long, value_parser = ["auto", "review", "manual"])]
    mode: Option<String>,
    /// Do not wait for the checks.
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    server: Server,
}

/// Hands the file over and follows its checks.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let bytes = component::read(&args.file, Limits::default().component_bytes)?;
    let name = args.name.clone().unwrap_or_else(|| component::name(&args.file));
    let name = names::adapter(&name)?;
    let client = Client::new(&args.server)?;
    if !json {
        output::line(introduction(&args.file, name, bytes.len(), client.address()))?;
    }
    let mode = args.mode.as_ref().map(|mode| format!("?mode={mode}")).unwrap_or_default();
    let submitted = client.put_component(&format!("/v1/adapters/{name}{mode}"), bytes)?;
    if args.no_wait {
        if json {
            output::json(&submitted)?;
        } else {
            told_later(&understood(&submitted)?)?;
        }
        return Ok(Outcome::Success);
    }
    let document = follow(&client, submitted, json)?;
    let deployment: Deployment = understood(&document)?;
    if json {
        output::json(&document)?;
    } else {
        let standing = Standing::read(&client, name)?;
        output::lines(&evidence(&deployment, Style::stdout()))?;
        output::lines(&verdict::lines(&deployment, &standing, Style::stdout()))?;
    }
    Ok(verdict::outcome(deployment.state))
}

fn introduction(file: &Path, name: &str, bytes: usize, server: &str) -> String {
    let bytes = words::bytes(u64::try_from(bytes).unwrap_or(u64::MAX));
    let text = format!("{} ({bytes}) as `{name}` to {server}", file.display());
    step(Style::stdout(), "Deploying", &text)
}

fn told_later(deployment: &Deployment) -> anyhow::Result<()> {
    let (name, revision) = (&deployment.adapter, words::revision(&deployment.revision));
    let text = format!("{name} {revision} as deployment {}", deployment.id);
    output::line(step(Style::stdout(), "Submitted", &text))?;
    let help = Style::stdout().bold("help:");
    output::line(format!("  {help} `eclusa adapter history {name}` says what becomes of it."))
}

/// Asks again and again until the checks have ended. Gives the deployment as the
/// server told it last.
fn follow(client: &Client, submitted: Value, quiet: bool) -> anyhow::Result<Value> {
    let mut progress = Progress::new();
    let mut document = submitted;
    let (mut passed, mut since) = (0, Instant::now());
    loop {
        let deployment: Deployment = understood(&document)?;
        if !quiet {
            progress.show(&deployment)?;
        }
        if deployment.state != DeploymentState::Checking {
            if !quiet {
                progress.clear()?;
            }
            return Ok(document);
        }
        if deployment.stages.len() != passed {
            (passed, since) = (deployment.stages.len(), Instant::now());
        }
        if since.elapsed() > STALLED {
            return Err(stalled(&deployment).into());
        }
        std::thread::sleep(PAUSE);
        document = client.get(&format!("/v1/deployments/{}", deployment.id))?;
    }
}

fn stalled(deployment: &Deployment) -> Failure {
    let seconds = u32::try_from(STALLED.as_secs()).unwrap_or(u32::MAX);
    Failure::new(
        "no_progress",
        format!("the checks have made no progress for {}", words::seconds(seconds)),
        format!(
            "See the server's log, and `eclusa adapter history {}` for what becomes of it.",
            deployment.adapter
        ),
    )
}

/// What its manifest says otherwise, and what recorded traffic becomes in it.
fn evidence(deployment: &Deployment, style: Style) -> Vec<String> {
    let changes: Vec<Change<'_>> = deployment.changes.iter().map(Change::from).collect();
    let mut lines = Vec::new();
    if !changes.is_empty() {
        lines.push(format!("\n{}", style.bold("The manifest differs:")));
        for change in &changes {
            lines.push(format!("  {}", change.title(style, change::width(&changes))));
            lines.extend(change.values(style, EXAMPLE).iter().map(|line| format!("      {line}")));
        }
    }
    if let Some(shadow) = deployment.shadow.as_ref().filter(|shadow| !shadow.is_identical()) {
        lines.push(format!("\n{}", style.bold("Recorded traffic becomes something else:")));
        lines.extend(report::brief(shadow, style));
        let name = &deployment.adapter;
        lines.push(format!("\n  {} eclusa adapter diff {name}", style.bold("examples:")));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}
