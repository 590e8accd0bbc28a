//! What becomes of a message that the chat does not take at once, or at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eclusa_tests::{Channel, Chat, Eclusa, FakeChat, Reply, Setup, Unreachable, delivery};
use serde_json::{Value, json};

/// A channel in whose usual conversation the person has written.
async fn greeted(eclusa: &Eclusa, chat: Chat, id: &str, url: &str) -> Channel {
    let channel = eclusa.create(&chat.channel(id, url)).await;
    eclusa.chat_posts(chat, &channel, &chat.text_request("41", "Oi")).await.ok();
    channel
}

fn text(chat: Chat, body: &str) -> Value {
    json!({ "conversation": chat.conversation(), "type": "text", "text": { "body": body } })
}

#[tokio::test]
async fn a_chat_that_refuses_connections_is_tried_again() {
    let (nobody, fake) = (Unreachable::new(), FakeChat::start(Chat::Open));
    // By default the next attempts come within hours.
    let eclusa = Setup::with(&[Chat::Open]).start();
    let away = greeted(&eclusa, Chat::Open, "away", &nobody.url(Chat::Open)).await;
    let there = greeted(&eclusa, Chat::Open, "there", &fake.url()).await;
    let waiting = eclusa.send(&away, &text(Chat::Open, "Oi")).await;
    let is_waiting = |message: &Value| {
        message["attempts"].as_array().is_some_and(|attempts| attempts.len() >= 2)
    };
    let message = eclusa.message_when(&waiting, is_waiting).await;
    assert_eq!(message["state"], "queued");
    assert!(message["next_attempt_at"].is_string(), "{message}");
    let attempt = &message["attempts"][0];
    assert_eq!(
        (&attempt["status"], &attempt["problem"]["code"]),
        (&Value::Null, &json!("connect_failed"))
    );
    assert_eq!(attempt["problem"]["retryable"], true);
    assert!(attempt["problem"]["action"].is_string());
    // Others do not wait for it.
    let sent = eclusa.send(&there, &text(Chat::Open, "Oi")).await;
    eclusa.message_in_state(&sent, "sent").await;
    assert!(eclusa.dead_letters(&away).await.is_empty());
}

#[tokio::test]
async fn after_the_last_attempt_a_message_is_a_dead_letter_with_its_reason() {
    let nobody = Unreachable::new();
    let eclusa = Setup::with(&[Chat::Open]).config(&delivery(3, 0.1)).start();
    let channel = greeted(&eclusa, Chat::Open, "away", &nobody.url(Chat::Open)).await;
    let id = eclusa.send(&channel, &text(Chat::Open, "Oi")).await;
    let message = eclusa.message_when(&id, |message| message["state"] == "failed").await;
    assert_eq!(message["attempts"].as_array().unwrap().len(), 3);
    assert_eq!(message["next_attempt_at"], Value::Null);
    let letters = eclusa.dead_letters(&channel).await;
    let letter = &letters[0];
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (&letter["id"], &letter["kind"], &letter["attempts"]),
        (&json!(id), &json!("message"), &json!(3))
    );
    assert_eq!(letter["conversation"], Chat::Open.conversation());
    assert_eq!(letter["problem"]["code"], "connect_failed");
    assert_eq!(letter["problem"], message["problem"]);
}

#[tokio::test]
async fn too_many_requests_are_followed_by_a_pause_and_another_attempt() {
    for chat in Chat::ALL {
        let fake = FakeChat::start(chat);
        let eclusa = Setup::with(&[chat]).start();
        let channel = greeted(&eclusa, chat, "busy", &fake.url()).await;
        let busy = Reply::json(429, &documented_429(chat)).header("retry-after", "1");
        fake.rule(move |_, number| (number == 1).then(|| busy.clone()));
        let id = eclusa.send(&channel, &text(chat, "Oi")).await;
        let message = eclusa.message_in_state(&id, "sent").await;
        let attempts = message["attempts"].as_array().unwrap();
        assert_eq!((attempts.len(), &attempts[0]["status"]), (2, &json!(429)), "{chat:?}");
        let started = |index: usize| attempts[index]["started_at"].as_str().unwrap().to_owned();
        // Both are UTC to the millisecond: a second later is another text.
        assert_ne!(started(0)[..19], started(1)[..19], "{chat:?}: it asked for a second");
        let requests = fake.requests();
        assert_eq!(requests[0].body, requests[1].body, "{chat:?}");
    }
}

fn documented_429(chat: Chat) -> Value {
    match chat {
        Chat::Open => json!({ "error": "slow down" }),
        Chat::Telegram => json!({
            "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 1",
            "parameters": { "retry_after": 1 },
        }),
        Chat::Whatsapp => json!({
            "error": { "message": "(#130429) Rate limit hit", "type": "OAuthException", "code": 130_429 },
        }),
        Chat::Slack => json!({ "ok": false, "error": "ratelimited" }),
    }
}

#[tokio::test]
async fn a_refusal_for_good_is_a_dead_letter_at_once() {
    for chat in Chat::ALL {
        let fake = FakeChat::start(chat);
        let eclusa = Setup::with(&[chat]).start();
        let channel = greeted(&eclusa, chat, "refusing", &fake.url()).await;
        fake.rule(|_, number| (number == 1).then(|| Reply::json(400, &json!({ "error": "no" }))));
        let refused = eclusa.send(&channel, &text(chat, "Oi")).await;
        let next = eclusa.send(&channel, &text(chat, "Oi de novo")).await;
        let message = eclusa.message_when(&refused, |message| message["state"] == "failed").await;
        assert_eq!(message["attempts"].as_array().unwrap().len(), 1, "{chat:?}");
        assert_eq!(message["attempts"][0]["status"], 400, "{chat:?}");
        let letters = eclusa.dead_letters(&channel).await;
        assert_eq!((letters.len(), &letters[0]["id"]), (1, &json!(refused)), "{chat:?}");
        // The conversation goes on.
        eclusa.message_in_state(&next, "sent").await;
        assert_eq!(fake.requests().len(), 2, "{chat:?}");
    }
}

#[tokio::test]
async fn a_conversation_that_waits_holds_no_other() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).config(&delivery(1000, 0.1)).start();
    let channel = greeted(&eclusa, Chat::Open, "site", &fake.url()).await;
    let healthy = Arc::new(AtomicBool::new(false));
    let is_healthy = Arc::clone(&healthy);
    fake.rule(move |request, _| {
        let held =
            request.json()["conversation"] == "site-17" && !is_healthy.load(Ordering::SeqCst);
        held.then(|| Reply::json(503, &json!({})))
    });
    let first = eclusa.send(&channel, &text(Chat::Open, "1")).await;
    let second = eclusa.send(&channel, &text(Chat::Open, "2")).await;
    let elsewhere = json!({ "conversation": "site-18", "type": "text", "text": { "body": "3" } });
    let started = eclusa.post("/v1/channels/site/messages?start=true", &elsewhere).await;
    eclusa.message_in_state(started.ok()["id"].as_str().unwrap(), "sent").await;
    fake.requests_of(4).await;
    assert_eq!(
        eclusa.message(&second).await["attempts"],
        json!([]),
        "the second waits for the first"
    );
    healthy.store(true, Ordering::SeqCst);
    for id in [first, second] {
        eclusa.message_in_state(&id, "sent").await;
    }
    let taken: Vec<Value> =
        fake.taken(3).await.iter().map(|request| request.json()["text"]["body"].clone()).collect();
    assert_eq!(taken, ["3", "1", "2"]);
}

/// People may write what looks like a placeholder; it goes out as they wrote it.
#[tokio::test]
async fn a_placeholder_in_a_text_is_no_placeholder() {
    for chat in Chat::ALL {
        let fake = FakeChat::start(chat);
        let eclusa = Setup::with(&[chat]).start();
        let channel = greeted(&eclusa, chat, "curious", &fake.url()).await;
        let names = chat.secrets().iter().map(|(name, _)| format!("{{secret:{name}}}"));
        let written = names.collect::<Vec<_>>().join(" and ");
        let id = eclusa.send(&channel, &text(chat, &written)).await;
        eclusa.message_in_state(&id, "sent").await;
        let request = fake.requests().pop().unwrap();
        // Read as JSON: a brace may be written as an escape.
        let body = request.json().to_string();
        assert!(body.contains(&written), "{chat:?}: {}", request.body);
        for (name, value) in chat.secrets() {
            assert!(!request.body.contains(value), "{chat:?} was sent `{name}`");
        }
    }
}

#[tokio::test]
async fn a_message_waiting_for_a_channel_that_is_deleted_says_so() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).config(&delivery(3, 0.1)).start();
    let channel = greeted(&eclusa, Chat::Open, "site", &fake.url()).await;
    fake.rule(|_, _| Some(Reply::json(503, &json!({}))));
    let id = eclusa.send(&channel, &text(Chat::Open, "Oi")).await;
    fake.requests_of(1).await;
    let answer = eclusa.api("DELETE", "/v1/channels/site", &Value::Null).await;
    assert_eq!(answer.status, 204);
    let message = eclusa.message_when(&id, |message| message["state"] == "failed").await;
    assert_eq!(message["problem"]["code"], "channel_deleted", "{message}");
    let body = Chat::Open.text_request("42", "Oi");
    eclusa.chat_posts(Chat::Open, &channel, &body).await.problem(404, "channel_unknown");
}
