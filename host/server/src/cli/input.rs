//! Reads what the commands are given: texts, messages, settings, secrets.

use std::io::Read;
use std::path::Path;

use eclusa_model::OutboundMessage;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::failure::Failure;

/// The server's own default for the body of a request.
const MAX_BYTES: u64 = 4 << 20;

/// The id of messages that name none; a server gives each its own.
const NO_ID: &str = "00000000000000000000000000";

/// Whether a path stands for standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Reads a text from a file, or from standard input for `-`.
pub(super) fn read_text(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let limit = MAX_BYTES + 1;
    let read = if is_stdin(path) {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    let name = shown(path);
    read.map_err(|error| unreadable(&name, &error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(Failure::new(
            "body_too_large",
            format!("{name} is larger than {} MiB, the most that a server takes", MAX_BYTES >> 20),
            "Let the chat send files by address, not inside the request.",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::new(
            "not_utf8",
            format!("{name} is not UTF-8: the byte at offset {at} is no part of a character"),
            "Save it as UTF-8. A server refuses such a request too, for JSON is UTF-8.",
        )
    })
}

/// Reads a message to the chat.
pub(super) fn read_message(path: &Path) -> Result<OutboundMessage, Failure> {
    let mut message: OutboundMessage = read_json(path, "message", MESSAGE_HELP)?;
    if message.id.is_empty() {
        message.id = NO_ID.to_owned();
    }
    Ok(message)
}

const MESSAGE_HELP: &str = "A message looks like \
    {\"conversation\":\"42\",\"type\":\"text\",\"text\":{\"body\":\"Hello\"}}.";

/// Reads a `what` from a file of JSON.
pub(super) fn read_json<T: DeserializeOwned>(
    path: &Path,
    what: &str,
    help: &str,
) -> Result<T, Failure> {
    let text = read_text(path)?;
    // Without the line end, so that what is cut off is told as that.
    let deserializer = &mut serde_json::Deserializer::from_str(text.trim_end());
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let at: String = error
            .path()
            .iter()
            .map(|segment| match segment {
                Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
                segment => format!("/{segment}").replace(['[', ']'], ""),
            })
            .collect();
        bad_json(&shown(path), &at, error.inner(), what, help)
    })
}

/// Says what is wrong with JSON that should have been a `what`.
pub(super) fn bad_json(
    name: &str,
    at: &str,
    error: &serde_json::Error,
    what: &str,
    help: &str,
) -> Failure {
    if error.is_eof() {
        return Failure::new(
            "json_cut_off",
            format!("{name} is cut off: its JSON ends at line {} too early", error.line()),
            format!("Save the whole {what} and try again."),
        );
    }
    if error.is_syntax() {
        return Failure::new("malformed_json", format!("{name} is not JSON: {error}"), help);
    }
    let place = if at.is_empty() { String::new() } else { format!(" (at {at})") };
    Failure::new("wrong_shape", format!("{name} is not a {what}{place}: {error}"), help)
}

/// How a path is called in sentences.
pub(super) fn shown(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { format!("`{}`", path.display()) }
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::NotFound => Failure::new(
            "file_missing",
            format!("there is no file {name}"),
            "Check the path, or use `-` for standard input.",
        ),
        std::io::ErrorKind::IsADirectory => Failure::new(
            "not_a_file",
            format!("{name} is a folder"),
            "Name a file in it; several may be given.",
        ),
        _ => Failure::new(
            "file_unreadable",
            format!("{name} cannot be read: {error}"),
            "Check that the file may be read by you.",
        ),
    }
}

/// Settings of a channel: JSON, or `@` and the name of a file that holds it.
pub(super) fn parse_settings(text: &str) -> Result<Value, String> {
    let json = match text.strip_prefix('@') {
        Some(file) => read_text(Path::new(file)).map_err(|failure| failure.message)?,
        None => text.to_owned(),
    };
    match serde_json::from_str(&json) {
        Ok(settings @ Value::Object(_)) => Ok(settings),
        Ok(_) => Err("expected a JSON object, e.g. {\"locale\":\"pt-BR\"}".to_owned()),
        Err(error) => Err(format!("not JSON: {error}; a file is given as @FILE")),
    }
}

/// A secret as `NAME=VALUE`.
pub(super) fn parse_secret(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, with a name that the adapter's manifest lists".to_owned()),
    }
}
