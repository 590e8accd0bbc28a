//! `eclusa adapter list`: which adapters are there?

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::component;
use super::workbench::Workbench;
use crate::cli::Outcome;
use crate::cli::client::{Client, Server};
use crate::cli::failure::Failure;
use crate::cli::{output, words};

const EXAMPLES: &str = "\
Examples:
  eclusa adapter list --adapters target/adapters
  ECLUSA_URL=http://127.0.0.1:8080 ECLUSA_TOKEN=… eclusa adapter list";

/// The arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// Folder of .wasm files, which needs no server.
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    adapters: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
}

/// Lists the adapters of the folder, if one is named, otherwise of the server.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let document = match &args.adapters {
        Some(folder) => json!({ "adapters": read_folder(folder)? }),
        None if args.server.is_named() => Client::new(&args.server)?.get("/v1/adapters")?,
        None => {
            return Err(Failure::new(
                "no_place",
                "it is not said whose adapters to list",
                "Name a folder with --adapters, or a server with --url or ECLUSA_URL.",
            )
            .into());
        }
    };
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    let adapters = document.get("adapters").and_then(Value::as_array);
    let rows: Vec<_> = adapters.into_iter().flatten().map(row).collect();
    // Most of the time the newest deployment is what serves.
    let quiet = rows.iter().all(|row| row.candidate == "-");
    let cells = |row: Row| {
        let candidate = (!quiet).then_some(row.candidate);
        row.cells.into_iter().chain(candidate).chain([row.summary]).collect()
    };
    let titles = ["name", "state", "version", "interface", "revision", "newest", "summary"];
    let titles: Vec<&str> = titles.into_iter().filter(|it| !quiet || *it != "newest").collect();
    output::table(&titles, &rows.into_iter().map(cells).collect::<Vec<_>>())?;
    Ok(Outcome::Success)
}

struct Row {
    cells: Vec<String>,
    /// The newest deployment, where it is not what serves.
    candidate: String,
    summary: String,
}

fn row(adapter: &Value) -> Row {
    let text = |pointer: &str| adapter.pointer(pointer).and_then(Value::as_str);
    let cell = |pointer: &str| text(pointer).unwrap_or("-").to_owned();
    let summary = match text("/error/message") {
        Some(error) => words::first_line(error),
        None => cell("/summary"),
    };
    let revision = words::revision(text("/revision").unwrap_or("-")).to_owned();
    let newest = text("/deployment/revision").zip(text("/deployment/state"));
    // Where nothing serves, all of the row is about it.
    let other = newest.filter(|(newest, state)| {
        text("/revision").is_some_and(|serves| serves != *newest) && *state != "unchanged"
    });
    let candidate = other.map_or_else(
        || "-".to_owned(),
        |(newest, state)| format!("{} {state}", words::revision(newest)),
    );
    Row {
        cells: vec![cell("/name"), cell("/state"), cell("/version"), cell("/interface"), revision],
        candidate,
        summary,
    }
}

/// The adapters of a folder, in the words of `GET /v1/adapters`.
fn read_folder(folder: &Path) -> anyhow::Result<Vec<Value>> {
    let entries = folder.read_dir().map_err(|error| {
        Failure::new(
            "folder_unreadable",
            format!("the folder `{}` cannot be read: {error}", folder.display()),
            "Check the path; in Eclusa's own source tree, `make adapters` fills target/adapters.",
        )
    })?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "wasm"));
    files.sort();
    let workbench = Workbench::new()?;
    files.iter().map(|file| describe(&workbench, file)).collect()
}

fn describe(workbench: &Workbench, file: &Path) -> anyhow::Result<Value> {
    let name = component::name(file);
    Ok(match workbench.load(file, &mut |_| {}) {
        Ok(Ok(loaded)) => json!({
            "name": name,
            "state": "active",
            "revision": loaded.revision.sha256(),
            "version": loaded.revision.manifest().version,
            "interface": loaded.revision.interface_version(),
            "summary": loaded.revision.manifest().summary,
        }),
        Ok(Err(error)) => json!({ "name": name, "state": "rejected", "error": error }),
        Err(failure) => json!({ "name": name, "state": "rejected", "error": failure }),
    })
}
