//! How many at once, and how large.

use eclusa_tests::{Channel, Chat, Setup, eventually};
use serde_json::json;

use super::raw::{Raw, head, request};
use super::{channel, open, refused};

#[tokio::test]
async fn one_address_gets_its_connections_and_no_more() {
    let limits = "[incoming]\nconnections_per_address = 4\ntrusted_proxies = []";
    let eclusa = Setup::with(&[Chat::Open]).config(limits).start();
    // The tests' own client keeps one open.
    let channel = open(&eclusa).await;
    let mut held = Vec::new();
    for number in 0..3 {
        let mut connection = Raw::connect(&eclusa).await;
        connection.send(request(&channel, &number.to_string())).await;
        assert_eq!(connection.reply().await.unwrap().status, 200);
        held.push(connection);
    }
    Raw::connect(&eclusa).await.closed().await;
    assert_eq!(refused(&eclusa, "address_connections_full").await, 1);
    drop(held);
    eventually("there is a place again", async || {
        let mut connection = Raw::connect(&eclusa).await;
        connection.send(request(&channel, "9")).await;
        connection.reply().await.filter(|reply| reply.status == 200)
    })
    .await;
}

#[tokio::test]
async fn above_all_connections_health_and_api_are_answered_and_chats_come_later() {
    let eclusa = Setup::with(&[Chat::Open]).config("[incoming]\nconnections = 3").start();
    let channel = open(&eclusa).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut connection = Raw::connect(&eclusa).await;
        connection.send("GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert_eq!(connection.reply().await.unwrap().status, 200);
        held.push(connection);
    }
    let surplus = async |request: String| {
        let mut connection = Raw::connect(&eclusa).await;
        connection.send(request).await;
        let mut replies = connection.replies().await;
        assert_eq!(replies.len(), 1, "the connection is closed after its answer");
        replies.remove(0)
    };
    let token = eclusa.token();
    for path in ["/livez", "/readyz", "/metrics", "/v1/events"] {
        let reply = surplus(format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n"
        ))
        .await;
        assert_eq!(reply.status, 200, "{path}");
    }
    let shed = surplus(request(&channel, "1")).await;
    assert_eq!((shed.status, shed.code().as_str()), (503, "connections_full"));
    assert!(shed.head.contains("retry-after: 1"), "{}", shed.head);
    drop(held);
    eventually("there is a place again", async || {
        let reply = surplus_or_not(&eclusa, request(&channel, "1")).await;
        (reply == Some(200)).then_some(())
    })
    .await;
}

async fn surplus_or_not(eclusa: &eclusa_tests::Eclusa, request: String) -> Option<u16> {
    let mut connection = Raw::connect(eclusa).await;
    connection.send(request).await;
    connection.reply().await.map(|reply| reply.status)
}

/// Begins a request and waits until it is let in: it is told to go on then.
async fn begin(caller: &mut Raw, channel: &Channel, headers: &[(&str, &str)]) {
    caller.send(head(channel, &[headers, &[("expect", "100-continue")]].concat())).await;
    assert_eq!(caller.reply().await.unwrap().status, 100);
}

#[tokio::test]
async fn one_address_behind_the_proxy_gets_its_share_of_requests() {
    let limits = "[incoming]\nrequests_per_address = 2";
    let eclusa = Setup::with(&[Chat::Open]).config(limits).start();
    let channel = open(&eclusa).await;
    let body = Chat::Open.text_request("1", "Oi");
    let length = body.len().to_string();
    let from =
        |address| head(&channel, &[("x-forwarded-for", address), ("content-length", &length)]);
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut slow = Raw::connect(&eclusa).await;
        let headers = [("x-forwarded-for", "made up, 198.51.100.7"), ("content-length", &*length)];
        begin(&mut slow, &channel, &headers).await;
        held.push(slow);
    }
    let ask = async |address: &'static str| {
        let mut connection = Raw::connect(&eclusa).await;
        connection.send(from(address) + &body).await;
        connection.reply().await.expect("an answer")
    };
    let shed = ask("198.51.100.7").await;
    assert_eq!(shed.status, 503);
    assert_eq!(shed.code(), "address_overloaded");
    assert_eq!(ask("198.51.100.8").await.status, 200);
    // What it holds is served.
    for mut slow in held {
        slow.send(&body).await;
        assert_eq!(slow.reply().await.unwrap().status, 200);
    }
    assert_eq!(ask("198.51.100.7").await.status, 200);
}

#[tokio::test]
async fn one_channel_gets_half_of_the_requests() {
    let eclusa = Setup::with(&[Chat::Open]).config("[incoming]\nrequests = 4").start();
    let (busy, other) = (open(&eclusa).await, channel(&eclusa, "other").await);
    let body = Chat::Open.text_request("1", "Oi");
    let length = body.len().to_string();
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut slow = Raw::connect(&eclusa).await;
        begin(&mut slow, &busy, &[("content-length", &length)]).await;
        held.push(slow);
    }
    let shed = eclusa.chat_posts(Chat::Open, &busy, &body).await;
    shed.problem(503, "channel_overloaded");
    assert_eq!(shed.header("retry-after"), Some("1"));
    eclusa.chat_posts(Chat::Open, &other, &body).await.ok();
    drop(held);
}

#[tokio::test]
async fn two_busy_channels_leave_a_place_for_a_third() {
    let eclusa = Setup::with(&[Chat::Open]).config("[incoming]\nrequests = 6").start();
    let channels = [open(&eclusa).await, channel(&eclusa, "second").await];
    let third = channel(&eclusa, "third").await;
    let body = Chat::Open.text_request("1", "Oi");
    let length = body.len().to_string();
    let mut held = Vec::new();
    for busy in channels.iter().chain(&channels) {
        let mut slow = Raw::connect(&eclusa).await;
        begin(&mut slow, busy, &[("content-length", &length)]).await;
        held.push(slow);
    }
    for busy in &channels {
        eclusa.chat_posts(Chat::Open, busy, &body).await.problem(503, "channel_overloaded");
    }
    eclusa.chat_posts(Chat::Open, &third, &body).await.ok();
}

#[tokio::test]
async fn a_channel_has_a_body_limit_of_its_own() {
    let limits = "[limits]\nbody_bytes = 10000\nchannel_body_bytes = 50000";
    let eclusa = Setup::with(&[Chat::Open]).config(limits).start();
    let (small, large) = (open(&eclusa).await, channel(&eclusa, "large").await);
    let set = async |id: &str, limits| {
        let path = format!("/v1/channels/{id}");
        eclusa.api("PATCH", &path, &json!({ "limits": limits })).await
    };
    let set_large = set("large", json!({ "body_bytes": 50_000 })).await.ok();
    assert_eq!(set_large["limits"], json!({ "body_bytes": 50_000 }));
    set("site", json!({ "body_bytes": 2_000 })).await.ok();
    for wrong in [json!(50_001), json!(1_023), json!(0)] {
        let problem =
            set("large", json!({ "body_bytes": wrong })).await.problem(422, "invalid_input");
        assert_eq!(problem["violations"][0]["pointer"], "/limits/body_bytes");
    }
    set("large", json!({ "body_byte": 1_024 })).await.problem(422, "invalid_input");
    let mut body = Chat::Open.text_request("1", "Oi").into_bytes();
    for (channel, limit) in [(&small, 2_000), (&large, 50_000)] {
        for (length, status) in [(limit, 200), (limit + 1, 413)] {
            body.resize(length, b' ');
            let headers = Chat::Open.sign(&body);
            let answer = eclusa.call("POST", &channel.ingress, &headers, body.as_slice()).await;
            assert_eq!(answer.status, status, "{}: {length}", channel.id);
        }
    }
    // Without one of its own it has the host's again.
    set("site", json!({ "body_bytes": null })).await.ok();
    body.resize(10_000, b' ');
    let headers = Chat::Open.sign(&body);
    assert_eq!(eclusa.call("POST", &small.ingress, &headers, body).await.status, 200);
}
