//! A share of the conversations first.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::world::{id_of, revision_of};
use super::{NAME, Shop};

const THREADS: usize = 30;

/// Half of the conversations are on this revision.
async fn half(shop: &Shop, revision: &str) -> Value {
    shop.set_policy(&json!({ "canary": { "percent": 50, "seconds": 600 } })).await;
    let new = shop.deploy(revision, "canary").await;
    assert_eq!(shop.active().await, shop.first, "what serves most is what served before");
    let canary = &shop.eclusa.adapter(NAME).await["canary"];
    assert_eq!((&canary["candidate"], &canary["percent"]), (&new["revision"], &json!(50)));
    new
}

/// The revision of each conversation: of two messages from it and one to it.
async fn revisions(shop: &Shop) -> BTreeMap<String, String> {
    let mut by_thread = BTreeMap::new();
    for thread in (0..THREADS).map(|number| format!("t{number}")) {
        let first = shop.write(shop.site(), &thread, "Oi").await;
        let revision = shop.mapped_by(&first).await;
        let said = shop.say(shop.site(), &thread, "Bom dia!").await;
        assert_eq!(shop.sent_by(&said).await, revision, "{thread}, to the chat");
        let second = shop.write(shop.site(), &thread, "Tudo bem?").await;
        assert_eq!(shop.mapped_by(&second).await, revision, "{thread}, later");
        by_thread.insert(thread, revision);
    }
    by_thread
}

fn on(by_thread: &BTreeMap<String, String>, revision: &str) -> usize {
    by_thread.values().filter(|by| **by == revision).count()
}

#[tokio::test]
async fn a_conversation_is_on_one_revision_both_ways_until_it_is_promoted() {
    let mut shop = Shop::open().await;
    let new = half(&shop, "2").await;
    let before = revisions(&shop).await;
    let on_new = on(&before, revision_of(&new));
    assert!((4..=26).contains(&on_new), "{on_new} of {THREADS}");
    assert_eq!(on_new + on(&before, &shop.first), THREADS);
    // After a restart too.
    shop.eclusa.kill();
    shop.eclusa.start_again();
    for (thread, revision) in before.iter().take(8) {
        let id = shop.write(shop.site(), thread, "Oi").await;
        assert_eq!(shop.mapped_by(&id).await, *revision, "{thread}, after the restart");
    }
    let body = json!({ "revision": &revision_of(&new)[..12] });
    let promoted = shop.eclusa.decide(NAME, "activate", &body).await.ok();
    assert_eq!((&promoted["id"], &promoted["state"]), (&new["id"], &json!("trial")));
    assert_eq!(on(&revisions(&shop).await, revision_of(&new)), THREADS);
    let actions: Vec<_> =
        shop.eclusa.audit(NAME).await.iter().map(|it| it["action"].clone()).collect();
    let expected =
        ["submitted", "went_live", "policy_changed", "submitted", "canary_started", "went_live"];
    assert_eq!(actions, expected);
}

#[tokio::test]
async fn it_is_taken_back_by_hand() {
    let shop = Shop::open().await;
    let new = half(&shop, "2").await;
    shop.write(shop.site(), "t1", "Oi").await;
    let body = json!({ "reason": "wrong day" });
    let back = shop.eclusa.decide(NAME, "rollback", &body).await.ok();
    assert_eq!((&back["id"], &back["state"]), (&new["id"], &json!("rolled_back")));
    assert_eq!(on(&revisions(&shop).await, &shop.first), THREADS);
    shop.eclusa
        .decide(NAME, "rollback", &Value::Null)
        .await
        .problem(409, "nothing_to_roll_back_to");
}

#[tokio::test]
async fn it_takes_over_after_its_calls_or_its_time() {
    let shop = Shop::open().await;
    for (revision, canary) in [
        ("2", json!({ "percent": 50, "seconds": 600, "calls": 5 })),
        ("new-event", json!({ "percent": 50, "seconds": 1 })),
    ] {
        shop.set_policy(&json!({ "canary": canary })).await;
        let new = shop.deploy(revision, "canary").await;
        for thread in 0..THREADS {
            shop.write(shop.site(), &format!("t{thread}"), "Oi").await;
        }
        shop.eclusa.deployment_in_state(id_of(&new), "trial").await;
        assert_eq!(shop.maps_now(shop.site()).await, revision_of(&new));
        let entry = shop.eclusa.audited(NAME, "went_live").await;
        assert_eq!((&entry["actor"], &entry["deployment"]), (&json!("eclusa"), &new["id"]));
    }
}

#[tokio::test]
async fn a_bad_one_returns_by_itself_and_nobody_notices() {
    let shop = Shop::open().await;
    let bad = half(&shop, "traps-later").await;
    let mut threads = (0..).map(|number| format!("t{number}"));
    while shop.eclusa.deployment(id_of(&bad)).await["state"] == "canary" {
        let id = shop.write(shop.site(), &threads.next().unwrap(), "boom").await;
        assert_eq!(shop.mapped_by(&id).await, shop.first);
    }
    let back = shop.eclusa.deployment_in_state(id_of(&bad), "rolled_back").await;
    assert_eq!(back["reason"]["code"], "live_failures");
    assert!(shop.eclusa.unmapped(shop.site()).await.is_empty());
    assert_eq!(on(&revisions(&shop).await, &shop.first), THREADS);
}
