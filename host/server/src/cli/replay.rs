//! `eclusa replay`: what a recorded message was, and what it becomes now.

use eclusa_deploy::shadow::Difference;
use eclusa_journal::{RawRequest, RevisionRef};
use serde::Deserialize;
use serde_json::Value;

use super::change::{self, Change};
use super::client::{Client, Server, understood};
use super::output::{self, Style};
use super::{Outcome, json, names, words};

const EXAMPLES: &str = "\
Examples:
  eclusa replay 01JZ7M9A3D5W8Q2K4X6T1B0C5E
  eclusa replay 01JZ7M9A3D5W8Q2K4X6T1B0C5E --revision 07c1aa

It changes nothing and sends nothing. The message is shown as it is, personal data too.";

/// A difference shows so many lines of a value, which stands above as a whole.
const BRIEF: usize = 6;

/// The arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Id of a message, of either direction, or of a request from a chat.
    #[arg(value_name = "MESSAGE")]
    id: String,
    /// A kept revision: the first digits of its SHA-256 [default: the one that serves]
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    #[command(flatten)]
    server: Server,
}

/// The server's answer.
#[derive(Deserialize)]
struct Replay {
    id: String,
    channel: String,
    /// A request from the chat, or else a message to it.
    request: Option<Request>,
    message: Option<Value>,
    revision_then: Option<RevisionRef>,
    revision_now: RevisionRef,
    then: Value,
    now: Value,
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
struct Request {
    raw: RawRequest,
}

/// Shows the input, both answers, and where they differ. That they differ is no
/// failure.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let id = names::message(&args.id)?;
    let revision = args.revision.as_deref().map(names::revision).transpose()?;
    let revision = revision.map(|it| format!("?revision={it}")).unwrap_or_default();
    let client = Client::new(&args.server)?;
    let document = client.get(&format!("/v1/messages/{id}/replay{revision}"))?;
    if json {
        output::json(&document)?;
    } else {
        output::lines(&lines(&understood(&document)?, Style::stdout()))?;
    }
    Ok(Outcome::Success)
}

fn lines(replay: &Replay, style: Style) -> Vec<String> {
    let named = |it: &RevisionRef| format!("{} {}", it.adapter, words::revision(&it.sha256));
    let then = replay.revision_then.as_ref().map_or_else(|| "no revision".to_owned(), named);
    let now = named(&replay.revision_now);
    let mut lines = vec![
        style.bold(&format!("{} on channel {}", replay.id, replay.channel)),
        style.red(&format!("- then  {then}")),
        style.green(&format!("+ now   {now}")),
    ];
    let mut section = |title: &str, content: Vec<String>| {
        lines.push(format!("\n{}", style.bold(title)));
        lines.extend(content.iter().map(|line| format!("  {line}").trim_end().to_owned()));
    };
    if let Some(request) = &replay.request {
        section("What the chat sent", raw_lines(&request.raw));
    }
    if let Some(message) = &replay.message {
        section("What was to be sent", laid_out(message));
    }
    let then = match (&replay.then, &replay.request) {
        (Value::Null, _) => "What it became then is not recorded",
        (_, Some(_)) => "What it became then (the reply to the chat is not recorded)",
        (_, None) => "What it became then (the request's headers are not recorded)",
    };
    let became = if replay.then.is_null() { Vec::new() } else { laid_out(&replay.then) };
    section(then, became);
    section("What it becomes now", laid_out(&replay.now));
    section("Difference", difference_lines(replay, style));
    lines
}

fn raw_lines(raw: &RawRequest) -> Vec<String> {
    let mut lines =
        vec![words::tame(&format!("{} /{}", raw.method, raw.path.trim_start_matches('/')))];
    lines.extend(raw.query.iter().map(|(key, value)| words::tame(&format!("?{key}={value}"))));
    lines.extend(raw.headers.iter().map(|(key, value)| words::tame(&format!("{key}: {value}"))));
    if !raw.body.is_empty() {
        lines.push(String::new());
        lines.extend(body(&raw.body));
    }
    lines
}

/// A document with an entry to a line.
fn laid_out(document: &Value) -> Vec<String> {
    tame_lines(&json::pretty(&document.to_string()))
}

/// A body: as a document where it is JSON, else as it is.
fn body(text: &str) -> Vec<String> {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => tame_lines(&json::pretty(text)),
        Err(_) => tame_lines(text),
    }
}

fn tame_lines(text: &str) -> Vec<String> {
    words::tame(text).lines().map(str::to_owned).collect()
}

fn difference_lines(replay: &Replay, style: Style) -> Vec<String> {
    if replay.then.is_null() {
        return vec!["nothing to compare with".to_owned()];
    }
    if replay.differences.is_empty() {
        return vec![style.green("nothing differs")];
    }
    let changes: Vec<Change<'_>> = replay.differences.iter().map(Change::from).collect();
    let width = change::width(&changes);
    changes
        .iter()
        .flat_map(|it| {
            let values = it.values(style, BRIEF).into_iter().map(|line| format!("    {line}"));
            std::iter::once(it.title(style, width)).chain(values)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use super::lines;
    use crate::cli::client::understood;
    use crate::cli::output::Style;

    fn shown(input: Value, then: Value) -> String {
        let mut document = json!({
            "id": "01JZ", "channel": "shop-br", "revision_then": null,
            "revision_now": { "adapter": "shop", "sha256": "1".repeat(64) },
            "then": then, "now": { "request": { "url": "https://x" } }, "differences": [],
        });
        document.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        lines(&understood(&document).unwrap(), Style::fixed(false)).join("\n")
    }

    #[test]
    fn a_message_that_was_not_sent_yet_has_nothing_to_compare_with() {
        let text = shown(json!({ "message": { "text": { "body": "Oi" } } }), Value::Null);
        for part in [
            "- then  no revision\n+ now   shop 111111111111\n",
            "\nWhat was to be sent\n  {\n    \"text\"",
            "\nWhat it became then is not recorded\n",
            "\nDifference\n  nothing to compare with",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let text = shown(json!({ "message": {} }), json!({ "request": {} }));
        assert!(text.ends_with("\nDifference\n  nothing differs"), "{text}");
    }

    #[test]
    fn what_a_chat_sent_does_nothing_to_the_terminal() {
        let raw = json!({
            "received_at": "2026-03-01T12:00:00Z", "method": "POST", "path": "hook",
            "query": [["a", "b\u{1b}[2J"]], "headers": [["x", "\u{9b}1m"]],
            "body": "text=\u{1b}]0;owned\u{7}\nnext",
        });
        let text = shown(json!({ "request": { "raw": raw } }), json!({}));
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{7}']), "{text:?}");
        assert!(text.contains("  POST /hook\n  ?a=b\\u{1b}[2J\n"), "{text}");
        assert!(text.contains("\n\n  text=\\u{1b}]0;owned\\u{7}\n  next\n"), "{text}");
    }

    #[test]
    fn numbers_of_a_body_stay_digit_for_digit() {
        let raw = json!({
            "received_at": "", "method": "POST", "path": "", "query": [], "headers": [],
            "body": r#"{"id":12345678901234567890123}"#,
        });
        let text = shown(json!({ "request": { "raw": raw } }), json!({}));
        assert!(text.contains("    \"id\": 12345678901234567890123\n"), "{text}");
    }
}
