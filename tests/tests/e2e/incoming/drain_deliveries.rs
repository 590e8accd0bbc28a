//! Stopping while messages are under way to a chat.

use std::sync::mpsc::Sender;

use eclusa_tests::{Chat, Eclusa, FakeChat, Reply, Setup, eventually};
use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;

use super::raw::Raw;

/// A chat that answers a message when it is told to; it tells the id of each that
/// comes.
fn slow(fake: &FakeChat) -> (UnboundedReceiver<String>, Sender<()>) {
    let (began, has_begun) = tokio::sync::mpsc::unbounded_channel();
    let (answer_now, may_answer) = std::sync::mpsc::channel();
    let may_answer = std::sync::Mutex::new(may_answer);
    fake.rule(move |request, _| {
        began.send(request.json()["id"].as_str().unwrap().to_owned()).unwrap();
        may_answer.lock().unwrap().recv().unwrap();
        Some(Reply::json(200, &json!({ "id": "chat-77" })))
    });
    (has_begun, answer_now)
}

/// Sends a message, and waits until it is under way.
async fn under_way(
    eclusa: &Eclusa,
    fake: &FakeChat,
    began: &mut UnboundedReceiver<String>,
) -> String {
    eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let message = json!({ "conversation": "c1", "type": "text", "text": { "body": "Oi" } });
    let answer = eclusa.post("/v1/channels/site/messages?start=true", &message).await.json();
    let id = answer["id"].as_str().unwrap().to_owned();
    assert_eq!(began.recv().await.unwrap(), id);
    id
}

async fn nobody_listens(eclusa: &Eclusa) {
    let url = eclusa.url().to_owned();
    eventually("nobody listens", async || Raw::try_connect(&url).await.is_none().then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_answer_is_waited_for_and_recorded() {
    let fake = FakeChat::start(Chat::Open);
    let (mut began, answer_now) = slow(&fake);
    let mut eclusa = Setup::with(&[Chat::Open]).start();
    let id = under_way(&eclusa, &fake, &mut began).await;
    eclusa.ask_to_stop();
    nobody_listens(&eclusa).await;
    answer_now.send(()).unwrap();
    assert!(eclusa.stopped().success());
    eclusa.start_again();
    let message = eclusa.message(&id).await;
    assert_eq!(message["state"], "sent");
    assert_eq!(message["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_answered_in_time_goes_out_again_with_its_id() {
    let fake = FakeChat::start(Chat::Open);
    let (mut began, answer_now) = slow(&fake);
    let mut eclusa = Setup::with(&[Chat::Open]).config("[drain]\ndeliveries_ms = 200").start();
    let id = under_way(&eclusa, &fake, &mut began).await;
    eclusa.ask_to_stop();
    assert!(eclusa.stopped().success());
    assert!(eclusa.log().contains("some deliveries were still under way"));
    // The answer that nobody waits for any more, and the next one.
    answer_now.send(()).unwrap();
    answer_now.send(()).unwrap();
    eclusa.start_again();
    assert_eq!(began.recv().await.unwrap(), id);
    let message = eclusa.message_in_state(&id, "sent").await;
    assert_eq!(message["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(fake.requests().len(), 2);
}
