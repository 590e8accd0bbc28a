//! What Slack's answer to `chat.postMessage` means.

use eclusa_adapter_sdk::prelude::*;

use crate::answer;
use crate::author::text_at;

/// Sent with the message's time stamp as its id, or the outcome of the error.
pub(crate) fn settle(response: &HttpResponse) -> Outcome {
    let json = match answer::read(response) {
        Ok(json) => json,
        Err(outcome) => return outcome,
    };
    let root = json.root();
    let truncated = ["warning", "response_metadata"]
        .iter()
        .filter_map(|name| root.get(name))
        .any(|node| node.to_json().contains("message_truncated"));
    let warnings = truncated
        .then(|| Warning::degraded("message_truncated", "Slack cut the end of the message off."))
        .into_iter()
        .collect();
    Outcome::Sent(Receipt { external_id: text_at(root, &["ts"]).map(str::to_owned), warnings })
}
