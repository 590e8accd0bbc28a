//! The power is cut amid a deployment.

use std::time::Duration;

use eclusa_tests::{Setup, sha256, shop};
use serde_json::{Value, json};

use super::world::{id_of, revision_of, variant};
use super::{NAME, Shop};

/// What is being checked is `interrupted`; what served serves.
#[tokio::test]
async fn during_the_checks() {
    let mut shop = Shop::open().await;
    let second = shop::revision("2");
    // At once, and later in its checks, or after them.
    for (number, after) in [0, 60, 250].into_iter().enumerate() {
        let served = shop.active().await;
        let candidate = variant(&second, u32::try_from(number).unwrap());
        let answer = shop.eclusa.put_adapter(NAME, "", &candidate).await;
        tokio::time::sleep(Duration::from_millis(after)).await;
        shop.eclusa.kill();
        shop.eclusa.start_again();
        let deployment = shop.eclusa.deployment(id_of(&answer.json())).await;
        let serves = shop.active().await;
        match deployment["state"].as_str().unwrap() {
            "interrupted" => assert_eq!(serves, served),
            "trial" if after > 0 => assert_eq!(serves, sha256(&candidate)),
            other => panic!("{other}: {deployment:#}"),
        }
        assert_eq!(shop.maps_now(shop.site()).await, serves);
        // Interrupted is not refused: it can come again.
        let again = shop.eclusa.deploy(NAME, &candidate).await;
        assert!(["trial", "unchanged"].contains(&again["state"].as_str().unwrap()), "{again:#}");
        assert_eq!(shop.maps_now(shop.site()).await, sha256(&candidate));
    }
}

/// What was answered is what serves.
#[tokio::test]
async fn after_the_answer() {
    let mut shop = Shop::open().await;
    let second = shop.deploy("2", "trial").await;
    let (first, second) = (shop.first.clone(), revision_of(&second).to_owned());
    let commands = [
        ("rollback", Value::Null, &first),
        ("activate", json!({ "revision": second }), &second),
        ("activate", json!({ "revision": first }), &first),
        ("rollback", json!({ "revision": second }), &second),
    ];
    for (command, body, serves) in commands {
        let deployment = shop.eclusa.decide(NAME, command, &body).await.ok();
        shop.eclusa.kill();
        shop.eclusa.start_again();
        assert_eq!(shop.active().await, *serves, "{command} {body}");
        assert_eq!(shop.maps_now(shop.site()).await, *serves);
        let recorded = shop.eclusa.deployment(id_of(&deployment)).await;
        assert_eq!(recorded, deployment, "{command} {body}");
    }
    // A policy, a pin, and what waits.
    shop.set_policy(&json!({ "mode": "manual" })).await;
    let waiting = shop.deploy("new-event", "waiting").await;
    let pin = "/v1/adapters/shop/pins/site";
    let before = shop.eclusa.api("PUT", pin, &json!({ "revision": first })).await.ok();
    shop.eclusa.kill();
    shop.eclusa.start_again();
    let after = shop.eclusa.adapter(NAME).await;
    for part in ["policy", "pins", "waiting", "history", "deployment", "revision"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    let live = shop.eclusa.decide(NAME, "approve", &Value::Null).await.ok();
    assert_eq!(live["id"], waiting["id"]);
}

/// What a revision had failed is mapped again though the power was cut right
/// after it was taken back.
#[tokio::test]
async fn before_what_failed_was_mapped_again() {
    let mut shop = Shop::with(Setup::default(), &["site"]).await;
    shop.set_policy(&json!({ "rollback": { "seconds": 0 } })).await;
    shop.deploy("traps-later", "live").await;
    let mut ids = Vec::new();
    for _ in 0..300 {
        let id = shop.id();
        let answer = shop.post(shop.site(), &shop::text(&id, "t1", "boom")).await.ok();
        assert_eq!(answer["problem"]["code"], "trap");
        ids.push(id);
    }
    shop.eclusa.decide(NAME, "rollback", &Value::Null).await.ok();
    shop.eclusa.kill();
    shop.eclusa.start_again();
    let events = shop.eclusa.events(None, ids.len()).await;
    let came: Vec<_> =
        events.iter().map(|it| it.json["message"]["external_id"].as_str().unwrap()).collect();
    assert_eq!(came, ids);
    assert!(shop.eclusa.unmapped(shop.site()).await.is_empty());
}

/// Files that are lost, or not what they were: what is left serves, and says so.
#[tokio::test]
async fn without_its_component() {
    let mut shop = Shop::open().await;
    let second = shop.deploy("2", "trial").await;
    std::fs::remove_file(shop.eclusa.adapter_path(NAME)).unwrap();
    shop.eclusa.kill();
    let files = shop.eclusa.data().join("components");
    std::fs::write(files.join(format!("{}.wasm", revision_of(&second))), "damaged").unwrap();
    shop.eclusa.start_again();
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    let entry = shop.eclusa.audited(NAME, "rolled_back").await;
    assert_eq!((&entry["actor"], &entry["revision"]), (&json!("eclusa"), &second["revision"]));
    // Compiled code that is damaged is made anew.
    shop.eclusa.kill();
    for file in shop.eclusa.data().join("compiled").read_dir().unwrap() {
        std::fs::write(file.unwrap().path(), "damaged").unwrap();
    }
    shop.eclusa.start_again();
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    // It can come again.
    shop.deploy("2", "trial").await;
    assert_eq!(shop.maps_now(shop.site()).await, revision_of(&second));
}

/// What cannot be written to the disk does not serve: it would be gone after a
/// restart.
#[tokio::test]
async fn when_its_component_cannot_be_kept() {
    let shop = Shop::open().await;
    let (folder, away) =
        (shop.eclusa.data().join("components"), shop.eclusa.data().join("elsewhere"));
    std::fs::rename(&folder, &away).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let given_up = shop.deploy("2", "interrupted").await;
    assert_eq!(given_up["reason"]["code"], "not_decided", "{given_up:#}");
    assert_eq!(given_up["stages"].as_array().unwrap().len(), 9, "up to the decision");
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    assert_eq!(shop.eclusa.adapter(NAME).await["deployment"], given_up);
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&away, &folder).unwrap();
    shop.deploy("2", "trial").await;
}
