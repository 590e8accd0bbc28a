//! The console in a real Chromium: what a person does, in both languages, by mouse
//! and by keyboard, and how it looks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod channels;
mod dashboard;
mod documentation;
mod flows;
mod inbox;
mod looks;
mod operations;
#[path = "../../../host/server/tests/openapi/pages.rs"]
mod routes;
mod samples;
mod sights;
mod story;

use eclusa_tests::{Channel, Chat, Chromium, Eclusa};
use serde_json::{Value, json};

/// Opens the console, and signs in.
async fn signed_in(chromium: &Chromium, eclusa: &Eclusa) {
    signed_in_with(chromium, eclusa, eclusa.token()).await;
}

/// The same with a token of another role.
async fn signed_in_with(chromium: &Chromium, eclusa: &Eclusa, token: &str) {
    // From elsewhere: with another part behind # alone, no page is loaded.
    chromium.open("about:blank").await;
    chromium.open(&format!("{}/login#token={}", eclusa.url(), token)).await;
    chromium.click("#sign-in").await;
    chromium.wait_for("location.pathname === '/'").await;
}

/// No page has anything to complain of, and none has asked another host.
async fn nothing_is_wrong(chromium: &Chromium, eclusa: &Eclusa) {
    nothing_is_wrong_at(chromium, eclusa.url()).await;
}

/// The same of a server at this address.
async fn nothing_is_wrong_at(chromium: &Chromium, address: &str) {
    // A form that is refused is one of them: that is how Chromium tells of 422.
    let mut complaints = chromium.complaints().await;
    complaints.retain(|complaint| !complaint.contains("the server responded with a status of 422"));
    assert_eq!(complaints, Vec::<String>::new());
    let requests = chromium.requests().await;
    assert!(!requests.is_empty());
    for url in requests {
        assert!(url.starts_with(address), "{url}");
    }
}

/// One message of each type, in what `type` names.
fn six_types() -> [Value; 6] {
    let file = |name: &str, mime: &str| {
        json!({ "url": format!("https://files.example.com/{name}"), "mime": mime,
                "filename": name, "size": 1_400_000, "caption": "Segue o arquivo." })
    };
    [
        json!({ "type": "text", "text": { "body": "Bom dia!\nMeu pedido: https://loja.example.com/p/1. <b>Obrigada</b>" } }),
        json!({ "type": "document", "document": file("nota.pdf", "application/pdf") }),
        json!({ "type": "audio", "audio": { "url": "https://files.example.com/a.ogg", "mime": "audio/ogg", "duration": 13, "voice": true } }),
        json!({ "type": "video", "video": file("caixa.mp4", "video/mp4") }),
        json!({ "type": "location", "location": { "latitude": -23.55052, "longitude": -46.633308, "name": "Loja Sé", "address": "Praça da Sé, 1, São Paulo" } }),
        json!({ "type": "contact", "contact": { "name": "João Souza", "organization": "Loja Sé", "emails": ["joao@example.com"],
                "phones": [{ "number": "+55 (11) 5555-0100", "label": "work" }] } }),
    ]
}

/// Somebody writes one message of each type on the channel `site`, and is answered and
/// attended; its protocol number.
async fn an_attendance(eclusa: &Eclusa) -> String {
    let site = eclusa.get("/v1/channels/site").await.ok();
    let ingress = site["ingress_url"].as_str().unwrap().strip_prefix(eclusa.url()).unwrap();
    let channel = Channel { id: "site".to_owned(), ingress: ingress.to_owned() };
    for (number, mut message) in six_types().into_iter().enumerate() {
        message["id"] = json!(format!("six-{number}"));
        message["conversation"] = json!("ana-1");
        message["from"] = json!({ "id": "u-ana", "name": "Ana Silva" });
        eclusa.chat_posts(Chat::Open, &channel, &message.to_string()).await.ok();
    }
    let found = eclusa.get("/v1/attendances?contact=u-ana").await.ok();
    let protocol = found["attendances"][0]["protocol"].as_str().unwrap().to_owned();
    let path = format!("/v1/attendances/{protocol}");
    eclusa.post(&format!("{path}/assign"), &json!({ "agent": "rui" })).await.ok();
    let answer = json!({ "conversation": "ana-1", "type": "text", "text": { "body": "Bom dia, Ana! Já vou ver." } });
    eclusa.post("/v1/channels/site/messages", &answer).await.ok();
    protocol
}
