//! What a recorded message was, and what it becomes in another revision. It
//! changes nothing.

use eclusa_tests::{is_of_attendance, shop};
use serde_json::{Value, json};

use super::world::revision_of;
use super::{NAME, Shop};

/// What must be the same before and after.
async fn all(shop: &Shop) -> (Vec<String>, Vec<Value>, usize, Vec<Value>) {
    let events = shop.eclusa.get("/v1/events?limit=500").await.ok();
    let events = events["events"].as_array().unwrap().iter();
    let events: Vec<Value> = events.filter(|event| !is_of_attendance(event)).cloned().collect();
    let mut messages = Vec::new();
    for event in &events {
        messages.push(shop.eclusa.message(event["message"]["id"].as_str().unwrap()).await);
    }
    let raw = events.iter().map(Value::to_string).collect();
    let unmapped = shop.eclusa.unmapped(shop.site()).await;
    (raw, messages, shop.chat.requests().len(), unmapped)
}

async fn replay(shop: &Shop, id: &str, revision: &str) -> Value {
    let query = if revision.is_empty() { String::new() } else { format!("?revision={revision}") };
    shop.eclusa.get(&format!("/v1/messages/{id}/replay{query}")).await.ok()
}

#[tokio::test]
async fn a_message_from_the_chat() {
    let shop = Shop::open().await;
    let id = shop.write(shop.site(), "t1", "Onde está meu pedido?").await;
    let before = all(&shop).await;
    let same = replay(&shop, &id, "").await;
    assert_eq!((&same["id"], &same["channel"]), (&json!(id), &json!("site")));
    assert_eq!(
        same["request"]["raw"]["body"],
        shop::text("0", "t1", "Onde está meu pedido?").to_string()
    );
    assert_eq!(same["then"]["events"], same["now"]["events"]);
    assert_eq!(same["now"]["events"][0]["message"]["text"]["body"], "Onde está meu pedido?");
    assert_eq!(same["differences"], json!([]));
    for when in ["revision_then", "revision_now"] {
        assert_eq!(same[when], json!({ "adapter": NAME, "sha256": shop.first }));
    }
    // In a revision that waits, and in that which serves.
    let renames = shop.deploy_by("renames", "?mode=manual", "waiting").await;
    let now = replay(&shop, &id, &revision_of(&renames)[..8]).await;
    assert_eq!(now["revision_now"]["sha256"], renames["revision"]);
    assert_eq!(now["now"]["events"][0]["message"]["extra"]["order_id"], "A-0");
    let differences = now["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert_eq!(differences[0]["pointer"], "/events/0/message/extra/order");
    assert_eq!(differences[0]["kind"]["renamed"], "/events/0/message/extra/order_id");
    assert_eq!(replay(&shop, &id, "").await["differences"], json!([]));
    shop.eclusa.decide(NAME, "approve", &Value::Null).await.ok();
    assert_eq!(replay(&shop, &id, "").await["differences"], now["differences"]);
    assert_eq!(replay(&shop, &id, &shop.first).await["differences"], json!([]));
    assert_eq!(all(&shop).await, before);
}

#[tokio::test]
async fn a_message_to_the_chat() {
    let shop = Shop::open().await;
    shop.write(shop.site(), "t1", "Oi").await;
    let id = shop.say(shop.site(), "t1", "Bom dia!").await;
    let before = (all(&shop).await, shop.eclusa.message(&id).await);
    let same = replay(&shop, &id, "").await;
    assert_eq!(same["message"]["text"]["body"], "Bom dia!");
    let request = &same["then"]["request"];
    assert_eq!(request["url"], format!("{}/messages", shop.chat.url()));
    assert_eq!(request["body"], json!({ "thread": "t1", "text": "Bom dia!", "ref": id }));
    assert_eq!(same["differences"], json!([]));
    let changes = shop.deploy_by("send-changes", "?mode=manual", "waiting").await;
    let now = replay(&shop, &id, revision_of(&changes)).await;
    assert_eq!(now["now"]["request"]["body"]["message"], "Bom dia!");
    let differences = now["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert_eq!(differences[0]["pointer"], "/request/body/text");
    assert_eq!(differences[0]["kind"]["renamed"], "/request/body/message");
    assert_eq!((all(&shop).await, shop.eclusa.message(&id).await), before);
}

#[tokio::test]
async fn a_request_that_was_not_mapped() {
    let shop = Shop::open().await;
    let voice = shop::voice("7", "t1", "https://shop.example.com/a.ogg");
    let answer = shop.post(shop.site(), &voice).await;
    let id = answer.header("eclusa-request-id").unwrap().to_owned();
    let before = all(&shop).await;
    let path = format!("/v1/requests/{id}/replay");
    let same = shop.eclusa.get(&path).await.ok();
    assert_eq!(same["then"]["problem"]["code"], "unknown_kind");
    assert_eq!(
        (&same["now"]["problem"], &same["differences"]),
        (&same["then"]["problem"], &json!([]))
    );
    let repairs = shop.deploy("repairs", "trial").await;
    let now = shop.eclusa.get(&path).await.ok();
    assert_eq!(now["revision_then"]["sha256"], shop.first);
    assert_eq!(now["revision_now"]["sha256"], repairs["revision"]);
    assert_eq!(now["then"]["problem"]["code"], "unknown_kind");
    assert_eq!(now["now"]["events"][0]["message"]["type"], "audio");
    assert!(!now["differences"].as_array().unwrap().is_empty());
    assert_eq!(all(&shop).await, before);
}

/// A trap, and what a revision on trial could not map, is shown as it is: nobody
/// answers for it there.
#[tokio::test]
async fn a_trap_is_shown() {
    let shop = Shop::open().await;
    let bad = shop.deploy("traps-later", "trial").await;
    let id = shop.write(shop.site(), "t1", "boom").await;
    let before = all(&shop).await;
    let now = replay(&shop, &id, "").await;
    assert_eq!(now["revision_then"]["sha256"], shop.first);
    assert_eq!(now["revision_now"]["sha256"], bad["revision"]);
    assert_eq!(now["then"]["events"][0]["message"]["text"]["body"], "boom");
    assert!(now["now"].to_string().contains("trap"), "{}", now["now"]);
    // It is no failure on live traffic.
    let watched = shop.eclusa.adapter(NAME).await["watched"].clone();
    assert_eq!((&watched["calls"], &watched["worse"]), (&json!(1), &json!(1)));
    assert_eq!(all(&shop).await, before);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_replayed() {
    let shop = Shop::open().await;
    let id = shop.write(shop.site(), "t1", "Oi").await;
    for path in ["messages", "requests"] {
        let unknown = format!("/v1/{path}/01JZZZZZZZZZZZZZZZZZZZZZZ1/replay");
        assert_eq!(shop.eclusa.get(&unknown).await.status, 404);
        assert_eq!(shop.eclusa.get(&format!("/v1/{path}/x/replay")).await.status, 404);
    }
    let path = format!("/v1/messages/{id}/replay");
    shop.eclusa.get(&format!("{path}?revision=0000")).await.problem(404, "revision_not_found");
    shop.eclusa.get(&format!("{path}?revison=0000")).await.problem(400, "invalid_query");
    // Nor what belongs to a channel that is gone.
    assert_eq!(shop.eclusa.api("DELETE", "/v1/channels/site", &Value::Null).await.status, 204);
    shop.eclusa.get(&path).await.problem(404, "channel_not_found");
}
