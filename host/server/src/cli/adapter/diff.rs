//! `eclusa adapter diff`: what recorded traffic becomes in two revisions.

use eclusa_journal::registry::{Deployment, ShadowReport};
use serde_json::{Value, json};

use super::report;
use super::standing::{Named, Standing};
use crate::cli::client::{Client, understood};
use crate::cli::output::{self, Style};
use crate::cli::{Outcome, names, words};

const EXAMPLES: &str = "\
Examples:
  eclusa adapter diff telegram
  eclusa adapter diff telegram 07c1aa | less -R
  eclusa adapter diff telegram --json | jq '.channels[].receive.changes'

A revision is held against the one that serves; the one that serves, against the one that
served before it. Examples are masked: letters become a, digits 9; `eclusa replay` shows
one message as it is.";

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
    let standing = Standing::read(&client, name)?;
    let document = find(&client, &standing, revision.as_deref())?;
    if json {
        output::json(&document)?;
    } else {
        print(&understood(&document)?, &standing)?;
    }
    Ok(Outcome::Success)
}

/// A comparison made now; of the revision that serves, the one on which it went
/// live, since it does not differ from itself.
fn find(client: &Client, standing: &Standing, revision: Option<&str>) -> anyhow::Result<Value> {
    let newest = standing.deployment.as_ref();
    let evidence =
        newest.filter(|it| serves(standing, it, revision)).and_then(|it| it.shadow.as_ref());
    if let Some(report) = evidence {
        return Ok(json!(report));
    }
    let query = revision.map(|it| format!("?revision={it}")).unwrap_or_default();
    client.get_slowly(&format!("/v1/adapters/{}/diff{query}", standing.name))
}

/// Whether the newest deployment serves, and is the one that is asked for.
fn serves(standing: &Standing, newest: &Deployment, asked: Option<&str>) -> bool {
    let digits = asked.unwrap_or(&newest.revision);
    let fitting = standing.revisions.iter().filter(|known| known.revision.starts_with(digits));
    let only = fitting.map(|known| known.revision.as_str()).eq([newest.revision.as_str()]);
    only && standing.revision.as_ref() == Some(&newest.revision)
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
