//! What a revision fails after its trial is kept, and mapped again when it is
//! taken back.

use std::collections::BTreeSet;

use eclusa_tests::{Answer, FakePlatform, Setup, eventually, shop};
use serde_json::{Value, json};

use super::load::Load;
use super::world::{id_of, revision_of};
use super::{NAME, Shop};

/// A revision that traps on `boom` serves without a predecessor to help it.
async fn proven(shop: &Shop) -> Value {
    shop.set_policy(&json!({ "rollback": { "seconds": 1 } })).await;
    let bad = shop.deploy("traps-later", "trial").await;
    let entry = shop.eclusa.audited(NAME, "proven").await;
    assert_eq!((&entry["deployment"], &entry["actor"]), (&bad["id"], &json!("eclusa")));
    assert_eq!(shop.eclusa.deployment(id_of(&bad)).await["state"], "live");
    bad
}

/// Posts a text; returns the answer, which says that it was kept.
async fn kept(shop: &Shop, id: &str, thread: &str) -> Answer {
    let answer = shop.post(shop.site(), &shop::text(id, thread, "boom")).await;
    assert_eq!(answer.ok()["problem"]["code"], "trap");
    assert!(answer.header("eclusa-request-id").is_some());
    answer
}

#[tokio::test]
async fn it_is_mapped_again_in_the_order_accepted() {
    let platform = FakePlatform::start();
    let shop = Shop::with(Setup::default().platform(&platform), &["site"]).await;
    let bad = proven(&shop).await;
    let fine = async |id: &str, thread: &str| {
        let answer = shop.post(shop.site(), &shop::text(id, thread, "fine")).await.ok();
        assert_eq!(answer["messages"][0]["external_id"], id);
    };
    fine("1", "passed").await;
    let second = kept(&shop, "2", "passed").await;
    kept(&shop, "3", "alone").await;
    fine("4", "passed").await;
    kept(&shop, "5", "alone").await;
    kept(&shop, "6", "passed").await;
    assert_eq!(shop.eclusa.unmapped(shop.site()).await.len(), 4);
    let back = shop.eclusa.decide(NAME, "rollback", &json!({ "reason": "it traps" })).await.ok();
    assert_eq!((&back["id"], &back["state"]), (&bad["id"], &json!("rolled_back")));
    assert_eq!(back["reason"]["message"], "it traps");
    let remapped = shop.eclusa.audited(NAME, "remapped").await;
    assert_eq!(remapped["detail"], "4 requests were mapped again, 0 still fail");
    assert_eq!((&remapped["actor"], &remapped["revision"]), (&json!("eclusa"), &bad["revision"]));
    assert!(shop.eclusa.unmapped(shop.site()).await.is_empty());
    // Pulled and pushed alike; only what younger ones have passed is late.
    let expected =
        [("1", false), ("4", false), ("2", true), ("3", false), ("5", false), ("6", false)];
    let seen = |event: &Value| {
        let id = event["message"]["external_id"].as_str().unwrap().to_owned();
        (id, event["late"] == true)
    };
    let pulled: Vec<_> =
        shop.eclusa.events(None, 6).await.iter().map(|it| seen(&it.json)).collect();
    assert_eq!(pulled, expected.map(|(id, late)| (id.to_owned(), late)));
    let pushed: Vec<_> = platform.taken(6).await.iter().map(|push| seen(&push.json())).collect();
    for thread in [&["1", "4", "2", "6"][..], &["3", "5"]] {
        let of_it: Vec<_> = pushed.iter().filter(|(id, _)| thread.contains(&&**id)).collect();
        let expected: Vec<_> = pulled.iter().filter(|(id, _)| thread.contains(&&**id)).collect();
        assert_eq!(of_it, expected);
    }
    // Its trace names both, and its request is no longer listed.
    let events = shop.events(6).await;
    let late = &events[&("site".to_owned(), "passed".to_owned())][2]["message"]["id"];
    let message = shop.eclusa.message(late.as_str().unwrap()).await;
    let request = &message["request"];
    assert_eq!(request["id"].as_str(), second.header("eclusa-request-id"));
    assert_eq!(request["revision"]["sha256"], shop.first);
    assert_eq!(request["earlier"][0]["revision"]["sha256"], bad["revision"]);
    assert_eq!(request["earlier"][0]["problem"]["code"], "trap");
    // The chat sends again what it was told: it is known.
    let again = shop.post(shop.site(), &shop::text("2", "passed", "boom")).await.ok();
    assert_eq!(again["messages"][0]["id"], *late);
    assert_eq!(shop.eclusa.events(None, 6).await.len(), 6);
}

#[tokio::test]
async fn what_the_predecessor_fails_too_stays_kept() {
    let shop = Shop::open().await;
    shop.set_policy(&json!({ "rollback": { "seconds": 0 } })).await;
    shop.deploy("traps-later", "live").await;
    let hologram = json!({ "id": "1", "thread": "t1", "kind": "hologram", "text": "x" });
    let answer = shop.post(shop.site(), &hologram).await.ok();
    assert_eq!(answer["problem"]["code"], "unknown_kind");
    kept(&shop, "2", "t1").await;
    shop.eclusa.decide(NAME, "rollback", &Value::Null).await.ok();
    let remapped = shop.eclusa.audited(NAME, "remapped").await;
    assert_eq!(remapped["detail"], "1 requests were mapped again, 1 still fail");
    let left = shop.eclusa.unmapped(shop.site()).await;
    assert_eq!((left.len(), &left[0]["problem"]["code"]), (1, &json!("unknown_kind")));
    assert_eq!(shop.eclusa.events(None, 1).await[0].json["message"]["external_id"], "2");
}

/// Calls that were under way when it was taken back are mapped again too.
#[tokio::test]
async fn it_is_taken_back_under_load_and_nothing_is_lost() {
    // So many that some are sure to be under way at any time.
    let shop = Shop::with(Setup::default(), &["site", "app", "a", "b", "c", "d"]).await;
    shop.set_policy(&json!({ "rollback": { "seconds": 0 } })).await;
    let bad = shop.deploy("traps-later", "live").await;
    let load = Load::failing(&shop, |number| if number % 4 > 0 { "boom" } else { "fine" });
    let ((), written) = load
        .during(async {
            load.goes_on(100).await;
            shop.eclusa.decide(NAME, "rollback", &Value::Null).await.ok();
            load.goes_on(40).await;
        })
        .await;
    for channel in &shop.channels {
        eventually("all that had failed is mapped again", async || {
            shop.eclusa.unmapped(channel).await.is_empty().then_some(())
        })
        .await;
    }
    let events = shop.events(written.iter().map(|it| it.inbound.len()).sum()).await;
    for it in &written {
        let events = &events[&(it.channel.clone(), it.thread.clone())];
        let id = |event: &Value| event["message"]["external_id"].as_str().unwrap().to_owned();
        let came: BTreeSet<_> = events.iter().map(id).collect();
        assert_eq!(came.len(), events.len(), "none came twice");
        assert!(it.inbound.iter().all(|(id, _)| came.contains(id)));
        // What had failed has been passed by younger ones; the others are in order,
        // and those that had failed are among each other.
        for was_mapped in [true, false] {
            let written: Vec<_> = it
                .inbound
                .iter()
                .filter(|it| it.1.is_some() == was_mapped)
                .map(|it| &it.0)
                .collect();
            let came: Vec<_> = events.iter().map(id).filter(|id| written.contains(&id)).collect();
            assert_eq!(came.iter().collect::<Vec<_>>(), written);
        }
    }
    assert!(written.iter().flat_map(|it| &it.inbound).any(|(_, id)| id.is_none()), "some failed");
    assert_ne!(shop.active().await, revision_of(&bad));
}
