//! Another ingress URL.

use eclusa_tests::{Answer, Channel, Chat, Eclusa, Setup};
use serde_json::{Value, json};

/// Another URL of the channel `site`, and until when the one before is accepted.
async fn rotate(eclusa: &Eclusa, body: Value) -> (Channel, Value) {
    let rotated = eclusa.post("/v1/channels/site/ingress-key", &body).await.ok();
    let url = rotated["ingress_url"].as_str().unwrap();
    let ingress = url[url.find("/in/").unwrap()..].to_owned();
    (Channel { id: "site".to_owned(), ingress }, rotated["previous_ingress_until"].clone())
}

#[tokio::test]
async fn the_old_url_is_accepted_for_the_time_that_was_asked_for() {
    let mut eclusa = Setup::with(&[Chat::Open]).start();
    let first = eclusa.create(&Chat::Open.channel("site", "https://chat.example.com")).await;
    let (second, until) = rotate(&eclusa, Value::Null).await;
    assert!(until.is_string());
    assert_ne!(first.ingress, second.ingress);
    let body = |id: &str| Chat::Open.text_request(id, "Oi");
    for (id, channel) in [("m-1", &first), ("m-2", &second)] {
        eclusa.chat_posts(Chat::Open, channel, &body(id)).await.ok();
    }
    // It is there after a restart too, and after another change of the channel.
    assert!(eclusa.stop().success());
    eclusa.start_again();
    eclusa.api("PATCH", "/v1/channels/site", &json!({ "description": "changed" })).await.ok();
    eclusa.chat_posts(Chat::Open, &first, &body("m-3")).await.ok();
    // One that is replaced again ends the one before it.
    let (third, until) = rotate(&eclusa, json!({ "overlap_seconds": 60 })).await;
    assert!(until.is_string());
    let unknown = |answer: Answer| answer.problem(404, "channel_unknown");
    unknown(eclusa.chat_posts(Chat::Open, &first, &body("m-4")).await);
    eclusa.chat_posts(Chat::Open, &second, &body("m-4")).await.ok();
    let (fourth, until) = rotate(&eclusa, json!({ "overlap_seconds": 0 })).await;
    assert_eq!(until, Value::Null);
    for channel in [&first, &second, &third] {
        unknown(eclusa.chat_posts(Chat::Open, channel, &body("m-5")).await);
    }
    eclusa.chat_posts(Chat::Open, &fourth, &body("m-5")).await.ok();
    eclusa.events(None, 5).await;
    let audit = eclusa.get("/v1/audit?subject=channel:site").await.ok();
    let actions: Vec<_> =
        audit["entries"].as_array().unwrap().iter().map(|it| it["action"].clone()).collect();
    assert_eq!(actions, ["rotated", "rotated", "changed", "rotated", "created"]);
}

#[tokio::test]
async fn wrong_rotations_change_nothing() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let channel = eclusa.create(&Chat::Open.channel("site", "https://chat.example.com")).await;
    let path = "/v1/channels/site/ingress-key";
    for wrong in [
        json!({ "overlap_seconds": 2_592_001 }),
        json!({ "overlap_seconds": -1 }),
        json!({ "overlap": 1 }),
    ] {
        eclusa.post(path, &wrong).await.problem(422, "invalid_input");
    }
    eclusa
        .post("/v1/channels/none/ingress-key", &Value::Null)
        .await
        .problem(404, "channel_not_found");
    let headers = [
        ("authorization".to_owned(), format!("Bearer {}", eclusa.token())),
        ("if-match".to_owned(), "\"7\"".to_owned()),
    ];
    eclusa.call("POST", path, &headers, "").await.problem(412, "revision_conflict");
    eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("m-1", "Oi")).await.ok();
}

#[tokio::test]
async fn the_url_is_shown_to_who_may_change_the_channel_only() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let channel = eclusa.create(&Chat::Open.channel("site", "https://chat.example.com")).await;
    for (role, shown) in
        [("viewer", false), ("platform", false), ("operator", true), ("admin", true)]
    {
        let token = eclusa.new_token(&format!("one-{role}"), role).await;
        let headers = [("authorization".to_owned(), format!("Bearer {token}"))];
        for path in ["/v1/channels", "/v1/channels/site"] {
            let answer = eclusa.call("GET", path, &headers, "").await;
            answer.ok();
            assert_eq!(answer.body.contains(&channel.ingress), shown, "{role}: {}", answer.body);
            assert!(answer.body.contains("ingress_url"));
        }
    }
}
