//! What comes twice is one: webhooks, and calls of the platform.

use std::collections::BTreeSet;
use std::sync::mpsc::Sender;

use eclusa_tests::{Answer, Chat, Eclusa, FakeChat, Reply, Setup, eventually, join_all};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

#[tokio::test]
async fn a_hundred_same_webhooks_at_once_are_one_message() {
    for chat in Chat::ALL {
        let eclusa = Setup::with(&[chat]).start();
        let channel = eclusa.create(&chat.channel("site", "https://chat.example")).await;
        let body = chat.text_request("41", "Oi");
        let posts = (0..100).map(|_| eclusa.chat_posts(chat, &channel, &body));
        let answers = join_all(posts).await;
        let mut told = BTreeSet::new();
        for answer in answers {
            assert_eq!(answer.status, 200, "{chat:?}: {}", answer.body);
            told.insert(answer.body);
        }
        // The same answer to all, with the same id.
        assert_eq!(told.len(), 1, "{chat:?}: {told:?}");
        let events = eclusa.events(None, 1).await;
        let id = events[0].json["message"]["id"].as_str().unwrap().to_owned();
        let answer: Value = serde_json::from_str(told.first().unwrap()).unwrap_or_default();
        if let Some(messages) = answer["messages"].as_array() {
            assert_eq!(messages[0]["id"], *id, "{chat:?}");
        }
    }
}

async fn send(eclusa: &Eclusa, key: &str, body: &str) -> Answer {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = [
        header("authorization", &format!("Bearer {}", eclusa.token())),
        header("idempotency-key", key),
    ];
    let path = "/v1/channels/site/messages?start=true";
    eclusa.call("POST", path, &headers, body.to_owned()).await
}

#[tokio::test]
async fn a_repeated_call_gets_the_first_answer_whatever_came_of_it() {
    let fake = FakeChat::start(Chat::Open);
    let mut eclusa = Setup::with(&[Chat::Open]).start();
    eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let body =
        json!({ "conversation": "c1", "type": "text", "text": { "body": "Oi" } }).to_string();
    let answers = join_all((0..50).map(|_| send(&eclusa, "k1", &body))).await;
    let bodies: BTreeSet<&str> = answers.iter().map(|answer| answer.body.as_str()).collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let first: Vec<_> =
        answers.iter().filter(|it| it.header("idempotency-replayed").is_none()).collect();
    assert_eq!(first.len(), 1);
    let (first, location) = (first[0].body.clone(), first[0].header("location").unwrap());
    assert!(answers.iter().all(|it| it.status == 202 && it.header("location") == Some(location)));
    let id = answers[0].json()["id"].as_str().unwrap().to_owned();
    eclusa.message_in_state(&id, "sent").await;
    // The same once it was sent, and after the process was killed.
    for _ in 0..2 {
        let again = send(&eclusa, "k1", &body).await;
        assert_eq!((again.status, &again.body), (202, &first));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        send(&eclusa, "k1", &body.replace("Oi", "Tchau"))
            .await
            .problem(409, "idempotency_conflict");
        eclusa.kill();
        eclusa.start_again();
    }
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn a_repeated_call_gets_the_first_answer_though_it_would_be_refused_now() {
    let fake = FakeChat::start(Chat::Open);
    let mut eclusa = Setup::with(&[Chat::Open]).start();
    eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let body =
        json!({ "conversation": "c1", "type": "text", "text": { "body": "Oi" } }).to_string();
    let first = send(&eclusa, "k1", &body).await;
    eclusa.message_in_state(first.json()["id"].as_str().unwrap(), "sent").await;
    let is_repeated = async |eclusa: &Eclusa| {
        let again = send(eclusa, "k1", &body).await;
        assert_eq!((again.status, &again.body), (202, &first.body));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        send(eclusa, "k1", "{}").await.problem(409, "idempotency_conflict");
    };
    // No disk takes more.
    eclusa.stop();
    eclusa.set_env("ECLUSA_STORAGE__MIN_FREE_BYTES", "4000000000000000000");
    eclusa.start_again();
    eventually("the disk is full", async || {
        let answer = eclusa.call("GET", "/readyz", &[], "").await;
        (answer.status == 503).then_some(())
    })
    .await;
    send(&eclusa, "k2", &body).await.problem(503, "disk_full");
    is_repeated(&eclusa).await;
    eclusa.stop();
    eclusa.set_env("ECLUSA_STORAGE__MIN_FREE_BYTES", "1048576");
    eclusa.start_again();
    let paused = json!({ "reason": "a test" });
    eclusa.post("/v1/channels/site/pause", &paused).await.ok();
    is_repeated(&eclusa).await;
    let deleted = eclusa.api("DELETE", "/v1/channels/site", &Value::Null).await;
    assert_eq!(deleted.status, 204);
    send(&eclusa, "k2", &body).await.problem(404, "channel_not_found");
    is_repeated(&eclusa).await;
    assert_eq!(fake.requests().len(), 1);
}

/// A chat that answers each message when it is told to: `began` hears of each.
fn slow(fake: &FakeChat) -> (UnboundedReceiver<()>, Sender<()>) {
    let (began, has_begun) = tokio::sync::mpsc::unbounded_channel();
    let (answer_now, may_answer) = std::sync::mpsc::channel();
    let may_answer = std::sync::Mutex::new(may_answer);
    fake.rule(move |_, _| {
        began.send(()).unwrap();
        may_answer.lock().unwrap().recv().unwrap();
        Some(Reply::json(200, &json!({ "id": "chat-77" })))
    });
    (has_begun, answer_now)
}

async fn waits(eclusa: &Eclusa, count: usize) {
    eventually("webhooks wait", async || {
        let metrics = eclusa.get("/metrics").await.body;
        let line = format!("eclusa_ingress_waits_total{{channel=\"site\"}} {count}");
        metrics.lines().any(|it| it == line).then_some(())
    })
    .await;
}

/// The first webhook waits for one of its conversations; the second is about the
/// other one only, which nothing of ours is under way in.
#[tokio::test]
async fn a_webhook_does_not_overtake_one_that_waits() {
    let fake = FakeChat::start(Chat::Open);
    let (mut has_begun, answer_now) = slow(&fake);
    let eclusa = Setup::with(&[Chat::Open]).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let body = json!({ "conversation": "c1", "type": "text", "text": { "body": "Oi" } });
    send(&eclusa, "k", &body.to_string()).await;
    has_begun.recv().await.unwrap();
    let message = |id: &str, conversation: &str| {
        json!({
            "id": id, "conversation": conversation, "from": { "id": "ana" }, "type": "text",
            "text": { "body": id },
        })
    };
    let both = json!([message("a1", "c1"), message("a2", "c2")]).to_string();
    let second = message("b1", "c2").to_string();
    let rest = async {
        waits(&eclusa, 1).await;
        let told = async {
            waits(&eclusa, 2).await;
            answer_now.send(()).unwrap();
        };
        tokio::join!(eclusa.chat_posts(Chat::Open, &channel, &second), told).0.ok()
    };
    let (first, _) = tokio::join!(eclusa.chat_posts(Chat::Open, &channel, &both), rest);
    first.ok();
    let events = eclusa.events(None, 3).await;
    let order: Vec<_> = events.iter().map(|it| it.json["message"]["external_id"].clone()).collect();
    assert_eq!(order, ["a1", "a2", "b1"]);
    // Nobody waits where nothing is under way.
    eclusa.chat_posts(Chat::Open, &channel, &message("b2", "c2").to_string()).await.ok();
    waits(&eclusa, 2).await;
}

/// What the chat reports of a message that was sent through Eclusa.
fn report(fake: &FakeChat) -> String {
    let external_id = fake.requests()[0].reply.external_id.clone().unwrap();
    json!({
        "id": external_id, "conversation": "c1", "from": { "id": "shop" }, "type": "text",
        "text": { "body": "Oi" },
    })
    .to_string()
}

#[tokio::test]
async fn a_report_of_our_message_is_no_new_one() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let body = json!({ "conversation": "c1", "type": "text", "text": { "body": "Oi" } });
    let id = send(&eclusa, "k", &body.to_string()).await.json()["id"].as_str().unwrap().to_owned();
    eclusa.message_in_state(&id, "sent").await;
    let answer = eclusa.chat_posts(Chat::Open, &channel, &report(&fake)).await;
    assert_eq!(answer.ok()["messages"][0]["id"], *id);
    let request = answer.header("eclusa-request-id").unwrap();
    let record = eclusa.get(&format!("/v1/requests/{request}/replay")).await.ok();
    assert_eq!(record["request"]["warnings"][0]["code"], "echo", "{record}");
    assert_eq!(eclusa.get("/v1/events").await.ok()["events"], json!([]));
    let metrics = eclusa.get("/metrics").await.body;
    assert!(metrics.contains("eclusa_echoes_total{channel=\"site\"} 1"), "{metrics}");
}

#[tokio::test]
async fn a_report_that_comes_before_the_answer_is_no_new_one_either() {
    let fake = FakeChat::start(Chat::Open);
    let (mut has_begun, answer_now) = slow(&fake);
    let eclusa = Setup::with(&[Chat::Open]).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let body = json!({ "conversation": "c1", "type": "text", "text": { "body": "Oi" } });
    let id = send(&eclusa, "k", &body.to_string()).await.json()["id"].as_str().unwrap().to_owned();
    let report = json!({
        "id": "chat-77", "conversation": "c1", "from": { "id": "shop" }, "type": "text",
        "text": { "body": "Oi" },
    })
    .to_string();
    has_begun.recv().await.unwrap();
    let reported = eclusa.chat_posts(Chat::Open, &channel, &report);
    let answers = async {
        waits(&eclusa, 1).await;
        answer_now.send(()).unwrap();
    };
    let (answer, ()) = tokio::join!(reported, answers);
    assert_eq!(answer.ok()["messages"][0]["id"], *id);
    eclusa.message_in_state(&id, "sent").await;
    assert_eq!(eclusa.get("/v1/events").await.ok()["events"], json!([]));
}
