//! Channels on a revision of their own: held, since they lack something, or
//! pinned.

use eclusa_tests::{Chat, Setup, shop};
use serde_json::{Value, json};

use super::world::revision_of;
use super::{NAME, Shop};

#[tokio::test]
async fn a_channel_that_lacks_a_secret_stays_behind_until_it_has_it() {
    let mut shop = Shop::with(Setup::default(), &["site", "app"]).await;
    let new = shop.deploy("needs-secret", "trial").await;
    let stages = new["stages"].as_array().unwrap();
    let requirements = stages.iter().find(|it| it["stage"] == "requirements").unwrap();
    assert!(requirements["message"].as_str().unwrap().ends_with("app, site"), "{requirements}");
    let changed: Vec<_> =
        new["changes"].as_array().unwrap().iter().map(|it| it["pointer"].clone()).collect();
    assert_eq!(changed, ["/secrets/api-key"]);
    // Both stay where they were, both ways.
    let holds = shop.eclusa.adapter(NAME).await["holds"].clone();
    for channel in &shop.channels {
        let hold = &holds[&channel.id];
        assert_eq!(
            (&hold["revision"], &hold["missing"][0][0]),
            (&json!(shop.first), &json!("/secrets/api-key"))
        );
        assert_eq!(shop.maps_now(channel).await, shop.first);
        let said = shop.say(channel, "now", "Oi").await;
        assert_eq!(shop.sent_by(&said).await, shop.first);
    }
    // A new channel cannot lack it.
    let mut third = shop::channel("intranet", &shop.chat.url());
    let refused = shop.eclusa.post("/v1/channels", &third).await.problem(422, "invalid_input");
    assert_eq!(refused["violations"][0]["pointer"], "/secrets/api-key");
    third["secrets"] = json!({ "api-key": "intranet-api-key-1" });
    let third = shop.eclusa.create(&third).await;
    assert_eq!(shop.maps_now(&third).await, revision_of(&new));
    // A held channel can be changed otherwise.
    let path = "/v1/channels/site";
    shop.eclusa.api("PATCH", path, &json!({ "description": "still behind" })).await.ok();
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    let secret = json!({ "secrets": { "api-key": "site-api-key-1" } });
    shop.eclusa.api("PATCH", path, &secret).await.ok();
    assert_eq!(shop.maps_now(shop.site()).await, revision_of(&new));
    assert_eq!(shop.maps_now(&shop.channels[1]).await, shop.first);
    // What it needs cannot be taken away from it.
    let without = json!({ "secrets": { "api-key": null } });
    shop.eclusa.api("PATCH", path, &without).await.problem(422, "invalid_input");
    shop.eclusa.kill();
    shop.eclusa.start_again();
    assert_eq!(shop.maps_now(shop.site()).await, revision_of(&new));
    assert_eq!(shop.maps_now(&shop.channels[1]).await, shop.first);
    let told = async |action: &str| {
        let audit = shop.eclusa.audit(NAME).await;
        let of_it = audit.iter().filter(|it| it["action"] == action);
        of_it.map(|it| it["channel"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (told("held").await, told("released").await),
        (vec!["app".to_owned(), "site".to_owned()], vec!["site".to_owned()])
    );
    // Taken back, nobody is behind.
    shop.eclusa.decide(NAME, "rollback", &Value::Null).await.ok();
    for channel in &shop.channels {
        assert_eq!(shop.maps_now(channel).await, shop.first);
    }
    assert_eq!(shop.eclusa.adapter(NAME).await["holds"], json!({}));
}

#[tokio::test]
async fn a_pinned_channel_stays_where_it_is() {
    let mut shop = Shop::with(Setup::default(), &["site", "app"]).await;
    let first = shop.first.clone();
    let pin = "/v1/adapters/shop/pins/site";
    let to = |revision: &str| json!({ "revision": revision });
    let pinned = shop.eclusa.api("PUT", pin, &to(&first[..12])).await.ok();
    assert_eq!(pinned["pins"], json!({ "site": first }));
    let second = shop.deploy("2", "trial").await;
    let by = async |shop: &Shop| {
        let mapped = shop.maps_now(shop.site()).await;
        let said = shop.say(shop.site(), "now", "Oi").await;
        assert_eq!(shop.sent_by(&said).await, mapped);
        (mapped, shop.maps_now(&shop.channels[1]).await)
    };
    assert_eq!(by(&shop).await, (first.clone(), revision_of(&second).to_owned()));
    shop.eclusa.kill();
    shop.eclusa.start_again();
    assert_eq!(by(&shop).await, (first.clone(), revision_of(&second).to_owned()));
    // Also to one that serves nobody else, and past a rollback.
    shop.eclusa.api("PUT", pin, &to(revision_of(&second))).await.ok();
    shop.eclusa.decide(NAME, "rollback", &Value::Null).await.ok();
    assert_eq!(by(&shop).await, (revision_of(&second).to_owned(), first.clone()));
    assert_eq!(shop.eclusa.api("DELETE", pin, &Value::Null).await.status, 204);
    assert_eq!(by(&shop).await, (first.clone(), first.clone()));
    shop.eclusa.api("DELETE", pin, &Value::Null).await.problem(409, "not_pinned");
    let audit = shop.eclusa.audit(NAME).await;
    let actions = ["pinned", "pinned", "unpinned"];
    let of_it: Vec<_> = audit
        .iter()
        .filter(|it| it["channel"] == "site")
        .map(|it| (it["action"].clone(), it["actor"].clone()))
        .collect();
    assert_eq!(of_it, actions.map(|action| (json!(action), json!("admin"))));
}

#[tokio::test]
async fn a_channel_is_pinned_only_to_what_it_can_use() {
    let shop = Shop::open().await;
    let new = shop.deploy("needs-secret", "trial").await;
    let pins = "/v1/adapters/shop/pins";
    let pin = async |channel: &str, revision: &str| {
        let body = json!({ "revision": revision });
        shop.eclusa.api("PUT", &format!("{pins}/{channel}"), &body).await
    };
    let lacking = pin("site", revision_of(&new)).await.problem(409, "requirements_missing");
    assert_eq!(lacking["violations"][0]["pointer"], "/secrets/api-key");
    pin("nobody", &shop.first).await.problem(404, "channel_not_found");
    pin("site", "00000000").await.problem(404, "revision_not_found");
    pin("site", "").await.problem(404, "revision_not_found");
    assert_eq!(shop.eclusa.adapter(NAME).await["pins"], json!({}));
}

#[tokio::test]
async fn a_channel_that_leaves_is_neither_pinned_nor_held() {
    let setup = Setup::with(&[Chat::Open]);
    let shop = Shop::with(setup, &["site", "app", "intranet"]).await;
    let pin = json!({ "revision": shop.first });
    shop.eclusa.api("PUT", "/v1/adapters/shop/pins/site", &pin).await.ok();
    shop.deploy("needs-secret", "trial").await;
    let parts = async || {
        let adapter = shop.eclusa.adapter(NAME).await;
        ["pins", "holds"].map(|part| {
            adapter[part].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
        })
    };
    assert_eq!(parts().await, ["site", "app intranet"]);
    // To another adapter, or altogether.
    let open = json!({ "adapter": "open", "secrets": { "inbound-token": "open-inbound-77ab" } });
    for channel in ["site", "app"] {
        shop.eclusa.api("PATCH", &format!("/v1/channels/{channel}"), &open).await.ok();
    }
    assert_eq!(parts().await, ["", "intranet"]);
    let deleted = shop.eclusa.api("DELETE", "/v1/channels/intranet", &Value::Null).await;
    assert_eq!((deleted.status, parts().await), (204, [String::new(), String::new()]));
}
