//! What was acknowledged survives a power cut, in order, once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use eclusa_tests::{
    Channel, Chat, Eclusa, FakeChat, FakePlatform, Reply, Request, Setup, delivery, join_all,
};
use serde_json::{Value, json};

const CONVERSATIONS: usize = 8;
const MESSAGES: usize = 20;

fn body(conversation: usize, message: usize) -> String {
    json!({
        "id": format!("m-{message}"), "conversation": format!("c-{conversation}"),
        "from": { "id": "u-1" }, "type": "text", "text": { "body": format!("{message}") },
    })
    .to_string()
}

/// Writes in all conversations at the same time, in each one message after the
/// other. Returns Eclusa's id of each.
async fn write_all(eclusa: &Eclusa, channel: &Channel) -> BTreeMap<(usize, usize), String> {
    let conversations = (0..CONVERSATIONS).map(async |conversation| {
        let mut ids = Vec::new();
        for message in 0..MESSAGES {
            let answer = eclusa.chat_posts(Chat::Open, channel, &body(conversation, message)).await;
            let id = answer.ok()["messages"][0]["id"].as_str().unwrap().to_owned();
            ids.push(((conversation, message), id));
        }
        ids
    });
    join_all(conversations).await.into_iter().flatten().collect()
}

/// Each conversation has all of its messages once, in order.
fn check_order(events: &[Value]) {
    let mut conversations: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in events {
        let message = &event["message"];
        let text = message["text"]["body"].as_str().unwrap().to_owned();
        let conversation = message["conversation"].as_str().unwrap().to_owned();
        conversations.entry(conversation).or_default().push(text);
    }
    let all: Vec<String> = (0..MESSAGES).map(|message| message.to_string()).collect();
    assert_eq!(conversations.len(), CONVERSATIONS);
    for (conversation, messages) in conversations {
        assert_eq!(messages, all, "{conversation}");
    }
}

/// The first taken push of each event; one that was under way may come twice.
fn first_of_each(pushes: &[Request]) -> Vec<Value> {
    let mut seen = Vec::new();
    for push in pushes {
        let event = push.json();
        if !seen.iter().any(|known: &Value| known["id"] == event["id"]) {
            seen.push(event);
        }
    }
    seen
}

#[tokio::test]
async fn a_power_cut_loses_nothing_that_was_acknowledged() {
    let platform = FakePlatform::start();
    platform.rule(|_, _| Some(Reply::json(503, &json!({}))));
    let mut eclusa =
        Setup::with(&[Chat::Open]).platform(&platform).config(&delivery(1000, 0.1)).start();
    let channel = eclusa.create(&Chat::Open.channel("site", "https://chat.example.com")).await;
    let ids = write_all(&eclusa, &channel).await;
    let before = eclusa.events(None, ids.len()).await;
    eclusa.kill();
    platform.no_rule();
    eclusa.start_again();
    // All are there, byte for byte.
    let after = eclusa.events(None, ids.len()).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.raw, after.raw);
    }
    // They go out, in order.
    let pushes = platform.taken(ids.len()).await;
    check_order(&first_of_each(&pushes));
    assert_eq!(pushes.len(), ids.len(), "nothing was under way when the power was cut");
    // What comes again is still known.
    for (&(conversation, message), id) in ids.iter().step_by(7) {
        let body = body(conversation, message);
        let again = eclusa.chat_posts(Chat::Open, &channel, &body).await;
        assert_eq!(again.ok()["messages"][0]["id"], *id);
    }
    assert_eq!(eclusa.events(None, ids.len()).await.len(), ids.len());
}

#[tokio::test]
async fn a_power_cut_amid_the_load_loses_nothing_that_was_acknowledged() {
    let platform = FakePlatform::start();
    let mut eclusa =
        Setup::with(&[Chat::Open]).platform(&platform).config(&delivery(1000, 0.1)).start();
    let channel = eclusa.create(&Chat::Open.channel("site", "https://chat.example.com")).await;
    let acknowledged = write_until_the_cut(&eclusa, &channel).await;
    eclusa.kill();
    assert!(acknowledged.len() < CONVERSATIONS * MESSAGES, "the power was cut amid the load");
    eclusa.start_again();
    for id in acknowledged.values() {
        eclusa.message_in_state(id, "pushed").await;
    }
    // The chats send again whatever they have no answer for, and all before it.
    let ids = write_all(&eclusa, &channel).await;
    for (message, id) in &acknowledged {
        assert_eq!(ids[message], *id);
    }
    for id in ids.values() {
        eclusa.message_in_state(id, "pushed").await;
    }
    check_order(&first_of_each(&platform.taken(ids.len()).await));
    let events: Vec<Value> =
        eclusa.events(None, ids.len()).await.into_iter().map(|event| event.json).collect();
    check_order(&events);
}

/// As [`write_all`], but the power is cut once half is acknowledged.
async fn write_until_the_cut(
    eclusa: &Eclusa,
    channel: &Channel,
) -> BTreeMap<(usize, usize), String> {
    let count = AtomicUsize::new(0);
    let conversations = (0..CONVERSATIONS).map(async |conversation| {
        let mut ids = Vec::new();
        for message in 0..MESSAGES {
            let body = body(conversation, message);
            let headers = Chat::Open.sign(body.as_bytes());
            let answer = eclusa.try_call("POST", &channel.ingress, &headers, body).await;
            let Some(answer) = answer else { break };
            let id = answer.ok()["messages"][0]["id"].as_str().unwrap().to_owned();
            ids.push(((conversation, message), id));
            if count.fetch_add(1, Ordering::SeqCst) == CONVERSATIONS * MESSAGES / 2 {
                eclusa.strike();
            }
        }
        ids
    });
    join_all(conversations).await.into_iter().flatten().collect()
}

#[tokio::test]
async fn pending_messages_go_out_in_order_after_a_power_cut() {
    let fake = FakeChat::start(Chat::Open);
    fake.rule(|_, _| Some(Reply::json(503, &json!({}))));
    let mut eclusa = Setup::with(&[Chat::Open]).config(&delivery(1000, 0.1)).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let path = "/v1/channels/site/messages?start=true";
    let conversations = (0..CONVERSATIONS).map(async |conversation| {
        let mut ids = Vec::new();
        for message in 0..MESSAGES {
            let message = json!({
                "conversation": format!("c-{conversation}"), "type": "text",
                "text": { "body": message.to_string() },
            });
            let answer = eclusa.post(path, &message).await.ok();
            ids.push(answer["id"].as_str().unwrap().to_owned());
        }
        ids
    });
    let ids: Vec<String> = join_all(conversations).await.into_iter().flatten().collect();
    fake.requests_of(CONVERSATIONS).await;
    eclusa.kill();
    fake.no_rule();
    eclusa.start_again();
    for id in &ids {
        eclusa.message_in_state(id, "sent").await;
    }
    let taken = fake.taken(ids.len()).await;
    assert_eq!(taken.len(), ids.len(), "the chat had taken none before");
    let as_events: Vec<Value> =
        taken.iter().map(|request| json!({ "message": request.json() })).collect();
    check_order(&as_events);
    assert!(eclusa.dead_letters(&channel).await.is_empty());
}

#[tokio::test]
async fn a_platform_that_stumbles_gets_each_conversation_in_order() {
    let platform = FakePlatform::start();
    platform.rule(|_, number| number.is_multiple_of(7).then(|| Reply::json(503, &json!({}))));
    let eclusa =
        Setup::with(&[Chat::Open]).platform(&platform).config(&delivery(1000, 0.1)).start();
    let channel = eclusa.create(&Chat::Open.channel("site", "https://chat.example.com")).await;
    let ids = write_all(&eclusa, &channel).await;
    let pushes = platform.taken(ids.len()).await;
    assert_eq!(pushes.len(), ids.len());
    let events: Vec<Value> = pushes.iter().map(Request::json).collect();
    check_order(&events);
}

#[tokio::test]
async fn what_was_set_up_survives_a_stop() {
    let fake = FakeChat::start(Chat::Telegram);
    let mut eclusa = Setup::with(&[Chat::Telegram]).start();
    let channel = eclusa.create(&Chat::Telegram.channel("sales", &fake.url())).await;
    let shown = |mut channel: Value| {
        // The address changes with each start of the tests.
        for url in ["ingress_url", "logo_url"] {
            let path = channel[url].as_str().unwrap().splitn(4, '/').nth(3).unwrap().to_owned();
            channel[url] = json!(path);
        }
        channel
    };
    let before = shown(eclusa.get("/v1/channels/sales").await.ok());
    assert!(eclusa.stop().success());
    eclusa.start_again();
    assert_eq!(shown(eclusa.get("/v1/channels/sales").await.ok()), before);
    // With its secrets: they verify what comes in and go out with what is sent.
    let text = Chat::Telegram.text_request("41", "Oi");
    eclusa.chat_posts(Chat::Telegram, &channel, &text).await.ok();
    let reply = json!({
        "conversation": Chat::Telegram.conversation(), "type": "text", "text": { "body": "Oi" },
    });
    let id = eclusa.send(&channel, &reply).await;
    eclusa.message_in_state(&id, "sent").await;
    assert_eq!(fake.requests().len(), 1);
}
