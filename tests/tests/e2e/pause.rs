//! Destinations that are paused, and conversations that are asked why they wait.

use eclusa_tests::{Channel, Chat, Eclusa, FakeChat, Reply, Setup, delivery, eventually};
use serde_json::{Value, json};

/// A channel in whose usual conversation the person has written.
async fn greeted(eclusa: &Eclusa, channel: &Value) -> Channel {
    let channel = eclusa.create(channel).await;
    eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("41", "Oi")).await.ok();
    channel
}

fn text(body: &str) -> Value {
    let conversation = Chat::Open.conversation();
    json!({ "conversation": conversation, "type": "text", "text": { "body": body } })
}

/// The first lane of a channel that waits, once it waits for this.
async fn waits_for(eclusa: &Eclusa, channel: &str, code: &str) -> Value {
    let path = format!("/v1/channels/{channel}/waiting");
    eventually("what was asked for", || async {
        let page = eclusa.get(&path).await.ok();
        let lane = page["lanes"].as_array()?.first()?.clone();
        (lane["reason"]["code"] == code).then_some(lane)
    })
    .await
}

fn bodies(fake: &FakeChat) -> Vec<Value> {
    fake.requests().iter().map(|request| request.json()["text"]["body"].clone()).collect()
}

#[tokio::test]
async fn a_paused_channel_takes_in_and_holds_back_over_a_restart() {
    let fake = FakeChat::start(Chat::Open);
    let mut eclusa = Setup::with(&[Chat::Open]).start();
    let channel = greeted(&eclusa, &Chat::Open.channel("site", &fake.url())).await;
    let paused = eclusa.cli(&["channel", "pause", "site", "--reason", "they move"]).await;
    assert!(paused.out.contains("paused since"), "{}", paused.out);
    let ids = [eclusa.send(&channel, &text("1")).await, eclusa.send(&channel, &text("2")).await];
    eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("42", "Oi?")).await.ok();
    eclusa.kill();
    eclusa.start_again();
    let lane = waits_for(&eclusa, "site", "paused").await;
    assert_eq!((&lane["waiting"], &lane["message"]), (&json!(2), &json!(ids[0])));
    assert_eq!(lane["conversation"], Chat::Open.conversation());
    let told = eclusa.get("/v1/channels/site").await.ok();
    assert_eq!(told["paused"]["code"], "operator");
    assert_eq!(told["paused"]["reason"], "they move");
    assert_eq!(told["paused"]["by"], "admin");
    let waiting = eclusa.cli(&["channel", "waiting", "site", Chat::Open.conversation()]).await;
    assert!(waiting.out.contains("paused: See why"), "{}", waiting.out);
    assert!(fake.requests().is_empty(), "it went out while paused");
    eclusa.cli(&["channel", "resume", "site"]).await;
    for id in &ids {
        let message = eclusa.message_in_state(id, "sent").await;
        assert_eq!(message["attempts"].as_array().unwrap().len(), 1);
    }
    assert_eq!(bodies(&fake), ["1", "2"]);
    assert_eq!(eclusa.get("/v1/channels/site").await.ok()["paused"], Value::Null);
}

#[tokio::test]
async fn a_chat_that_says_gone_is_paused_and_loses_nothing() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).config(&delivery(2, 0.05)).start();
    let channel = greeted(&eclusa, &Chat::Open.channel("site", &fake.url())).await;
    fake.rule(|_, _| Some(Reply::json(410, &json!({}))));
    let id = eclusa.send(&channel, &text("1")).await;
    let next = eclusa.send(&channel, &text("2")).await;
    let lane = waits_for(&eclusa, "site", "paused").await;
    assert_eq!((&lane["waiting"], &lane["message"]), (&json!(2), &json!(id)));
    let told = eclusa.get("/v1/channels/site").await.ok();
    assert_eq!(
        (&told["paused"]["code"], &told["paused"]["by"]),
        (&json!("gone"), &json!("eclusa"))
    );
    assert_eq!(fake.requests().len(), 1, "it was tried again");
    let message = eclusa.message(&id).await;
    assert_eq!(
        (&message["state"], &message["attempts"][0]["status"]),
        (&json!("queued"), &json!(410))
    );
    fake.no_rule();
    eclusa.post("/v1/channels/site/resume", &json!({})).await.ok();
    for id in [id, next] {
        eclusa.message_in_state(&id, "sent").await;
    }
    assert!(eclusa.dead_letters(&channel).await.is_empty());
    assert!(eclusa.log().contains("is paused"));
}

#[tokio::test]
async fn letters_in_a_row_pause_a_channel() {
    let fake = FakeChat::start(Chat::Open);
    let config = "[delivery]\npause = { letters = 3, over = 0.0 }";
    let eclusa = Setup::with(&[Chat::Open]).config(config).start();
    let channel = greeted(&eclusa, &Chat::Open.channel("site", &fake.url())).await;
    fake.rule(|_, _| Some(Reply::json(401, &json!({}))));
    for number in 0..5 {
        eclusa.send(&channel, &text(&number.to_string())).await;
    }
    let lane = waits_for(&eclusa, "site", "paused").await;
    assert_eq!(lane["waiting"], 2);
    let told = eclusa.get("/v1/channels/site").await.ok();
    assert_eq!(told["paused"]["code"], "failing");
    assert_eq!(eclusa.dead_letters(&channel).await.len(), 3);
}

/// A host that fails is left alone; what waits for it uses up no attempts.
#[tokio::test]
async fn an_open_breaker_is_told_and_costs_no_attempts() {
    let fake = FakeChat::start(Chat::Open);
    let config = "[delivery]\nretry = [600]\nbreaker = { failures = 1, first_pause = 600 }";
    let eclusa = Setup::with(&[Chat::Open]).config(config).start();
    let channel = greeted(&eclusa, &Chat::Open.channel("site", &fake.url())).await;
    fake.rule(|_, _| Some(Reply::json(503, &json!({}))));
    let failed = eclusa.send(&channel, &text("1")).await;
    waits_for(&eclusa, "site", "retry").await;
    let message = json!({ "conversation": "site-9", "type": "text", "text": { "body": "2" } });
    let answer = eclusa.post("/v1/channels/site/messages?start=true", &message).await.ok();
    let blocked = answer["id"].as_str().unwrap();
    let path = "/v1/channels/site/waiting?conversation=site-9";
    let lane = eventually("what was asked for", || async {
        let page = eclusa.get(path).await.ok();
        let lane = page["lanes"].as_array()?.first()?.clone();
        (lane["reason"]["code"] == "breaker_open").then_some(lane)
    })
    .await;
    assert!(fake.url().contains(lane["reason"]["host"].as_str().unwrap()));
    assert!(lane["reason"]["next_attempt_at"].is_string());
    assert_eq!(lane["message"], blocked);
    assert_eq!(eclusa.message(blocked).await["attempts"], json!([]));
    assert_eq!(eclusa.message(&failed).await["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(fake.requests().len(), 1);
}

/// A channel's own delivery settings count, and wrong ones are named.
#[tokio::test]
async fn a_channel_has_its_own_retries_and_pace() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).start();
    let mut input = Chat::Open.channel("site", &fake.url());
    input["delivery"] = json!({ "retry": [0.05], "pace": { "per_second": 0.001 } });
    let channel = greeted(&eclusa, &input).await;
    let told = eclusa.get("/v1/channels/site").await.ok();
    assert_eq!(told["delivery"], input["delivery"]);
    let first = eclusa.send(&channel, &text("1")).await;
    eclusa.message_in_state(&first, "sent").await;
    eclusa.send(&channel, &text("2")).await;
    waits_for(&eclusa, "site", "paced").await;
    // A change counts at once, however long the pace would make it wait.
    input["delivery"] = json!({ "retry": [0.05] });
    fake.rule(|_, _| Some(Reply::json(503, &json!({}))));
    eclusa.api("PUT", "/v1/channels/site", &input).await.ok();
    let letters = eventually("what was asked for", || async {
        let letters = eclusa.dead_letters(&channel).await;
        (!letters.is_empty()).then_some(letters)
    })
    .await;
    assert_eq!(letters[0]["attempts"], 2);
    input["delivery"] = json!({ "retry": [-1], "concurrent": 0, "pace": { "burst": 0 } });
    let refused =
        eclusa.api("PUT", "/v1/channels/site", &input).await.problem(422, "invalid_input");
    let pointers: Vec<_> =
        refused["violations"].as_array().unwrap().iter().map(|one| &one["pointer"]).collect();
    assert_eq!(pointers, ["/delivery/retry/0", "/delivery/concurrent", "/delivery/pace/burst"]);
}
