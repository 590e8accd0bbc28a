//! A revision that passes all checks and fails on live traffic is taken back by
//! itself, and nobody notices.

use std::collections::BTreeSet;

use eclusa_tests::Setup;

use super::load::{Load, check_unnoticed};
use super::world::{id_of, revision_of};
use super::{NAME, Shop};

/// Every fourth message makes the revision `traps-later` trap.
fn words(number: usize) -> &'static str {
    if number % 4 == 3 { "boom" } else { "fine" }
}

#[tokio::test]
async fn it_is_taken_back_under_load_and_nobody_notices() {
    let shop = Shop::with(Setup::default(), &["site", "app", "intranet"]).await;
    let bad = shop.deploy("traps-later", "trial").await;
    let load = Load::new(&shop, words);
    let (entry, written) = load
        .during(async {
            let entry = shop.eclusa.audited(NAME, "rolled_back").await;
            load.goes_on(40).await;
            entry
        })
        .await;
    assert_eq!(shop.active().await, shop.first);
    let revisions = [&*shop.first, revision_of(&bad)];
    let shares = check_unnoticed(&shop, &written, &revisions).await;
    // Both have mapped; the predecessor also what the bad one could not.
    assert_eq!(shares.mapping(), BTreeSet::from(revisions));
    // Who has done it, and why.
    assert_eq!((&entry["actor"], &entry["deployment"]), (&"eclusa".into(), &bad["id"]));
    let detail = entry["detail"].as_str().unwrap();
    assert!(detail.starts_with("live_failures: "), "{detail}");
    let taken_back = shop.eclusa.deployment(id_of(&bad)).await;
    assert_eq!(
        (&taken_back["state"], &taken_back["reason"]["code"]),
        (&"rolled_back".into(), &"live_failures".into())
    );
    let cause = taken_back["reason"]["details"][0].as_str().unwrap();
    let channels = ["channel site", "channel app", "channel intranet"];
    assert!(channels.iter().any(|channel| cause.contains(channel)), "{cause}");
    assert!(cause.contains("trap") && cause.contains("`receive`"), "{cause}");
    // The guest's own words may hold what a person wrote.
    assert!(!cause.contains("told to panic"), "{cause}");
    let audit = shop.eclusa.audit(NAME).await;
    assert!(audit.iter().all(|entry| entry["action"] != "remapped"), "nothing was to be remapped");
}

#[tokio::test]
async fn its_predecessor_answers_for_it_after_a_restart_too() {
    let mut shop = Shop::open().await;
    let bad = shop.deploy("traps-later", "trial").await;
    let fine = shop.write(shop.site(), "t1", "fine").await;
    let boom = shop.write(shop.site(), "t1", "boom").await;
    assert_eq!(shop.mapped_by(&fine).await, revision_of(&bad));
    assert_eq!(shop.mapped_by(&boom).await, shop.first);
    assert_eq!(shop.eclusa.adapter(NAME).await["watched"]["worse"], 1);
    shop.eclusa.kill();
    shop.eclusa.start_again();
    assert_eq!(shop.active().await, revision_of(&bad));
    for _ in 0..3 {
        let boom = shop.write(shop.site(), "t1", "boom").await;
        assert_eq!(shop.mapped_by(&boom).await, shop.first);
    }
    shop.eclusa.deployment_in_state(id_of(&bad), "rolled_back").await;
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    assert!(shop.eclusa.unmapped(shop.site()).await.is_empty());
}

#[tokio::test]
async fn what_fails_in_both_takes_nothing_back() {
    let shop = Shop::open().await;
    let new = shop.deploy("2", "trial").await;
    for _ in 0..5 {
        let voice = eclusa_tests::shop::voice(&shop.id(), "t1", "https://shop.example.com/a.ogg");
        let answer = shop.post(shop.site(), &voice).await.ok();
        assert_eq!(answer["problem"]["code"], "unknown_kind");
    }
    let watched = &shop.eclusa.adapter(NAME).await["watched"];
    assert_eq!((&watched["calls"], &watched["worse"]), (&5.into(), &0.into()));
    assert_eq!(shop.eclusa.deployment(id_of(&new)).await["state"], "trial");
    assert_eq!(shop.eclusa.unmapped(shop.site()).await.len(), 5);
}
