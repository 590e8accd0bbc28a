//! Conversations that wait for a person where a message of them cannot be
//! delivered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eclusa_tests::{Channel, Chat, Eclusa, FakeChat, Reply, Setup};
use serde_json::{Value, json};

/// A chat that refuses what says `bad` for good, until it is told to take it.
fn picky(fake: &FakeChat) -> Arc<AtomicBool> {
    let takes = Arc::new(AtomicBool::new(false));
    let is_taking = Arc::clone(&takes);
    fake.rule(move |request, _| {
        let refused = request.body.contains("bad") && !is_taking.load(Ordering::SeqCst);
        refused.then(|| Reply::json(400, &json!({ "error": "no" })))
    });
    takes
}

async fn holding(eclusa: &Eclusa, fake: &FakeChat) -> Channel {
    let mut channel = Chat::Open.channel("site", &fake.url());
    channel["delivery"] = json!({ "on_exhaustion": "hold" });
    eclusa.create(&channel).await
}

async fn send(eclusa: &Eclusa, conversation: &str, body: &str) -> String {
    let message = json!({
        "conversation": conversation, "type": "text", "text": { "body": body },
    });
    let answer = eclusa.post("/v1/channels/site/messages?start=true", &message).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Two messages that are refused, and one behind each; gives their ids.
async fn held(eclusa: &Eclusa) -> [String; 4] {
    let first = send(eclusa, "c1", "bad 1").await;
    let second = send(eclusa, "c1", "good 2").await;
    let third = send(eclusa, "c2", "bad 3").await;
    let fourth = send(eclusa, "c2", "good 4").await;
    for id in [&first, &third] {
        eclusa.message_when(id, |message| message["state"] == "failed").await;
    }
    // Another conversation of the channel goes on.
    let other = send(eclusa, "c3", "good 5").await;
    eclusa.message_in_state(&other, "sent").await;
    for id in [&second, &fourth] {
        assert_eq!(eclusa.message(id).await["state"], "queued");
    }
    [first, second, third, fourth]
}

fn said(fake: &FakeChat, conversation: &str) -> Vec<String> {
    let requests = fake.requests().into_iter().map(|request| request.json());
    let here = requests.filter(|json| json["conversation"] == conversation);
    here.map(|json| json["text"]["body"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_held_conversation_waits_until_its_letter_is_redriven_or_discarded() {
    let fake = FakeChat::start(Chat::Open);
    let takes = picky(&fake);
    let mut eclusa = Setup::with(&[Chat::Open]).start();
    let channel = holding(&eclusa, &fake).await;
    let [first, second, third, fourth] = held(&eclusa).await;
    let is_held = |letters: &[Value]| letters.iter().all(|letter| letter["held"] == true);
    let letters = eclusa.dead_letters(&channel).await;
    assert_eq!(letters.len(), 2);
    assert!(is_held(&letters), "{letters:?}");
    eclusa.kill();
    eclusa.start_again();
    // It is held after the restart too: what is sent elsewhere overtakes it.
    let other = send(&eclusa, "c3", "good 6").await;
    eclusa.message_in_state(&other, "sent").await;
    assert!(is_held(&eclusa.dead_letters(&channel).await));
    assert_eq!(said(&fake, "c1"), ["bad 1"]);

    // Redriven too early: it is held again, and the conversation with it.
    let body = json!({ "ids": [first] });
    eclusa.post("/v1/dead-letters/redrive", &body).await.ok();
    let twice = |message: &Value| {
        message["state"] == "failed" && message["attempts"].as_array().unwrap().len() == 2
    };
    eclusa.message_when(&first, twice).await;
    assert_eq!(eclusa.message(&second).await["state"], "queued");

    takes.store(true, Ordering::SeqCst);
    eclusa.post("/v1/dead-letters/redrive", &body).await.ok();
    eclusa.message_in_state(&second, "sent").await;
    assert_eq!(said(&fake, "c1"), ["bad 1", "bad 1", "bad 1", "good 2"]);

    assert_eq!(eclusa.message(&fourth).await["state"], "queued");
    let path = format!("/v1/dead-letters/{third}/discard");
    eclusa.post(&path, &json!({ "reason": "a test message" })).await.ok();
    eclusa.message_in_state(&fourth, "sent").await;
    assert_eq!(said(&fake, "c2"), ["bad 3", "good 4"]);
    assert_eq!(eclusa.message(&third).await["state"], "failed");
    assert!(eclusa.dead_letters(&channel).await.is_empty());
}
