//! Requests in shapes that caches, proxies and attackers know.

use eclusa_tests::{Chat, Setup};

use super::open;
use super::raw::{Raw, head, request};

#[tokio::test]
async fn requests_in_one_packet_are_answered_in_order() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let channel = open(&eclusa).await;
    let mut pipeline = Raw::connect(&eclusa).await;
    let requests: String = (0..20).map(|number| request(&channel, &number.to_string())).collect();
    pipeline.send(requests).await;
    for number in 0..20 {
        let reply = pipeline.reply().await.unwrap();
        let expected = format!("\"external_id\":\"{number}\"");
        assert!(reply.status == 200 && reply.body.contains(&expected), "{reply:?}");
    }
}

#[tokio::test]
async fn who_asks_before_sending_is_told_to_or_refused() {
    let eclusa = Setup::with(&[Chat::Open]).config("[limits]\nbody_bytes = 10000").start();
    let channel = open(&eclusa).await;
    let body = Chat::Open.text_request("1", "Oi");
    let length = body.len().to_string();
    let mut asks = Raw::connect(&eclusa).await;
    asks.send(head(&channel, &[("expect", "100-continue"), ("content-length", &length)])).await;
    assert_eq!(asks.reply().await.unwrap().status, 100);
    asks.send(&body).await;
    assert_eq!(asks.reply().await.unwrap().status, 200);
    // Too large: it is not told to send, and nobody waits for it.
    for (path, length, status) in [(channel.ingress.as_str(), "10001", 413), ("/in/x", "5", 404)] {
        let mut asks = Raw::connect(&eclusa).await;
        asks.send(format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n\
             content-length: {length}\r\n\r\n"
        ))
        .await;
        let replies = asks.replies().await;
        assert_eq!(replies.iter().map(|reply| reply.status).collect::<Vec<_>>(), [status]);
    }
}

/// Where two servers do not agree on the end of a request, the rest of one is a
/// request to the other. Here it never is.
#[tokio::test]
async fn what_stands_behind_an_ambiguous_request_is_no_request() {
    const HIDDEN: &str = "GET /livez HTTP/1.1\r\nhost: x\r\n\r\n";
    let eclusa = Setup::with(&[Chat::Open]).start();
    let channel = open(&eclusa).await;
    let chunked = format!("0\r\n\r\n{HIDDEN}");
    let length = chunked.len().to_string();
    let length = length.as_str();
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
    let table: [Case<'_>; 16] = [
        ("both", &[("content-length", length), ("transfer-encoding", "chunked")], &chunked),
        ("both, turned", &[("transfer-encoding", "chunked"), ("content-length", "3")], &chunked),
        ("two lengths", &[("content-length", "0"), ("content-length", "40")], HIDDEN),
        ("two in one", &[("content-length", "0, 40")], HIDDEN),
        ("a sign", &[("content-length", "+0")], HIDDEN),
        ("negative", &[("content-length", "-1")], HIDDEN),
        ("hexadecimal", &[("content-length", "0x0")], HIDDEN),
        ("no number", &[("content-length", "zero")], HIDDEN),
        ("larger than all", &[("content-length", "18446744073709551616")], HIDDEN),
        ("another encoding", &[("transfer-encoding", "xchunked")], &chunked),
        ("not the last", &[("transfer-encoding", "chunked, identity")], &chunked),
        ("a space before the colon", &[("transfer-encoding ", "chunked")], &chunked),
        ("a folded line", &[("x", "y\r\n transfer-encoding: chunked")], HIDDEN),
        ("a bare CR", &[("x", "y\rtransfer-encoding: chunked")], HIDDEN),
        ("a control character", &[("x", "y\0")], HIDDEN),
        ("a size that overflows", &[("transfer-encoding", "chunked")], "fffffffffffffffff\r\n"),
    ];
    for (name, headers, rest) in table {
        let mut hides = Raw::connect(&eclusa).await;
        hides.send(head(&channel, headers) + rest).await;
        let replies = hides.replies().await;
        assert!(replies.len() <= 1, "{name}: {replies:?}");
        assert!(replies.iter().all(|reply| reply.status >= 400), "{name}: {replies:?}");
    }
    let mut old = Raw::connect(&eclusa).await;
    let head = head(&channel, &[("transfer-encoding", "chunked")]).replace("/1.1", "/1.0");
    old.send(head + &chunked).await;
    assert!(old.replies().await.iter().all(|reply| reply.status >= 400));
    // The usual is still taken.
    let body = Chat::Open.text_request("1", "Oi");
    eclusa.chat_posts(Chat::Open, &channel, &body).await.ok();
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let eclusa = Setup::with(&[Chat::Open]).config("[incoming]\nheader_bytes = 16384").start();
    let channel = open(&eclusa).await;
    let large = "x".repeat(20_000);
    let many: Vec<(String, String)> =
        (0..101).map(|number| (format!("x-{number}"), "x".to_owned())).collect();
    let many: Vec<(&str, &str)> =
        many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for head in [
        head(&channel, &[("x-large", &large)]),
        head(&channel, &many),
        format!("GET /{large} HTTP/1.1\r\nhost: x\r\n\r\n"),
    ] {
        let mut caller = Raw::connect(&eclusa).await;
        caller.send(head).await;
        let replies = caller.replies().await;
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        assert!(matches!(statuses[..], [] | [431] | [414]), "{replies:?}");
    }
    // No HTTP at all.
    let mut other = Raw::connect(&eclusa).await;
    other.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").await;
    other.send("\r\n\r\n").await;
    let replies = other.replies().await;
    assert!(replies.iter().all(|reply| reply.status == 400), "{replies:?}");
}
