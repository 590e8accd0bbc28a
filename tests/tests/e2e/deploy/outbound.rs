//! Messages to the chat while a revision is on trial that cannot send them.

use eclusa_tests::Setup;
use serde_json::{Value, json};

use super::world::{id_of, revision_of};
use super::{NAME, Shop};

/// A bad revision serves, since a person wanted it; returns its deployment.
async fn approved(shop: &Shop, revision: &str) -> Value {
    shop.write(shop.site(), "t1", "Oi").await;
    shop.say(shop.site(), "t1", "before").await;
    let waiting = shop.deploy_by(revision, "?mode=review", "waiting").await;
    assert_eq!(waiting["reason"]["code"], "shadow_new_failures");
    let live = shop.eclusa.decide(NAME, "approve", &Value::Null).await.ok();
    assert_eq!((&live["id"], &live["state"]), (&waiting["id"], &json!("trial")));
    live
}

/// Eight messages in four conversations; each must reach the chat once, in order.
async fn say_all(shop: &Shop) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..8 {
        let thread = format!("t{}", number % 4);
        let message = json!({
            "conversation": thread, "type": "text", "text": { "body": number.to_string() },
        });
        let answer = shop.eclusa.post("/v1/channels/site/messages?start=true", &message).await;
        ids.push(id_of(&answer.ok()).to_owned());
    }
    for id in &ids {
        shop.eclusa.message_in_state(id, "sent").await;
    }
    let requests = shop.chat.requests();
    assert_eq!(requests.len(), 1 + ids.len(), "each came once");
    for thread in 0..4 {
        let of_it = requests[1..].iter().map(|request| request.json());
        let came: Vec<_> = of_it
            .filter(|json| json["thread"] == format!("t{thread}"))
            .map(|json| json["text"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(came, [thread.to_string(), (thread + 4).to_string()]);
    }
    ids
}

#[tokio::test]
async fn what_it_cannot_write_its_predecessor_writes() {
    let shop = Shop::open().await;
    let bad = approved(&shop, "send-traps").await;
    for id in say_all(&shop).await {
        assert_eq!(shop.sent_by(&id).await, shop.first, "by the predecessor");
    }
    let back = shop.eclusa.deployment_in_state(id_of(&bad), "rolled_back").await;
    assert_eq!(back["reason"]["code"], "live_failures");
    let cause = back["reason"]["details"][0].as_str().unwrap();
    assert!(cause.contains("trap") && cause.contains("`send`"), "{cause}");
    assert_eq!(shop.active().await, shop.first);
    assert!(shop.eclusa.dead_letters(shop.site()).await.is_empty());
}

#[tokio::test]
async fn what_it_cannot_settle_its_predecessor_settles() {
    let shop = Shop::open().await;
    let bad = approved(&shop, "settle-traps").await;
    for id in say_all(&shop).await {
        let message = shop.eclusa.message(&id).await;
        assert_eq!(message["attempts"].as_array().unwrap().len(), 1, "{message}");
        // The chat's answer was read all the same.
        assert!(message["external_id"].as_str().unwrap().starts_with("s-"), "{message}");
    }
    let back = shop.eclusa.deployment_in_state(id_of(&bad), "rolled_back").await;
    let cause = back["reason"]["details"][0].as_str().unwrap();
    assert!(cause.contains("trap") && cause.contains("`settle`"), "{cause}");
    assert!(shop.eclusa.dead_letters(shop.site()).await.is_empty());
}

/// A message that waits for its next attempt is sent by whatever serves then.
#[tokio::test]
async fn a_swap_between_two_attempts_counts() {
    let quick = eclusa_tests::delivery(1000, 0.05);
    let shop = Shop::with(Setup::default().config(&quick), &["site"]).await;
    shop.write(shop.site(), "t1", "Oi").await;
    shop.chat.rule(|_, _| Some(eclusa_tests::Reply::json(503, &json!({}))));
    let message = json!({ "conversation": "t1", "type": "text", "text": { "body": "Oi" } });
    let id = shop.eclusa.send(shop.site(), &message).await;
    let by = |message: &Value| -> Vec<Value> {
        let attempts = message["attempts"].as_array().unwrap().iter();
        attempts.map(|attempt| attempt["revision"]["sha256"].clone()).collect()
    };
    shop.eclusa.message_when(&id, |message| by(message).len() >= 2).await;
    let second = shop.deploy("2", "trial").await;
    let is_second = |message: &Value| by(message).contains(&second["revision"]);
    shop.eclusa.message_when(&id, is_second).await;
    shop.chat.no_rule();
    let sent = shop.eclusa.message_in_state(&id, "sent").await;
    assert_eq!(by(&sent).first().unwrap(), &json!(shop.first));
    assert_eq!(by(&sent).last().unwrap(), revision_of(&second));
    let taken = shop.chat.taken(1).await;
    assert_eq!(taken.len(), 1, "the chat took it once");
}
