//! What recorded traffic becomes in two revisions, by the command line and by the
//! API.

use eclusa_tests::shop;
use serde_json::{Value, json};

use super::world::revision_of;
use super::{NAME, Shop};

/// Eleven requests: seven with an order that became messages, one of them three;
/// two receipts, one that no revision knows, one without an order.
async fn record(shop: &Shop) {
    let site = shop.site();
    let sent = shop.write(site, "t1", "Oi, onde está meu pedido?").await;
    let sent_id = {
        let answer = shop.say(site, "t1", "Já vou ver.").await;
        shop.eclusa.message(&answer).await["external_id"].as_str().unwrap().to_owned()
    };
    assert!(!sent.is_empty());
    for number in 0..5 {
        shop.write(site, "t2", &format!("mensagem {number}")).await;
    }
    let three: Vec<_> = (0..3).map(|_| shop::text(&shop.id(), "t3", "Oi")).collect();
    shop.post(site, &three.into()).await.ok();
    for state in ["delivered", "read"] {
        shop.post(site, &shop::receipt(&sent_id, "t1", state)).await.ok();
    }
    shop.post(site, &json!({ "kind": "hologram" })).await.ok();
    let mut without = shop::text(&shop.id(), "t4", "Oi");
    without.as_object_mut().unwrap().remove("order");
    shop.post(site, &without).await.ok();
}

#[tokio::test]
async fn a_renamed_field_is_named_with_its_count() {
    let shop = Shop::open().await;
    record(&shop).await;
    let waiting = shop.deploy_by("renames", "?mode=review", "waiting").await;
    let reports = [
        waiting["shadow"].clone(),
        shop.eclusa.get("/v1/adapters/shop/diff").await.ok(),
        shop.eclusa
            .get(&format!("/v1/adapters/shop/diff?revision={}", &revision_of(&waiting)[..10]))
            .await
            .ok(),
        shop.eclusa.cli(&["adapter", "diff", NAME, "--json"]).await.json(),
    ];
    for report in reports {
        assert_eq!(report["baseline"], shop.first);
        assert_eq!(report["candidate"], waiting["revision"]);
        assert_eq!(report["channels"].as_array().unwrap().len(), 1);
        let channel = &report["channels"][0];
        assert_eq!(channel["channel"], "site");
        let receive = &channel["receive"];
        let counts =
            ["total", "identical", "changed", "new_failures", "repaired_failures", "failing"]
                .map(|count| receive[count].as_u64().unwrap());
        assert_eq!(counts, [11, 3, 7, 0, 0, 1]);
        let changes = receive["changes"].as_array().unwrap();
        assert_eq!(changes.len(), 1, "{changes:#?}");
        assert_eq!(changes[0]["pointer"], "/events/*/message/extra/order");
        assert_eq!(changes[0]["kind"]["renamed"], "/events/*/message/extra/order_id");
        assert_eq!(changes[0]["count"], 7);
        // Whose order it was is nobody's business.
        assert!(changes[0]["example"]["before"].as_str().unwrap().starts_with("A-9"));
        for what in ["send", "settle"] {
            let counts = ["total", "identical"].map(|count| channel[what][count].as_u64().unwrap());
            assert_eq!((counts, &channel[what]["changes"]), ([1, 1], &json!([])), "{what}");
        }
    }
    let shown = shop.eclusa.cli(&["adapter", "diff", NAME]).await;
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    for part in ["/events/*/message/extra/order", "/events/*/message/extra/order_id", "7"] {
        assert!(shown.out.contains(part), "{part} is not in\n{}", shown.out);
    }
    assert!(!shown.out.contains("A-0"), "{}", shown.out);
}

#[tokio::test]
async fn what_is_sent_and_what_is_repaired_is_compared_too() {
    let shop = Shop::open().await;
    record(&shop).await;
    let voice = shop::voice(&shop.id(), "t1", "https://shop.example.com/a.ogg");
    assert_eq!(shop.post(shop.site(), &voice).await.ok()["problem"]["code"], "unknown_kind");
    let repairs = shop.deploy("repairs", "trial").await;
    let receive = &repairs["shadow"]["channels"][0]["receive"];
    assert_eq!(receive["repaired_failures"], 1);
    assert_eq!(receive["repaired"][0]["count"], 1);
    assert_eq!(repairs["changes"][0]["pointer"], "/inbound/audio", "{}", repairs["changes"]);
    // Against what serves now.
    let changes = shop.deploy_by("send-changes", "?mode=manual", "waiting").await;
    assert_eq!(changes["predecessor"], repairs["revision"]);
    let send = &changes["shadow"]["channels"][0]["send"];
    assert_eq!(send["changed"], 1);
    let change = &send["changes"][0];
    assert_eq!(change["pointer"], "/request/body/text", "{change}");
    assert_eq!(change["kind"]["renamed"], "/request/body/message");
    // It changed nothing: what was looked at still waits.
    let adapter = shop.eclusa.adapter(NAME).await;
    assert_eq!(adapter["waiting"]["deployment"], changes["id"]);
    assert_eq!(adapter["revision"], repairs["revision"]);
}

#[tokio::test]
async fn there_is_nothing_to_compare_with_at_first() {
    let shop = Shop::open().await;
    let diff = "/v1/adapters/shop/diff";
    shop.eclusa.get(diff).await.problem(409, "nothing_to_compare");
    let unknown = format!("{diff}?revision=0000000000");
    shop.eclusa.get(&unknown).await.problem(404, "revision_not_found");
    let ended = shop.eclusa.cli(&["adapter", "diff", NAME]).await;
    assert_eq!((ended.code, &*ended.out), (Some(1), ""));
    assert!(ended.err.contains("no two revisions"), "{}", ended.err);
    // Of what served before, once there is another one.
    let second = shop.deploy("2", "trial").await;
    let report = shop.eclusa.get(diff).await.ok();
    assert_eq!(
        (&report["baseline"], &report["candidate"]),
        (&second["revision"], &Value::from(&*shop.first))
    );
}
