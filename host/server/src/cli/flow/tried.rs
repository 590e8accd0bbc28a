//! Flows that are tried before they are applied; by the code that a server runs.

use std::path::PathBuf;

use eclusa_flow::{Action, Finding, Flow, FlowDocument, Moment, Stopped, What};
use eclusa_model::Content;
use serde_json::json;

use super::server::FLOW_HELP;
use crate::cli::failure::Failure;
use crate::cli::{Outcome, input, output, words};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct CheckArgs {
    /// The flow in JSON, or `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct SimulateArgs {
    /// The flow in JSON, or `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What happens, and when: a list in JSON.
    #[arg(long, value_name = "FILE")]
    script: PathBuf,
}

pub(super) fn check(args: &CheckArgs, json: bool) -> anyhow::Result<Outcome> {
    let document: FlowDocument = input::read_json(&args.file, "flow", FLOW_HELP)?;
    let found = eclusa_flow::check(&document);
    if json {
        output::json(&found)?;
    } else {
        for (kind, findings) in [("error", &found.errors), ("warning", &found.warnings)] {
            findings.iter().try_for_each(|finding| output::line(line(kind, finding)))?;
        }
        if found.errors.is_empty() && found.warnings.is_empty() {
            output::line("nothing found")?;
        }
    }
    Ok(found.errors.is_empty().into())
}

fn line(kind: &str, finding: &Finding) -> String {
    let Finding { pointer, code, message, action } = finding;
    format!("{kind} {pointer} ({code}): {message}. {action}")
}

pub(super) fn simulate(args: &SimulateArgs, json: bool) -> anyhow::Result<Outcome> {
    let document: FlowDocument = input::read_json(&args.file, "flow", FLOW_HELP)?;
    let help = "A script looks like [{\"at\":\"2026-03-02T09:00:00-03:00\",\"input\":{\"writes\":\
                \"hi\"}}].";
    let script: Vec<Moment> = input::read_json(&args.script, "script", help)?;
    let flow = Flow::new(document).map_err(|found| {
        let lines: Vec<String> = found.errors.iter().map(|it| line("error", it)).collect();
        let help = "Correct the flow; `eclusa flow check` tells all that is wrong.";
        Failure::new("invalid_flow", lines.join("\n"), help)
    })?;
    let simulation = eclusa_flow::simulate(&flow, &script).map_err(|error| {
        let message = format!("{}{}: {}", input::shown(&args.script), error.pointer, error.message);
        Failure::new("invalid_script", message, help)
    })?;
    let is_whole = simulation.stopped.is_none();
    if json {
        output::json(&simulation)?;
        return Ok(is_whole.into());
    }
    for told in &simulation.transcript {
        let what = match &told.what {
            What::Input(input) => format!("\u{2190} {}", json!(input)),
            What::Opens {} => "  an attendance opens".to_owned(),
            What::Action(Action::Says(Content::Text(text))) => {
                format!("\u{2192} {}", words::first_line(&text.body))
            }
            What::Action(Action::Says(content)) => format!("\u{2192} [{}]", content.content_type()),
            What::Action(Action::Queues { queue: Some(queue) }) => {
                format!("  waits in queue {}", words::tame(queue))
            }
            What::Action(Action::Queues { queue: None }) => "  waits for a person".to_owned(),
            What::Action(Action::Closes { reason }) => format!("  closes ({})", reason.as_str()),
        };
        output::line(format!("{} {}", words::time(&told.at), words::tame(&what)))?;
    }
    if let Some(due) = &simulation.due_at {
        output::line(format!("{} something is due", words::time(due)))?;
    }
    if let Some(Stopped { pointer, message, action }) = &simulation.stopped {
        let script = input::shown(&args.script);
        output::line(format!("stopped before {script}{pointer}: {message}. {action}"))?;
    }
    Ok(is_whole.into())
}
