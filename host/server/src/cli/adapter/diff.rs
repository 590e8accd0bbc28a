//! `eclusa adapter diff`: what recorded traffic becomes in two revisions.

use eclusa_journal::registry::{Deployment, DeploymentState, ShadowReport};
use serde_json::{Value, json};

use super::report;
use super::standing::{Named, Standing, document, listed, newest};
use crate::cli::client::{Client, Refusal, understood};
use crate::cli::output::{self, Style};
use crate::cli::{Outcome, names, words};

const EXAMPLES: &str = "\
Examples:
  eclusa adapter diff telegram
  eclusa adapter diff telegram 07c1aa | less -R
  eclusa adapter diff telegram --json | jq '.channels[].receive.changes'

A revision is held against the one that serves; one that was decided on already, against
the one that served then. Without REVISION it is the newest candidate. Examples are masked: letters become a, digits 9; `eclusa
replay` shows one message as it is.";

/// The arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    named: Named,
    /// The first digits of its SHA-256 [default: the newest candidate]
    #[arg(value_name = "REVISION")]
    revision: Option<String>,
}

/// Shows the difference. That there is one is no failure.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let revision = args.revision.as_deref().map(names::revision).transpose()?;
    let (name, client) = args.named.open()?;
    let standing = Standing::of(&document(&client, name)?)?;
    let document = find(&client, &standing, revision.as_deref())?;
    if json {
        output::json(&document)?;
    } else {
        print(&understood(&document)?, &standing)?;
    }
    Ok(Outcome::Success)
}

/// A comparison made now; of a revision that was decided on already, the one on
/// which it was decided.
fn find(client: &Client, standing: &Standing, revision: Option<&str>) -> anyhow::Result<Value> {
    let path = format!("/v1/adapters/{}/diff", standing.name);
    let Some(revision) = revision else {
        let newest = standing.deployment.iter().find_map(decided);
        return newest.map_or_else(|| client.get_slowly(&path), |report| Ok(json!(report)));
    };
    let serves = standing.revision.as_ref().is_some_and(|active| active.starts_with(revision));
    let compared = client.get_slowly(&format!("{path}?revision={revision}"));
    if !(serves && compared.is_ok() || compared.as_ref().is_err_and(is_unknown_revision)) {
        return compared;
    }
    // The one that serves does not differ from itself; and a rejected one is not
    // kept.
    let newest = listed(&newest(client, &standing.name, 100)?)?;
    for meant in newest.iter().filter(|it| it.revision.starts_with(revision)) {
        let deployment = client.get(&format!("/v1/deployments/{}", meant.id))?;
        if let Some(report) = decided(&understood(&deployment)?) {
            return Ok(json!(report));
        }
    }
    compared
}

fn decided(deployment: &Deployment) -> Option<&ShadowReport> {
    use DeploymentState as State;
    let open = matches!(deployment.state, State::Checking | State::Waiting | State::Canary);
    deployment.shadow.as_ref().filter(|_| !open)
}

fn is_unknown_revision(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Refusal>().is_some_and(|it| it.code() == Some("revision_not_found"))
}

fn print(report: &ShadowReport, standing: &Standing) -> anyhow::Result<()> {
    let style = Style::stdout();
    let revision = |sha256: &str| {
        let (version, role) = match standing.known(sha256) {
            Some(known) => (known.version.as_deref().unwrap_or("-"), known.role.as_str()),
            None => ("-", "not kept"),
        };
        format!("{}  {version}  {role}", words::revision(sha256))
    };
    output::line(style.bold(&format!("{}: recorded traffic in two revisions", standing.name)))?;
    output::line(style.red(&format!("- {}", revision(&report.baseline))))?;
    output::line(style.green(&format!("+ {}", revision(&report.candidate))))?;
    let compared_at = words::time(&report.compared_at);
    output::line(style.dim(&format!("compared {compared_at}; examples are masked")))?;
    output::line("")?;
    let kept = standing.known(&report.candidate).map(|_| report.candidate.as_str());
    output::lines(&report::whole(report, style, kept))
}
