//! `eclusa adapter pin` and `unpin`: a channel on a revision of its own.

use serde_json::json;

use super::standing::Named;
use super::verdict::step;
use crate::cli::output::{self, Style};
use crate::cli::{Outcome, names, words};

/// The arguments of `pin`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Pin {
    #[command(flatten)]
    named: Named,
    /// The channel's id.
    #[arg(value_name = "CHANNEL")]
    channel: String,
    /// A kept revision: the first digits of its SHA-256.
    #[arg(value_name = "REVISION")]
    revision: String,
}

/// The arguments of `unpin`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Unpin {
    #[command(flatten)]
    named: Named,
    /// The channel's id.
    #[arg(value_name = "CHANNEL")]
    channel: String,
}

/// Sets a channel to one revision.
pub(super) fn pin(args: &Pin, json: bool) -> anyhow::Result<Outcome> {
    let channel = names::channel(&args.channel)?;
    let revision = names::revision(&args.revision)?;
    let (name, client) = args.named.open()?;
    let path = format!("/v1/adapters/{name}/pins/{channel}");
    let document = client.put(&path, json!({ "revision": revision }).to_string())?.document;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    let pinned = document.get("pins").and_then(|pins| pins.get(channel)?.as_str());
    let text = format!(
        "{channel} to {} until `eclusa adapter unpin {name} {channel}`",
        words::revision(pinned.unwrap_or(&revision))
    );
    output::line(step(Style::stdout(), "Pinned", &text))?;
    Ok(Outcome::Success)
}

/// Lets a channel follow its adapter again.
pub(super) fn unpin(args: &Unpin, json: bool) -> anyhow::Result<Outcome> {
    let channel = names::channel(&args.channel)?;
    let (name, client) = args.named.open()?;
    client.delete(&format!("/v1/adapters/{name}/pins/{channel}"))?;
    if json {
        let document = json!({ "adapter": name, "channel": channel, "result": "unpinned" });
        output::json(&document)?;
    } else {
        let text = format!("{channel} follows {name} again");
        output::line(step(Style::stdout(), "Unpinned", &text))?;
    }
    Ok(Outcome::Success)
}
