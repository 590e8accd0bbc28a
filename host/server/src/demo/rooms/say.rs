//! `POST /demo/rooms/{chat}/messages`: somebody writes on a sample page.

use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use eclusa_journal::rfc3339;
use eclusa_model::Content;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Chats, channel_id, is_chat};
use crate::auth::random_hex;
use crate::incoming::Origin;
use crate::ingress;
use crate::problem::{ApiProblem, Violation};

/// Longest id or name, in bytes.
const LONGEST: usize = 80;

/// What a page sends; beside these keys, what is said.
#[derive(Deserialize)]
struct Input {
    conversation: String,
    from: Person,
}

#[derive(Deserialize)]
struct Person {
    id: String,
    name: String,
}

/// Hands it to Eclusa as any chat does: a request to the ingress URL of its channel.
/// What Eclusa has taken is kept.
pub(super) async fn say(
    State(Chats { app, rooms, .. }): State<Chats>,
    Path(chat): Path<String>,
    Extension(origin): Extension<Origin>,
    body: Bytes,
) -> Result<Response, ApiProblem> {
    if !is_chat(&chat) {
        return Err(ApiProblem::not_found("chat", &chat));
    }
    let channel = app.channels.by_id(&channel_id(&chat));
    let channel = channel.ok_or_else(|| ApiProblem::not_found("channel", &channel_id(&chat)))?;
    let (conversation, mut message) = read(&body)?;
    message.insert("id".to_owned(), json!(format!("{chat}-{}", random_hex::<8>())));
    let now_ms = app.clock.now_ms();
    message.insert("sent_at".to_owned(), json!(rfc3339(now_ms)));
    let message = Value::Object(message);
    let request = Request::builder()
        .method("POST")
        .uri("/")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(message.to_string()))
        .map_err(|error| {
            ApiProblem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string())
        })?;
    let key = channel.channel.ingress_key.expose().to_owned();
    let taken = ingress::at_root(State(app), Path(key), Extension(origin), request).await?;
    if taken.status().is_success() {
        rooms.add(&chat, &conversation, message);
        return Ok(Json(json!({})).into_response());
    }
    Ok(taken)
}

/// The conversation, and the message in the JSON of the adapter `open`.
fn read(body: &Bytes) -> Result<(String, Map<String, Value>), ApiProblem> {
    let wrong = |pointer: &str, hint: &str| {
        ApiProblem::violations(vec![Violation::new(pointer, hint.to_owned())])
    };
    let message: Value = crate::api::read_json(body)?;
    let input: Input = crate::api::read_json(body)?;
    for (pointer, text) in [
        ("/conversation", &input.conversation),
        ("/from/id", &input.from.id),
        ("/from/name", &input.from.name),
    ] {
        if !(1..=LONGEST).contains(&text.len()) {
            return Err(wrong(pointer, "expected 1 to 80 bytes"));
        }
    }
    let content: Content = crate::api::read_json(body)?;
    content.validate().map_err(|error| wrong("", &error.to_string()))?;
    let kind = content.content_type().as_str();
    let from = json!({ "id": input.from.id, "name": input.from.name });
    let mut said = Map::new();
    said.insert("conversation".to_owned(), json!(input.conversation));
    said.insert("from".to_owned(), from);
    for key in ["type", kind, "reply_to"] {
        if let Some(value) = message.get(key) {
            said.insert(key.to_owned(), value.clone());
        }
    }
    Ok((input.conversation, said))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_what_the_adapter_takes_and_no_more() {
        let from = json!({ "id": "u", "name": "Ana", "role": "admin" });
        let message = json!({ "conversation": "c", "from": from, "type": "text",
                              "text": { "body": "Oi" }, "ours": true, "id": "x" });
        let read_one = |message: &Value| read(&Bytes::from(message.to_string()));
        let (_, said) = read_one(&message).unwrap();
        let from = json!({ "id": "u", "name": "Ana" });
        let text = json!({ "body": "Oi" });
        assert_eq!(
            Value::Object(said),
            json!({ "conversation": "c", "from": from, "type": "text", "text": text })
        );
        for (pointer, wrong) in [
            ("/conversation", json!("")),
            ("/from/name", json!("x".repeat(81))),
            ("/type", json!("video")),
            ("/text/body", json!("")),
        ] {
            let mut message = message.clone();
            *message.pointer_mut(pointer).unwrap() = wrong;
            assert_eq!(read_one(&message).unwrap_err().status(), 422, "{pointer}");
        }
    }
}
