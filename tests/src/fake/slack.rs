//! The Web API: <https://docs.slack.dev/reference/methods/chat.postMessage>.

use serde_json::json;

use super::{Reply, Request};
use crate::Chat;

pub(super) fn answer(request: &Request, number: u64) -> Reply {
    if request.method != "POST" || request.path != "/api/chat.postMessage" {
        return error("unknown_method");
    }
    let token = format!("Bearer {}", Chat::Slack.secret("bot-token"));
    match request.header("authorization") {
        None => return error("not_authed"),
        Some(given) if given != token => return error("invalid_auth"),
        Some(_) => {}
    }
    // Slack reads JSON only where the type says so, with its charset.
    if request.header("content-type") != Some("application/json; charset=utf-8") {
        return error("invalid_post_type");
    }
    let body = request.json();
    if !body.is_object() {
        return error("invalid_json");
    }
    let Some(channel) = body["channel"].as_str() else { return error("channel_not_found") };
    let says = |name: &str| body[name].as_str().is_some_and(|text| !text.is_empty());
    let blocks = body["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty());
    if !says("text") && !says("markdown_text") && !blocks {
        return error("no_text");
    }
    if says("markdown_text") && (says("text") || blocks) {
        return error("markdown_text_conflict");
    }
    let ts = format!("1772370000.{number:06}");
    let message = json!({ "type": "message", "subtype": "bot_message", "ts": ts });
    let answer = json!({ "ok": true, "channel": channel, "ts": ts, "message": message });
    Reply::json(200, &answer).giving(ts)
}

fn error(code: &str) -> Reply {
    Reply::json(200, &json!({ "ok": false, "error": code }))
}
