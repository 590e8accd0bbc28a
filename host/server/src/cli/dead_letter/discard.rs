//! `eclusa dead-letter discard`.

use serde_json::{Value, json};

use super::Skipped;
use crate::cli::client::{Client, Server, understood};
use crate::cli::{Outcome, names, output};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Ids of letters.
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Why, for the record and the audit.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    server: Server,
}

/// Gives letters up.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let ids = args.ids.iter().map(|id| names::message(id)).collect::<Result<Vec<_>, _>>()?;
    let client = Client::new(&args.server)?;
    let body = json!({ "reason": args.reason });
    let (mut discarded, mut skipped) = (Vec::new(), Vec::new());
    for id in ids {
        let answer = client.post(&format!("/v1/dead-letters/{id}/discard"), &body)?;
        for one in answer.get("skipped").and_then(Value::as_array).into_iter().flatten() {
            if !json {
                output::line(understood::<Skipped>(one)?.line())?;
            }
            skipped.push(one.clone());
        }
        for one in answer.get("discarded").and_then(Value::as_array).into_iter().flatten() {
            if !json {
                output::line(format!("   Discarded {id}"))?;
            }
            discarded.push(one.clone());
        }
    }
    if json {
        output::json(&json!({ "discarded": discarded, "skipped": skipped }))?;
    }
    Ok(Outcome::from(skipped.is_empty()))
}
