//! Calls of the Bot API.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::{Map, Value};

/// Telegram's own servers; a channel's URL names a Bot API server of one's own.
const TELEGRAM: &str = "https://api.telegram.org";

/// A call of a method. The token stays a placeholder, which the host fills in.
pub(crate) fn call(cx: &Context<'_>, method: &str, parameters: Map<String, Value>) -> HttpRequest {
    let base = cx.url_or(TELEGRAM);
    let url = format!("{base}/bot{{secret:bot-token}}/{method}");
    let mut request = HttpRequest::post_json(url, &Value::Object(parameters));
    request.body = request.body.map(|body| disarm(&body));
    request
}

/// The address of a file, by the path that `getFile` told.
pub(crate) fn file(cx: &Context<'_>, path: &str) -> HttpRequest {
    let base = cx.url_or(TELEGRAM);
    HttpRequest::get(format!("{base}/file/bot{{secret:bot-token}}/{}", encode(path)))
}

/// No value of a call needs a placeholder, but what people write may look like
/// one: written with an escape it means the same to Telegram, and nothing to
/// the host. In JSON a `{` before a letter only occurs inside strings.
fn disarm(json: &str) -> String {
    json.replace("{secret:", "\\u007bsecret:")
}

/// Percent-encodes what has no place in the path of a URL.
fn encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_people_write_is_a_placeholder() {
        let body = json!({ "text": "{secret:bot-token}" }).to_string();
        let disarmed = disarm(&body);
        assert!(!disarmed.contains("{secret:"));
        assert_eq!(serde_json::from_str::<Value>(&disarmed).ok(), serde_json::from_str(&body).ok());
    }

    #[test]
    fn paths_keep_their_slashes_only() {
        assert_eq!(encode("photos/a b{c}.jpg"), "photos/a%20b%7Bc%7D.jpg");
    }
}
