//! Dead letters: shown, let go out again in their places, mapped by another
//! revision, given up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eclusa_tests::{
    Channel, Chat, Eclusa, FakeChat, FakePlatform, Reply, Request, Setup, eventually, sha256, shop,
};
use serde_json::{Value, json};

/// A chat that refuses all for good until it is told to take them.
fn refusing(fake: &FakeChat) -> Arc<AtomicBool> {
    let takes = Arc::new(AtomicBool::new(false));
    let is_taking = Arc::clone(&takes);
    fake.rule(move |_, _| {
        let refused = !is_taking.load(Ordering::SeqCst);
        refused.then(|| Reply::json(400, &json!({ "error": "no" })))
    });
    takes
}

fn text(conversation: &str, body: &str) -> Value {
    json!({ "conversation": conversation, "type": "text", "text": { "body": body } })
}

async fn failed(eclusa: &Eclusa, channel: &Channel, conversation: &str, body: &str) -> String {
    let path = format!("/v1/channels/{}/messages?start=true", channel.id);
    let answer = eclusa.post(&path, &text(conversation, body)).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    eclusa.message_when(&id, |message| message["state"] == "failed").await;
    id
}

async fn redrive(eclusa: &Eclusa, id: &str, body: &Value) -> Value {
    eclusa.post(&format!("/v1/dead-letters/{id}/redrive"), body).await.ok()
}

fn ids(requests: &[Request]) -> Vec<String> {
    requests.iter().map(|it| it.json()["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_goes_out_again_with_its_id() {
    let fake = FakeChat::start(Chat::Open);
    let takes = refusing(&fake);
    let eclusa = Setup::with(&[Chat::Open]).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let id = failed(&eclusa, &channel, "c1", "Oi").await;

    let letter = eclusa.get(&format!("/v1/dead-letters/{id}")).await.ok();
    assert_eq!((&letter["kind"], &letter["conversation"]), (&json!("message"), &json!("c1")));
    assert_eq!(letter["message"]["text"]["body"], "Oi");
    assert_eq!(letter["attempts"].as_array().unwrap().len(), 1);
    let last = &letter["last_request"];
    assert_eq!(last["method"], "POST");
    let body: Value = serde_json::from_str(last["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["id"], *id);
    assert!(letter["problem"]["action"].is_string(), "{letter}");

    takes.store(true, Ordering::SeqCst);
    let done = redrive(&eclusa, &id, &Value::Null).await;
    assert_eq!(done, json!({ "redriven": [id], "skipped": [], "next": null }));
    let message = eclusa.message_in_state(&id, "sent").await;
    assert_eq!(message["attempts"].as_array().unwrap().len(), 2);
    assert_eq!(ids(&fake.requests()), [id.clone(), id.clone()]);
    assert!(eclusa.dead_letters(&channel).await.is_empty());

    let again = redrive(&eclusa, &id, &json!({})).await;
    assert_eq!(
        (&again["redriven"], &again["skipped"][0]["code"]),
        (&json!([]), &json!("not_waiting"))
    );
    assert_eq!(fake.requests().len(), 2);
    let path = "/v1/dead-letters/01ARZ3NDEKTSV4RRFFQ69G5FAV/redrive";
    eclusa.post(path, &Value::Null).await.problem(404, "dead_letter_not_found");
    let audit = eclusa.get(&format!("/v1/audit?subject=dead_letter:{id}")).await.ok();
    let entry = &audit["entries"][0];
    assert_eq!(entry["action"], "redriven");
    assert_eq!((&entry["actor"], &entry["channel"]), (&json!("admin"), &json!("site")));
    assert!(entry["detail"].as_str().unwrap().contains(&id), "{entry}");
}

#[tokio::test]
async fn all_that_a_filter_finds_go_out_in_the_order_accepted() {
    let fake = FakeChat::start(Chat::Open);
    let takes = refusing(&fake);
    let mut eclusa = Setup::with(&[Chat::Open]).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let other = eclusa.create(&Chat::Open.channel("other", &fake.url())).await;
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for number in 0..7 {
        let conversation = format!("c{}", number % 2);
        let id = failed(&eclusa, &channel, &conversation, &number.to_string()).await;
        expected.entry(conversation).or_default().push(id);
    }
    let elsewhere = failed(&eclusa, &other, "c9", "Oi").await;
    let refused = fake.requests().len();
    takes.store(true, Ordering::SeqCst);
    let (mut redriven, mut after) = (0, Value::Null);
    loop {
        let mut body = json!({ "filter": { "channel": "site" }, "limit": 3 });
        if !after.is_null() {
            body["after"] = after;
        }
        let answer = eclusa.post("/v1/dead-letters/redrive", &body).await.ok();
        assert_eq!(answer["skipped"], json!([]));
        let count = answer["redriven"].as_array().unwrap().len();
        assert!(count <= 3);
        redriven += count;
        after = answer["next"].clone();
        if after.is_null() {
            break;
        }
        // What is redriven survives: it is as durable as what was sent first.
        eclusa.kill();
        eclusa.start_again();
    }
    assert_eq!(redriven, 7);
    for id in expected.values().flatten() {
        eclusa.message_in_state(id, "sent").await;
    }
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for request in &fake.requests()[refused..] {
        let json = request.json();
        let (conversation, id) = (json["conversation"].as_str(), json["id"].as_str().unwrap());
        let seen = seen.entry(conversation.unwrap().to_owned()).or_default();
        // A kill while the chat answers may send one again.
        if !seen.iter().any(|known| known == id) {
            seen.push(id.to_owned());
        }
    }
    assert_eq!(seen, expected);
    assert_eq!(eclusa.dead_letters(&other).await[0]["id"], *elsewhere);
    let all = eclusa.post("/v1/dead-letters/redrive", &json!({ "filter": {} })).await.ok();
    assert_eq!(all["redriven"], json!([elsewhere]));
    let wrong = [json!({}), json!({ "ids": [] }), json!({ "ids": ["x"], "filter": {} })];
    for body in wrong {
        eclusa.post("/v1/dead-letters/redrive", &body).await.problem(422, "invalid_input");
    }
}

#[tokio::test]
async fn a_request_is_mapped_by_another_revision() {
    let fake = FakeChat::shop();
    let eclusa = Setup::default().adapter_bytes("shop", shop::revision("1")).start();
    let channel = eclusa.create(&shop::channel("site", &fake.url())).await;
    let voice = shop::voice("v1", "t1", "https://files.example/a.ogg").to_string();
    let answer = eclusa.call("POST", &channel.ingress, &[], voice.clone()).await;
    let id = answer.header("eclusa-request-id").unwrap().to_owned();
    let letters = eclusa.dead_letters(&channel).await;
    assert_eq!((letters.len(), &letters[0]["kind"]), (1, &json!("request")));
    assert_eq!(letters[0]["id"], *id);
    let letter = eclusa.get(&format!("/v1/dead-letters/{id}")).await.ok();
    assert_eq!(letter["request"]["raw"]["body"], voice);

    // As it was: what serves cannot map it either.
    let skipped = redrive(&eclusa, &id, &Value::Null).await;
    assert_eq!(skipped["skipped"][0]["code"], letters[0]["problem"]["code"], "{skipped}");
    let unknown = redrive(&eclusa, &id, &json!({ "revision": "ffffff" })).await;
    assert_eq!(unknown["skipped"][0]["code"], "revision_not_found");

    let repairs = shop::revision("repairs");
    eclusa.deploy_by("shop", "?mode=manual", &repairs).await;
    let digits = &sha256(&repairs)[..10];
    let done = redrive(&eclusa, &id, &json!({ "revision": digits })).await;
    assert_eq!(done["redriven"], json!([id]));
    let events = eclusa.events(None, 1).await;
    assert_eq!(events[0].json["message"]["type"], "audio");
    assert!(eclusa.dead_letters(&channel).await.is_empty());
    assert!(eclusa.unmapped(&channel).await.is_empty());
    let entry = audited(&eclusa, &id, "redriven").await;
    assert_eq!(entry["revision"], sha256(&repairs));
    let again = redrive(&eclusa, &id, &json!({ "revision": digits })).await;
    assert_eq!(again["skipped"][0]["code"], "not_waiting");
    eclusa.events(None, 1).await;
}

#[tokio::test]
async fn a_message_is_mapped_by_another_revision_after_a_restart_too() {
    let fake = FakeChat::shop();
    let mut eclusa = Setup::default().adapter_bytes("shop", shop::revision("1")).start();
    let channel = eclusa.create(&shop::channel("site", &fake.url())).await;
    let chosen = shop::revision("repairs");
    eclusa.deploy_by("shop", "?mode=manual", &chosen).await;
    let takes = refusing(&fake);
    let id = failed(&eclusa, &channel, "t1", "Oi").await;
    // Unavailable while it is redriven, so that the choice must be kept.
    fake.rule(|_, _| Some(Reply::json(503, &json!({})).header("retry-after", "1")));
    drop(takes);
    let done = redrive(&eclusa, &id, &json!({ "revision": sha256(&chosen) })).await;
    assert_eq!(done["redriven"], json!([id]));
    eclusa.message_when(&id, |message| message["attempts"].as_array().unwrap().len() > 1).await;
    eclusa.kill();
    fake.no_rule();
    eclusa.start_again();
    let message = eclusa.message_in_state(&id, "sent").await;
    let last = message["attempts"].as_array().unwrap().last().unwrap();
    assert_eq!(last["revision"]["sha256"], sha256(&chosen));
}

#[tokio::test]
async fn an_event_goes_out_again_and_is_late() {
    let platform = FakePlatform::start();
    // The first push tells that an attendance has opened.
    platform.rule(|_, number| (number == 2).then(|| Reply::json(400, &json!({}))));
    let eclusa = Setup::with(&[Chat::Open]).platform(&platform).start();
    let channel = eclusa.create(&Chat::Open.channel("site", "https://chat.example")).await;
    for id in ["1", "2"] {
        eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request(id, "Oi")).await.ok();
    }
    platform.taken(1).await;
    let letters = eclusa.dead_letters(&channel).await;
    assert_eq!((letters.len(), &letters[0]["kind"]), (1, &json!("event")));
    let id = letters[0]["id"].as_str().unwrap();
    let letter = eclusa.get(&format!("/v1/dead-letters/{id}")).await.ok();
    assert_eq!(letter["event"]["message"]["external_id"], "1");
    assert!(letter["request"]["raw"]["body"].is_string());
    let chosen = redrive(&eclusa, id, &json!({ "revision": "ab" })).await;
    assert_eq!(chosen["skipped"][0]["code"], "event_not_mapped");
    redrive(&eclusa, id, &Value::Null).await;
    let pushed = platform.taken(2).await.pop().unwrap().json();
    assert_eq!((&pushed["id"], &pushed["late"]), (&json!(id), &json!(true)));
    let pushed = eventually("the record follows", async || {
        let message = eclusa.message(id).await;
        (message["state"] == "pushed").then_some(message)
    })
    .await;
    assert_eq!(pushed["attempts"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_letter_is_given_up_with_a_reason() {
    let fake = FakeChat::start(Chat::Open);
    let _takes = refusing(&fake);
    let eclusa = Setup::with(&[Chat::Open]).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let id = failed(&eclusa, &channel, "c1", "Oi").await;
    let path = format!("/v1/dead-letters/{id}/discard");
    eclusa.post(&path, &json!({ "reason": " " })).await.problem(422, "invalid_input");
    let done = eclusa.post(&path, &json!({ "reason": "a test message" })).await.ok();
    assert_eq!(done, json!({ "discarded": [id], "skipped": [] }));
    assert!(eclusa.dead_letters(&channel).await.is_empty());
    let discarded = eclusa.get("/v1/dead-letters?state=discarded").await.ok();
    let discarded = &discarded["dead_letters"][0];
    assert_eq!(discarded["id"], *id);
    assert_eq!(discarded["discarded"]["reason"], "a test message");
    assert_eq!(discarded["discarded"]["by"], "admin");
    let again = eclusa.post(&path, &json!({ "reason": "once more" })).await.ok();
    assert_eq!(again["skipped"][0]["code"], "discarded");
    assert_eq!(redrive(&eclusa, &id, &Value::Null).await["skipped"][0]["code"], "discarded");
    assert_eq!(fake.requests().len(), 1);
    audited(&eclusa, &id, "discarded").await;
}

/// The entry of the audit about an action on a letter.
async fn audited(eclusa: &Eclusa, id: &str, action: &str) -> Value {
    let audit = eclusa.get(&format!("/v1/audit?subject=dead_letter:{id}")).await.ok();
    let entries = audit["entries"].as_array().expect("a list");
    let found = entries.iter().find(|entry| entry["action"] == action);
    found.unwrap_or_else(|| panic!("the audit does not tell of {action}: {audit}")).clone()
}
