//! The Bot API: <https://core.telegram.org/bots/api#making-requests>.

use serde_json::{Value, json};

use super::{Reply, Request};
use crate::Chat;

pub(super) fn answer(request: &Request, number: u64) -> Reply {
    let Some((token, method)) =
        request.path.strip_prefix("/bot").and_then(|rest| rest.split_once('/'))
    else {
        return error(404, "Not Found");
    };
    if token != Chat::Telegram.secret("bot-token") {
        return error(401, "Unauthorized");
    }
    let needed: &[&str] = match method {
        "sendMessage" => &["text"],
        "sendPhoto" => &["photo"],
        "sendDocument" => &["document"],
        "sendAudio" => &["audio"],
        "sendVoice" => &["voice"],
        "sendVideo" => &["video"],
        "sendAnimation" => &["animation"],
        "sendSticker" => &["sticker"],
        "sendLocation" => &["latitude", "longitude"],
        "sendVenue" => &["latitude", "longitude", "title", "address"],
        "sendContact" => &["phone_number", "first_name"],
        _ => return error(404, "Not Found"),
    };
    let body = request.json();
    if request.header("content-type") != Some("application/json") || !body.is_object() {
        return error(400, "Bad Request: object expected as parameters");
    }
    if body["chat_id"].is_null() {
        return error(400, "Bad Request: chat_id is empty");
    }
    if let Some(missing) = needed.iter().find(|name| body[**name].is_null()) {
        return error(400, &format!("Bad Request: parameter \"{missing}\" is required"));
    }
    let message = json!({
        "message_id": 5000 + number,
        "date": 1_767_323_400,
        "chat": { "id": body["chat_id"], "type": "private" },
    });
    Reply::json(200, &json!({ "ok": true, "result": message })).giving((5000 + number).to_string())
}

fn error(code: u16, description: &str) -> Reply {
    let body: Value = json!({ "ok": false, "error_code": code, "description": description });
    Reply::json(code, &body)
}
