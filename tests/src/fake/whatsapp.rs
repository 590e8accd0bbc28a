//! The Cloud API:
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/reference>.

use serde_json::{Value, json};

use super::{Reply, Request};
use crate::Chat;

pub(super) fn answer(request: &Request, number: u64) -> Reply {
    let token = format!("Bearer {}", Chat::Whatsapp.secret("access-token"));
    if request.header("authorization") != Some(token.as_str()) {
        return error(401, 190, "Invalid OAuth access token");
    }
    let parts: Vec<&str> = request.path.split('/').collect();
    let [_, version, phone_number_id, "messages"] = parts.as_slice() else {
        return error(400, 100, "Unsupported post request");
    };
    if !version.starts_with('v') || !phone_number_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return error(400, 100, "Unsupported post request");
    }
    let body = request.json();
    if body["messaging_product"] != "whatsapp" {
        return error(400, 100, "The parameter messaging_product is required");
    }
    let kind = body["type"].as_str().unwrap_or("text");
    let (to, content) = (&body["to"], &body[kind]);
    if !to.is_string() && !body["recipient"].is_string() {
        return error(400, 100, "The parameter to is required");
    }
    let sound = match kind {
        "contacts" => content.as_array().is_some_and(|cards| {
            cards.iter().all(|card| card["name"]["formatted_name"].is_string())
        }),
        "text" => content["body"].is_string(),
        "location" => content["latitude"].is_number() && content["longitude"].is_number(),
        "image" | "document" | "audio" | "video" | "sticker" => {
            content["id"].is_string() != content["link"].is_string()
        }
        "template" => content["name"].is_string() && content["language"]["code"].is_string(),
        _ => content.is_object(),
    };
    if !sound {
        return error(400, 100, "Invalid parameter");
    }
    let id = format!("wamid.HBgNFAKE{number:06}");
    let answer = json!({
        "messaging_product": "whatsapp",
        "contacts": [{ "input": to, "wa_id": to }],
        "messages": [{ "id": id }],
    });
    Reply::json(200, &answer).giving(id)
}

fn error(status: u16, code: u32, message: &str) -> Reply {
    let error: Value = json!({
        "message": format!("(#{code}) {message}"),
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AbCdEf",
    });
    Reply::json(status, &json!({ "error": error }))
}
