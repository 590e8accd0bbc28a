//! From a file's id to its bytes.

use std::fmt::Write as _;

use eclusa_adapter_sdk::prelude::*;

use crate::error::ChatError;
use crate::settings;

/// First asks where the file is, then fetches it; both need the access token.
pub(crate) fn step(
    cx: &Context<'_>,
    handle: &str,
    previous: Option<&MediaResponse>,
) -> Result<MediaStep, Problem> {
    let Some(previous) = previous else {
        let url = format!("{}/{}", settings::base(cx), encoded(handle));
        let request = settings::authorized(HttpRequest::get(url));
        return Ok(MediaStep::Ask(NextRequest { request, state: "url".to_owned() }));
    };
    let response = &previous.response;
    let json = Json::parse(&response.body).ok();
    let root = json.as_ref().map(Json::root);
    if let Some(error) = root.and_then(|root| root.get("error")) {
        return Err(refusal(response.status, error));
    }
    if !response.is_success() {
        return Err(by_status(response.status, format!("WhatsApp answered {}", response.status)));
    }
    let url = root.and_then(|root| root.get("url")).and_then(|url| url.text().ok());
    match url.filter(|url| url.starts_with("https://") || url.starts_with("http://")) {
        Some(url) => Ok(MediaStep::File(settings::authorized(HttpRequest::get(url)))),
        None => Err(Problem::refused("no_address", "WhatsApp's answer has no address of the file")
            .at("/url")),
    }
}

fn refusal(status: u16, error: Node<'_>) -> Problem {
    let message = format!("WhatsApp answered {status}: {}", ChatError::read(error));
    match error.get("code").and_then(|code| code.integer().ok()) {
        Some(0 | 3 | 10 | 190 | 200..=299) => Problem::configuration("unauthorized", message)
            .action("Put a valid access token into the secret `access-token`."),
        Some(100 | 33 | 131_052) => gone(message),
        Some(4 | 80007 | 130_429) => Problem::refused("rate_limited", message).retryable(),
        _ => by_status(status, message),
    }
}

fn by_status(status: u16, message: String) -> Problem {
    match status {
        401 | 403 => Problem::configuration("unauthorized", message)
            .action("Put a valid access token into the secret `access-token`."),
        404 | 410 => gone(message),
        408 | 425 | 429 | 500.. => Problem::refused("chat_unavailable", message).retryable(),
        _ => Problem::refused("rejected", message),
    }
}

fn gone(message: String) -> Problem {
    Problem::refused("media_gone", message)
        .action("Ask the person to send it again: WhatsApp keeps files for a limited time.")
}

/// An id as one path segment.
fn encoded(id: &str) -> String {
    let mut path = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            path.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}
