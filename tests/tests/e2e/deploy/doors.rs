//! Two doors: a file saved in the watched folder, and the API.

use std::io::Write;

use eclusa_tests::{Setup, adapter_file, eventually, sha256, shop};
use serde_json::{Value, json};

use super::world::id_of;
use super::{NAME, Shop};

/// The entries of the audit about one deployment: who, and what.
async fn story(shop: &Shop, deployment: &Value) -> Vec<(String, String)> {
    let audit = shop.eclusa.audit(NAME).await;
    let of_it = audit.iter().filter(|entry| entry["deployment"] == deployment["id"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    of_it.map(|entry| (text(&entry["actor"]), text(&entry["action"]))).collect()
}

fn by(actor: &str, actions: &[&str]) -> Vec<(String, String)> {
    actions.iter().map(|action| (actor.to_owned(), (*action).to_owned())).collect()
}

/// What was saved goes live, and maps what is written next.
async fn goes_live(shop: &Shop, component: &[u8]) -> Value {
    let deployment = shop.eclusa.taken_from_folder(NAME, component).await;
    assert_eq!(
        (&deployment["state"], &deployment["actor"]),
        (&json!("trial"), &json!("folder")),
        "{deployment:#}"
    );
    assert_eq!(shop.maps_now(shop.site()).await, sha256(component));
    deployment
}

#[tokio::test]
async fn what_is_put_to_the_api_maps_the_next_message() {
    let shop = Shop::open().await;
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    let second = shop::revision("2");
    let answer = shop.eclusa.put_adapter(NAME, "", &second).await;
    assert_eq!(answer.status, 202);
    let location = answer.header("location").unwrap().to_owned();
    assert_eq!(location, format!("/v1/deployments/{}", id_of(&answer.json())));
    let deployment = shop.eclusa.decided(id_of(&answer.json())).await;
    assert_eq!(deployment, shop.eclusa.get(&location).await.ok());
    assert_eq!(shop.maps_now(shop.site()).await, sha256(&second));
    assert_eq!(
        (&deployment["state"], &deployment["door"], &deployment["actor"], &deployment["mode"]),
        (&json!("trial"), &json!("api"), &json!("admin"), &json!("auto"))
    );
    assert_eq!(deployment["predecessor"], shop.first);
    assert_eq!(deployment["bytes"], second.len());
    let stages = deployment["stages"].as_array().unwrap();
    for stage in stages {
        assert_eq!((&stage["ok"], &stage["code"]), (&json!(true), &Value::Null), "{stage}");
        assert!(stage["duration_ms"].is_number() && stage["message"].is_string(), "{stage}");
    }
    assert_eq!((stages.len(), &stages[9]["stage"]), (10, &json!("shadow")));
    assert_eq!(deployment["shadow"]["channels"][0]["receive"]["identical"], 1);
    assert_eq!(story(&shop, &deployment).await, by("admin", &["submitted", "went_live"]));
    // The same again is nothing new.
    let again = shop.eclusa.deploy(NAME, &second).await;
    assert_eq!(
        (&again["state"], &again["reason"]["code"]),
        (&json!("unchanged"), &json!("unchanged"))
    );
    assert_eq!(story(&shop, &again).await, by("admin", &["submitted"]));
    assert_eq!(shop.eclusa.deployment(id_of(&deployment)).await["state"], "trial");
}

#[tokio::test]
async fn a_file_that_takes_the_place_of_another_goes_live() {
    let shop = Shop::open().await;
    let second = shop::revision("2");
    let saved = async {
        shop.eclusa.save(NAME, &second);
        shop.eclusa.taken_from_folder(NAME, &second).await
    };
    let deployment = saved.await;
    assert_eq!(shop.maps_now(shop.site()).await, sha256(&second));
    assert_eq!(story(&shop, &deployment).await, by("folder", &["submitted", "went_live"]));
    // And back.
    let first = shop::revision("1");
    shop.eclusa.save(NAME, &first);
    goes_live(&shop, &first).await;
}

#[tokio::test]
async fn a_file_that_is_written_in_place_counts_once_it_is_whole() {
    let setup = Setup::default().config("[deploy]\nquiet_ms = 800");
    let shop = Shop::with(setup, &["site"]).await;
    let second = shop::revision("2");
    let mut file = std::fs::File::create(shop.eclusa.adapter_path(NAME)).unwrap();
    for part in second.chunks(second.len() / 7) {
        file.write_all(part).unwrap();
        file.sync_all().unwrap();
        // A slow writer, but never silent for as long as a file must stand still.
        assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    }
    drop(file);
    goes_live(&shop, &second).await;
    let all = shop.eclusa.get(&format!("/v1/deployments?adapter={NAME}")).await.ok();
    assert_eq!(all["deployments"].as_array().unwrap().len(), 2, "no part of it was taken: {all:#}");
}

#[tokio::test]
async fn a_link_that_is_swapped_goes_live() {
    let shop = Shop::open().await;
    let versions = tempfile::tempdir().unwrap();
    let link_to = |name: &str, component: &[u8]| {
        let version = versions.path().join(name);
        std::fs::write(&version, component).unwrap();
        let new = shop.eclusa.adapters().join("link");
        std::os::unix::fs::symlink(version, &new).unwrap();
        std::fs::rename(new, shop.eclusa.adapter_path(NAME)).unwrap();
    };
    for name in ["2", "new-event", "1"] {
        let component = shop::revision(name);
        link_to(name, &component);
        goes_live(&shop, &component).await;
    }
}

#[tokio::test]
async fn a_file_that_is_deleted_stops_nothing() {
    let shop = Shop::open().await;
    std::fs::remove_file(shop.eclusa.adapter_path(NAME)).unwrap();
    eventually("the missing file is noticed", async || {
        shop.eclusa.log().contains("its file is gone").then_some(())
    })
    .await;
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    let adapter = shop.eclusa.adapter(NAME).await;
    assert_eq!((&adapter["state"], &adapter["revision"]), (&json!("active"), &json!(shop.first)));
    // Made again, it is one like any other.
    let second = shop::revision("2");
    std::fs::write(shop.eclusa.adapter_path(NAME), &second).unwrap();
    goes_live(&shop, &second).await;
}

#[tokio::test]
async fn new_names_and_many_files_at_once() {
    let shop = Shop::open().await;
    let open = std::fs::read(adapter_file("open")).unwrap();
    let names: Vec<String> = (1..=6).map(|number| format!("chat-{number}")).collect();
    for name in &names {
        shop.eclusa.save(name, &open);
    }
    // None of these is an adapter's file.
    for other in ["notes.txt", "chat.wasm.bak", ".hidden.wasm", "Not-A-Name.wasm"] {
        std::fs::write(shop.eclusa.adapters().join(other), "hello").unwrap();
    }
    for name in &names {
        let deployment = shop.eclusa.taken_from_folder(name, &open).await;
        assert_eq!(deployment["state"], "live", "{deployment:#}");
    }
    let listed = shop.eclusa.get("/v1/adapters").await.ok();
    let listed: Vec<_> =
        listed["adapters"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    let expected: Vec<_> = names.iter().map(String::as_str).chain([NAME]).collect();
    assert_eq!(listed, expected);
    let mut channel = shop::channel("late", "https://chat.example.com");
    channel["adapter"] = json!("chat-4");
    channel["secrets"] = json!({ "inbound-token": "open-inbound-0a1b2c" });
    shop.eclusa.create(&channel).await;
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
}

/// What was saved while the server was down is taken at its start, by the checks
/// that it would have had to pass before.
#[tokio::test]
async fn what_was_saved_while_it_was_down_is_taken_at_the_start() {
    let mut shop = Shop::open().await;
    assert!(shop.eclusa.stop().success());
    let second = shop::revision("2");
    shop.eclusa.save(NAME, &second);
    shop.eclusa.start_again();
    goes_live(&shop, &second).await;
    // A start that finds the file it knows takes it no second time, not even when
    // another revision serves since.
    let third = shop.deploy("new-event", "trial").await;
    assert!(shop.eclusa.stop().success());
    shop.eclusa.start_again();
    assert_eq!(shop.active().await, third["revision"]);
    assert_eq!(shop.eclusa.audit(NAME).await.len(), 6);
}
