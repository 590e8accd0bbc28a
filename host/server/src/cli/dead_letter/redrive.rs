//! `eclusa dead-letter redrive`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::filter::Filter;
use super::{Letter, Skipped};
use crate::cli::client::{Client, Server, understood};
use crate::cli::failure::Failure;
use crate::cli::output::{self, Style};
use crate::cli::{Outcome, names, words};

/// So many in one call, so that there is progress to be seen.
const BATCH: u32 = 100;

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Ids of letters; else those that the options name, the oldest first.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// All that wait.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    #[command(flatten)]
    filter: Filter,
    /// Map them by this kept revision: the first digits of its SHA-256
    /// [default: the one that serves]
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    /// Show which ones it would be, and do nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    server: Server,
}

/// What became of the letters of one call.
#[derive(Deserialize)]
struct Redriven {
    redriven: Vec<String>,
    skipped: Vec<Skipped>,
    next: Option<String>,
}

/// Lets letters go out again.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let filter = args.filter.document()?;
    match (args.ids.is_empty(), filter.is_empty(), args.all) {
        (false, true, _) | (true, false, false) | (true, true, true) => {}
        (false, false, _) => return Err(wrong("ids and options name different letters").into()),
        (true, false, true) => return Err(wrong("`--all` and options differ").into()),
        (true, true, false) => return Err(wrong("it is not said which letters").into()),
    }
    let client = Client::new(&args.server)?;
    if args.dry_run {
        return dry_run(args, &client, json);
    }
    let mut body = Map::new();
    if let Some(digits) = &args.revision {
        body.insert("revision".to_owned(), json!(names::revision(digits)?));
    }
    if args.ids.is_empty() {
        body.insert("filter".to_owned(), Value::Object(filter));
        body.insert("limit".to_owned(), json!(BATCH));
    } else {
        let ids = args.ids.iter().map(|id| names::message(id)).collect::<Result<Vec<_>, _>>()?;
        body.insert("ids".to_owned(), json!(ids));
    }
    let (mut redriven, mut skipped) = (0, 0);
    let (mut all_redriven, mut all_skipped) = (Vec::new(), Vec::new());
    loop {
        let path = "/v1/dead-letters/redrive";
        let document = client.post(path, &Value::Object(body.clone()))?;
        let answer: Redriven = understood(&document)?;
        redriven += answer.redriven.len();
        skipped += answer.skipped.len();
        if json {
            let list = |name: &str| document.get(name).and_then(Value::as_array).cloned();
            all_redriven.extend(list("redriven").unwrap_or_default());
            all_skipped.extend(list("skipped").unwrap_or_default());
        } else {
            answer.redriven.iter().try_for_each(|id| output::line(format!("    Redriven {id}")))?;
            answer.skipped.iter().try_for_each(|it| output::line(it.line()))?;
        }
        let Some(next) = answer.next else { break };
        eprintln!("{} so far, up to {next}", words::count(redriven as u64, "letter"));
        body.insert("after".to_owned(), Value::String(next));
    }
    if json {
        output::json(&json!({ "redriven": all_redriven, "skipped": all_skipped }))?;
    } else {
        let style = Style::stdout();
        output::line(style.bold(&format!("{redriven} redriven, {skipped} skipped")))?;
    }
    Ok(Outcome::from(skipped == 0))
}

fn wrong(message: &str) -> Failure {
    Failure::new(
        "which_letters",
        message,
        "Give ids, or options such as --channel and --code, or --all for all that wait.",
    )
}

/// Shows which letters it would be.
fn dry_run(args: &Args, client: &Client, json: bool) -> anyhow::Result<Outcome> {
    let mut found = Vec::new();
    if args.ids.is_empty() {
        let mut before = String::new();
        loop {
            let query = args.filter.query()?;
            let path = format!("/v1/dead-letters?limit=500{before}&{query}");
            let document = client.get(path.trim_end_matches('&'))?;
            let letters = document.get("dead_letters").and_then(Value::as_array);
            found.extend(letters.into_iter().flatten().cloned());
            let Some(next) = document.get("next").and_then(Value::as_str) else { break };
            before = format!("&before={next}");
        }
        // As they would go out.
        found.reverse();
    } else {
        for id in &args.ids {
            found.push(client.get(&format!("/v1/dead-letters/{}", names::message(id)?))?);
        }
    }
    if json {
        output::json(&json!({ "would_redrive": found }))?;
        return Ok(Outcome::Success);
    }
    let letters = found.iter().map(understood).collect::<Result<Vec<Letter>, _>>()?;
    let rows: Vec<_> = letters.iter().map(Letter::row).collect();
    output::table(&Letter::TITLES, &rows)?;
    output::line(format!("{} would be redriven", words::count(rows.len() as u64, "letter")))?;
    Ok(Outcome::Success)
}
