//! Dead letters by the API: each answer is held against openapi.json, and all
//! calls about them are made.

use std::path::Path;

use serde_json::{Value, json};

use crate::api::{Api, Sent};

/// A chat that refuses every message.
async fn refusing_chat() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let refuse = || async { (axum::http::StatusCode::BAD_REQUEST, "no") };
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(refuse)).await });
    url
}

async fn ok(api: &Api, path: &str, body: Value) -> Value {
    let answer = api.call("post", path, Sent::Json(body)).await;
    assert_eq!(answer.status, 200, "{path}: {:#}", answer.body);
    answer.body
}

#[tokio::test]
async fn letters_are_answered_as_documented() {
    let adapters = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join("target/hostile/shop-1.wasm");
    std::fs::copy(&file, adapters.path().join("shop.wasm")).unwrap();
    let api = Api::start(adapters.path()).await;
    let url = refusing_chat().await;
    let channel = json!({ "id": "counter", "name": "Counter", "adapter": "shop", "url": url });
    let created = api.call("post", "/v1/channels", Sent::Json(channel)).await;
    let ingress = created.body["ingress_url"].as_str().unwrap();
    let ingress = ingress[ingress.find("/in/").unwrap()..].to_owned();
    let voice = json!({
        "id": "v1", "thread": "t-1", "user": { "id": "u-1", "name": "Ana" }, "kind": "voice",
        "at": "2026-03-01T12:00:00Z", "url": "https://files.example/a.ogg", "order": "A-1",
    });
    let unmapped = api.call("post", &ingress, Sent::Json(voice)).await.request_id;
    let message = json!({ "conversation": "t-1", "type": "text", "text": { "body": "Oi" } });
    let path = "/v1/channels/counter/messages?start=true";
    let sent = api.call("post", path, Sent::Json(message)).await;
    api.until(&sent.location, |it| it["state"] == "failed").await;
    let id = sent.body["id"].as_str().unwrap().to_owned();

    let list = api.get("/v1/dead-letters?limit=1").await;
    assert_eq!((&list["dead_letters"][0]["id"], &list["next"]), (&json!(id), &json!(id)));
    let next = api.get(&format!("/v1/dead-letters?before={id}")).await;
    assert_eq!(next["dead_letters"][0]["id"], unmapped);
    for id in [&id, &unmapped] {
        api.get(&format!("/v1/dead-letters/{id}")).await;
    }
    for (query, code) in [
        ("kind=letter", "invalid_query"),
        ("colour=red", "invalid_query"),
        ("before=x", "invalid_cursor"),
        ("limit=0", "invalid_input"),
        ("after_time=x", "invalid_input"),
        ("revision=xyz", "invalid_input"),
    ] {
        let refused = api.refused("get", &format!("/v1/dead-letters?{query}"), Sent::Nothing).await;
        assert_eq!(refused.1, code, "{query}");
    }

    let redriven = ok(&api, &format!("/v1/dead-letters/{id}/redrive"), json!({})).await;
    assert_eq!(redriven["redriven"], json!([id]));
    let refused_again = |it: &Value| it["attempts"].as_array().is_some_and(|all| all.len() == 2);
    api.until(&sent.location, |it| refused_again(it) && it["state"] == "failed").await;
    let body = json!({ "ids": [unmapped, "none"], "revision": "0" });
    let skipped = ok(&api, "/v1/dead-letters/redrive", body).await;
    assert_eq!(skipped["skipped"].as_array().unwrap().len(), 2, "{skipped:#}");
    let filter = json!({ "filter": { "kind": "request", "channel": "counter" }, "limit": 1 });
    let of_filter = ok(&api, "/v1/dead-letters/redrive", filter).await;
    assert_eq!((&of_filter["redriven"], &of_filter["next"]), (&json!([]), &json!(unmapped)));
    let last = json!({ "filter": { "kind": "request" }, "after": unmapped });
    assert_eq!(ok(&api, "/v1/dead-letters/redrive", last).await["next"], Value::Null);
    let wrong = Sent::Json(json!({ "filter": {}, "after": "x" }));
    let refused = api.refused("post", "/v1/dead-letters/redrive", wrong).await;
    assert_eq!(refused, (400, "invalid_cursor".to_owned()));

    for id in [&id, &unmapped] {
        let why = json!({ "reason": "a test message" });
        let discarded = ok(&api, &format!("/v1/dead-letters/{id}/discard"), why).await;
        assert_eq!(discarded["discarded"], json!([id]));
        api.get(&format!("/v1/dead-letters/{id}")).await;
    }
    let discarded = api.get("/v1/dead-letters?state=discarded").await;
    assert_eq!(discarded["dead_letters"].as_array().unwrap().len(), 2);
    for action in ["redrive", "discard"] {
        let body = if action == "discard" { json!({ "reason": "x" }) } else { json!({}) };
        let path = format!("/v1/dead-letters/none/{action}");
        let refused = api.refused("post", &path, Sent::Json(body)).await;
        assert_eq!(refused, (404, "dead_letter_not_found".to_owned()));
    }
    let seen = api.seen();
    let of_letters = api.document().operations();
    let of_letters = of_letters.iter().filter(|it| it.path.starts_with("/v1/dead-letters"));
    let missed: Vec<&str> = of_letters.map(|it| it.id()).filter(|id| !seen.contains(*id)).collect();
    assert!(missed.is_empty(), "no success was seen of {missed:?}");
    api.stop().await;
}
