//! `eclusa attendance show`.

use eclusa_model::Attendance;
use serde_json::{Value, json};

use super::{TITLES, name, row};
use crate::cli::client::{Client, Server, understood};
use crate::cli::{Outcome, output, words};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Its protocol number, or its id.
    #[arg(value_name = "PROTOCOL")]
    id: String,
    #[command(flatten)]
    server: Server,
}

/// Shows an attendance with its whole transcript.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let client = Client::new(&args.server)?;
    let path = format!("/v1/attendances/{}", name(&args.id)?);
    let document = client.get(&path)?;
    let (mut said, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}/messages?limit=500{after}"))?;
        said.extend(page.get("messages").and_then(Value::as_array).into_iter().flatten().cloned());
        match page.get("next").and_then(Value::as_str) {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    if json {
        output::json(&json!({ "attendance": document, "messages": said }))?;
        return Ok(Outcome::Success);
    }
    let attendance: Attendance = understood(&document)?;
    output::table(&TITLES, &[row(&attendance)])?;
    let told = [
        ("first answer", attendance.first_answer_at.as_deref().map(words::time)),
        ("closed", attendance.closed_at.as_deref().map(words::time)),
        ("changed by", attendance.changed_by.as_deref().map(words::first_line)),
        ("reason", attendance.reason.as_deref().map(words::first_line)),
    ];
    for (title, text) in told.iter().filter_map(|(title, text)| Some((title, text.as_ref()?))) {
        output::line(format!("{title}: {text}"))?;
    }
    said.iter().try_for_each(|said| output::line(line(said))).map(|()| Outcome::Success)
}

/// `→` to the chat, `←` from it, and what was said, as far as it fits on a line.
fn line(said: &Value) -> String {
    let text = |pointer: &str| said.pointer(pointer).and_then(Value::as_str);
    let arrow = if text("/direction") == Some("outbound") { "\u{2192}" } else { "\u{2190}" };
    let what = text("/message/text/body")
        .map(words::first_line)
        .or_else(|| text("/message/type").map(|kind| format!("[{kind}]")))
        .or_else(|| text("/postback/payload").map(|it| format!("[{}]", words::first_line(it))))
        .unwrap_or_default();
    let state = text("/state").map(|state| format!(" ({state})")).unwrap_or_default();
    format!("{arrow} {what}{state}")
}
