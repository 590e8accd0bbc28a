//! Calls of the API that are wrong: a problem document says what, where, and what
//! to do.

use std::collections::HashMap;

use eclusa_tests::{Channel, Chat, Eclusa, FakeChat, Setup};
use serde_json::{Value, json};

async fn with_channel() -> (Eclusa, FakeChat, Channel) {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open, Chat::Whatsapp]).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let hello = Chat::Open.text_request("m-1", "Oi");
    eclusa.chat_posts(Chat::Open, &channel, &hello).await.ok();
    (eclusa, fake, channel)
}

fn text(body: &str) -> Value {
    let conversation = Chat::Open.conversation();
    json!({ "conversation": conversation, "type": "text", "text": { "body": body } })
}

fn pointers(problem: &Value) -> Vec<&str> {
    let violations = problem["violations"].as_array().unwrap();
    assert!(
        violations.iter().all(|it| it["message"].as_str().is_some_and(|text| !text.is_empty()))
    );
    violations.iter().map(|violation| violation["pointer"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn messages_that_cannot_be_sent_are_refused_at_the_field() {
    let (eclusa, fake, _) = with_channel().await;
    let conversation = Chat::Open.conversation();
    let with = |more: Value| {
        let mut message = json!({ "conversation": conversation });
        for (name, value) in more.as_object().unwrap() {
            message[name] = value.clone();
        }
        message
    };
    let table = [
        (with(json!({ "type": "picture" })), "/type"),
        (with(json!({ "type": "text", "picture": { "url": "https://a.example/b" } })), "/picture"),
        (with(json!({ "type": "text", "text": { "body": "a", "colour": "red" } })), "/text/colour"),
        (with(json!({ "type": "text", "text": { "body": "a" }, "color": "red" })), "/color"),
        (with(json!({ "type": "text", "text": { "body": 7 } })), "/text/body"),
        (with(json!({ "type": "text", "text": { "body": "a" }, "id": "mine" })), "/id"),
        (json!({ "conversation": "", "type": "text", "text": { "body": "a" } }), "/conversation"),
    ];
    for (message, pointer) in table {
        let answer = eclusa.post("/v1/channels/site/messages", &message).await;
        assert_eq!(pointers(&answer.problem(422, "invalid_input")), [pointer], "{message}");
    }
    // These name the field in words.
    let table = [
        (with(json!({ "type": "text" })), "text"),
        (with(json!({ "type": "text", "text": { "body": "" } })), "text/body"),
        (
            with(
                json!({ "type": "text", "text": { "body": "a" }, "location": { "latitude": 1, "longitude": 1 } }),
            ),
            "location",
        ),
        (
            with(json!({ "type": "location", "location": { "latitude": 91, "longitude": 0 } })),
            "location/latitude",
        ),
        (
            with(
                json!({ "type": "audio", "audio": { "url": "https://a.example/b", "handle": "c" } }),
            ),
            "handle",
        ),
        (with(json!({ "type": "video", "video": { "url": "ftp://a.example/b" } })), "video/url"),
        (with(json!({ "type": "contact", "contact": { "name": " " } })), "contact/name"),
    ];
    for (message, word) in table {
        let answer = eclusa.post("/v1/channels/site/messages", &message).await;
        let problem = answer.problem(422, "invalid_input");
        assert!(problem["violations"].to_string().contains(word), "{message}: {problem}");
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn calls_that_make_no_sense_are_refused() {
    let (eclusa, fake, _) = with_channel().await;
    let post = async |path: &str, body: &str| {
        let token = ("authorization".to_owned(), format!("Bearer {}", eclusa.token()));
        eclusa.call("POST", path, &[token], body).await
    };
    let message = text("Bom dia!").to_string();
    let messages = "/v1/channels/site/messages";
    post(messages, &message[..20]).await.problem(400, "malformed_json");
    post(messages, &format!("{message}{message}")).await.problem(400, "malformed_json");
    post(messages, "").await.problem(400, "malformed_json");
    post("/v1/channels/nobody/messages", &message).await.problem(404, "channel_not_found");
    post(&format!("{messages}?started=true"), &message).await.problem(400, "invalid_query");
    post("/v1/batches", "{}").await.problem(422, "batch_not_available");
    post("/v1/nothing", "{}").await.problem(404, "route_unknown");
    let mut elsewhere = text("Bom dia!");
    elsewhere["conversation"] = json!("site-18");
    eclusa.post(messages, &elsewhere).await.problem(422, "conversation_unknown");
    for (path, status, code) in [
        ("/v1/messages/01JZZZZZZZZZZZZZZZZZZZZZZ1", 404, "message_not_found"),
        ("/v1/messages/x", 404, "message_not_found"),
        ("/v1/channels/nobody", 404, "channel_not_found"),
        ("/v1/channels/site/logo", 404, "logo_of_channel_not_found"),
        ("/v1/adapters/nobody", 404, "adapter_not_found"),
        ("/v1/events?after=yesterday", 400, "invalid_cursor"),
        ("/v1/events?since=yesterday", 400, "invalid_query"),
        ("/v1/events?limit=0", 422, "invalid_input"),
        ("/v1/events?wait=61", 422, "invalid_input"),
        ("/v1/dead-letters?limit=501", 422, "invalid_input"),
        ("/v1/requests/unmapped?limit=many", 400, "invalid_query"),
    ] {
        eclusa.get(path).await.problem(status, code);
    }
    eclusa.api("DELETE", "/v1/events", &Value::Null).await.problem(405, "method_not_allowed");
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn channels_that_cannot_work_are_refused_at_the_field() {
    let (eclusa, ..) = with_channel().await;
    let sound = Chat::Whatsapp.channel("other", "https://chat.example.com");
    let table = [
        ("/adapter", json!("pigeon"), "/adapter"),
        ("/secrets/password", json!("x"), "/secrets/password"),
        ("/secrets/app-secret", Value::Null, "/secrets/app-secret"),
        ("/settings/phone_number_id", json!(7), "/settings/phone_number_id"),
        ("/settings/phone", json!("7"), "/settings"),
        ("/url", json!("chat.example.com"), "/url"),
        ("/url", json!("https://user:pass@chat.example.com"), "/url"),
        ("/headers/host", json!("other.example.com"), "/headers/host"),
        ("/headers/x-a", json!("a\r\nx-b: c"), "/headers/x-a"),
        ("/color", json!("teal"), "/color"),
        ("/name", json!(" "), "/name"),
        ("/id", json!("Other One"), "/id"),
        ("/colour", json!("#2A9D8F"), "/colour"),
    ];
    for (at, value, pointer) in table {
        let mut channel = sound.clone();
        let (parent, key) = at.rsplit_once('/').unwrap();
        channel.pointer_mut(parent).unwrap()[key] = value;
        let answer = eclusa.post("/v1/channels", &channel).await;
        assert_eq!(pointers(&answer.problem(422, "invalid_input")), [pointer], "{at}");
    }
    let mut taken = sound;
    taken["id"] = json!("site");
    eclusa.post("/v1/channels", &taken).await.problem(409, "channel_exists");
    let token = ("authorization".to_owned(), format!("Bearer {}", eclusa.token()));
    let stale = [token, ("if-match".to_owned(), "\"7\"".to_owned())];
    let delete = eclusa.call("DELETE", "/v1/channels/site", &stale, "").await;
    delete.problem(412, "revision_conflict");
    assert_eq!(eclusa.get("/v1/channels").await.ok()["channels"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_repeated_call_with_its_key_is_one_message() {
    let (eclusa, fake, channel) = with_channel().await;
    let send = async |key: &str, message: &Value| {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = [
            header("authorization", &format!("Bearer {}", eclusa.token())),
            header("idempotency-key", key),
        ];
        eclusa.call("POST", "/v1/channels/site/messages", &headers, message.to_string()).await
    };
    let first = send("key-1", &text("Bom dia!")).await;
    assert_eq!(first.status, 202);
    let id = first.json()["id"].clone();
    assert_eq!(send("key-1", &text("Bom dia!")).await.json()["id"], id);
    send("key-1", &text("Boa tarde!")).await.problem(409, "idempotency_conflict");
    send(&"k".repeat(256), &text("Bom dia!")).await.problem(400, "invalid_idempotency_key");
    let other = send("key-2", &text("Bom dia!")).await.json()["id"].clone();
    assert_ne!(other, id);
    for id in [id, other] {
        eclusa.message_in_state(id.as_str().unwrap(), "sent").await;
    }
    assert_eq!(fake.requests().len(), 2);
    assert!(eclusa.dead_letters(&channel).await.is_empty());
}

#[tokio::test]
async fn each_token_may_do_what_its_role_says() {
    let (eclusa, ..) = with_channel().await;
    let mut tokens = HashMap::new();
    for role in ["viewer", "operator", "platform"] {
        tokens.insert(role, eclusa.new_token(role, role).await);
    }
    let call = async |who: &str, method: &str, path: &str, body: Value| {
        let token = tokens.get(who).map_or(who, String::as_str);
        let header = ("authorization".to_owned(), format!("Bearer {token}"));
        eclusa.call(method, path, &[header], body.to_string()).await
    };
    let reads =
        ["/v1/channels", "/v1/events", "/v1/adapters", "/v1/dead-letters", "/v1/requests/unmapped"];
    for role in ["viewer", "operator", "platform"] {
        for path in reads {
            call(role, "GET", path, Value::Null).await.ok();
        }
    }
    let send = "/v1/channels/site/messages";
    call("viewer", "POST", send, text("Oi")).await.problem(403, "permission_missing");
    assert_eq!(call("platform", "POST", send, text("Oi")).await.status, 202);
    let channel = Chat::Open.channel("second", "https://chat.example.com");
    for role in ["viewer", "platform"] {
        let create = call(role, "POST", "/v1/channels", channel.clone()).await;
        create.problem(403, "permission_missing");
        let delete = call(role, "DELETE", "/v1/channels/site", Value::Null).await;
        delete.problem(403, "permission_missing");
    }
    assert_eq!(call("operator", "POST", "/v1/channels", channel).await.status, 201);
    for path in reads {
        call("guessed", "GET", path, Value::Null).await.problem(401, "token_unknown");
        eclusa.call("GET", path, &[], "").await.problem(401, "token_missing");
        let basic = ("authorization".to_owned(), "Basic dTpw".to_owned());
        eclusa.call("GET", path, &[basic], "").await.problem(401, "token_missing");
    }
}
