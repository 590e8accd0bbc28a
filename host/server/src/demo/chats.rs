//! Chats that take everything, answer as the real ones do, and show it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::{Value, json};

use super::rooms::{self, Rooms};
use crate::app::App;
use crate::console::{PageHeaders, add_headers, script};
use crate::incoming::read_demo_call;

/// How many requests are shown.
const KEPT: usize = 100;

/// What the chats were sent, newest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct FakeChats {
    sent: Arc<Mutex<VecDeque<Sent>>>,
    count: Arc<AtomicU64>,
    rooms: Rooms,
}

#[derive(Debug, Clone, Serialize)]
struct Sent {
    number: u64,
    chat: String,
    call: String,
    body: String,
}

/// The page, its data, and the chats themselves.
pub(crate) fn routes(app: &App, chats: FakeChats, headers: PageHeaders) -> Router {
    let calls = Router::new()
        .route("/demo/chat/{chat}", any(take_at_root))
        .route("/demo/chat/{chat}/{*rest}", any(take))
        .route_layer(from_fn_with_state(app.clone(), read_demo_call));
    let rooms = rooms::routes(app, chats.rooms.clone(), headers);
    Router::new()
        .route("/demo", get(page))
        .route("/demo/page.js", get(page_script))
        .route_layer(from_fn_with_state(headers, add_headers))
        .route("/demo/sent", get(list))
        .merge(calls)
        .with_state(chats)
        .merge(rooms)
}

async fn take_at_root(
    chats: State<FakeChats>,
    Path(chat): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    take(chats, Path((chat, String::new())), method, headers, body).await
}

async fn take(
    State(chats): State<FakeChats>,
    Path((chat, rest)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let number = chats.count.fetch_add(1, Ordering::Relaxed) + 1;
    // Only the last part: before it some chats want the token.
    let call = rest.rsplit('/').next().unwrap_or_default();
    let text = String::from_utf8_lossy(&body);
    let json = serde_json::from_str::<Value>(&text).ok();
    if let Some(json) = json.as_ref().filter(|_| rooms::is_chat(&chat)) {
        chats.rooms.answer(&chat, json);
    }
    let shown = json
        .and_then(|json| serde_json::to_string_pretty(&json).ok())
        .unwrap_or_else(|| text.into_owned());
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    tracing::info!(chat, call, is_json, "the demo's chat was sent a message");
    let sent = Sent { number, chat: chat.clone(), call: format!("{method} {call}"), body: shown };
    {
        let mut list = chats.sent.lock();
        list.push_front(sent);
        list.truncate(KEPT);
    }
    Json(answer(&chat, number)).into_response()
}

/// What the real chat would answer.
fn answer(chat: &str, number: u64) -> Value {
    match chat {
        "telegram" => json!({ "ok": true, "result": { "message_id": number } }),
        "whatsapp-cloud" => json!({
            "messaging_product": "whatsapp",
            "messages": [{ "id": format!("wamid.DEMO{number}") }],
        }),
        "slack" => json!({ "ok": true, "ts": format!("1767323045.{number:06}") }),
        _ => json!({ "id": format!("demo-{number}") }),
    }
}

async fn list(State(chats): State<FakeChats>) -> Json<Vec<Sent>> {
    Json(chats.sent.lock().iter().cloned().collect())
}

async fn page() -> Html<&'static str> {
    Html(include_str!("page.html"))
}

async fn page_script() -> Response {
    script(include_str!("page.js"))
}
