//! `eclusa adapter check`: may this file serve?

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::summary;
use super::workbench::Workbench;
use crate::cli::Outcome;
use crate::cli::output::{self, Style};

const EXAMPLES: &str = "\
Examples:
  eclusa adapter check target/adapters/telegram.wasm
  eclusa adapter check --json my-chat.wasm | jq -r .error.code";

/// The arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// Adapters: WebAssembly components.
    #[arg(required = true, value_name = "FILE.wasm")]
    files: Vec<PathBuf>,
}

/// Checks the files one after another.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let workbench = Workbench::new()?;
    let mut documents = Vec::new();
    for file in &args.files {
        documents.push(check(&workbench, file, json)?);
    }
    let passed = |document: &Value| document.get("ok") == Some(&Value::Bool(true));
    let ok = documents.iter().all(passed);
    if json {
        // One file, one document; several are told apart by `file`.
        match documents.as_slice() {
            [document] => output::json(document)?,
            all => output::json(&json!({ "ok": ok, "adapters": all }))?,
        }
    } else if documents.len() > 1 {
        let count = documents.iter().filter(|document| passed(document)).count();
        output::line(format!("\n{count} of {} adapters may serve", documents.len()))?;
    }
    Ok(ok.into())
}

/// Checks one file; prints for people only.
fn check(workbench: &Workbench, file: &Path, json: bool) -> anyhow::Result<Value> {
    let style = Style::stdout();
    if !json {
        output::line(style.bold(&file.display().to_string()))?;
    }
    let mut printed = Ok(());
    let result = workbench.load(file, &mut |stage| {
        if !json && printed.is_ok() {
            printed = output::line(summary::stage_line(stage, style));
        }
    });
    printed?;
    let shown = file.display().to_string();
    match result {
        Ok(Ok(loaded)) => {
            if !json {
                summary::print(&loaded.revision)?;
            }
            let adapter = summary::document(&loaded.revision);
            Ok(json!({ "ok": true, "file": shown, "stages": loaded.stages, "adapter": adapter }))
        }
        Ok(Err(error)) => {
            if !json {
                output::line("")?;
                for line in summary::load_error_lines(&error, style) {
                    output::line(line)?;
                }
            }
            let mut document = serde_json::to_value(&error)?;
            let stages = document.as_object_mut().and_then(|fields| fields.remove("stages"));
            Ok(json!({ "ok": false, "file": shown, "stages": stages, "error": document }))
        }
        Err(failure) => {
            if !json {
                output::line(format!("{} {failure}", style.red("error:")))?;
                output::line(format!("  {} {}", style.bold("help:"), failure.action))?;
            }
            Ok(json!({ "ok": false, "file": shown, "stages": [], "error": failure }))
        }
    }
}
