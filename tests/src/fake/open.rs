//! A chat that speaks Eclusa's own JSON.

use serde_json::json;

use super::{Reply, Request};

pub(super) fn answer(request: &Request, number: u64) -> Reply {
    let message = request.json();
    let kind = message["type"].as_str().unwrap_or_default();
    let complete = ["id", "conversation"].iter().all(|key| message[*key].is_string())
        && message[kind].is_object();
    if request.method != "POST" || request.path != "/hook" || !complete {
        return Reply::json(422, &json!({ "error": "not a message" }));
    }
    let id = format!("own-{number}");
    Reply::json(200, &json!({ "id": id })).giving(id)
}
