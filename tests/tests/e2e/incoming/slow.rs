//! Callers who take their time.

use eclusa_tests::Setup;

use super::raw::{Raw, dawdle, head, request};
use super::{open, refused};
use eclusa_tests::Chat;

const SOON: &str = "[incoming]\nheader_ms = 300\nidle_ms = 300\nbody_ms = 300\n\
                    body_bytes_per_second = 1000000\nbody_pause_ms = 200\nwrite_ms = 300";

#[tokio::test]
async fn a_head_that_dribbles_in_ends_the_connection_and_disturbs_nobody() {
    let eclusa = Setup::with(&[Chat::Open]).config(SOON).start();
    let channel = open(&eclusa).await;
    let mut slow = Raw::connect(&eclusa).await;
    let dribble = async {
        for byte in head(&channel, &[("x-long", &"x".repeat(100_000))]).bytes() {
            if !slow.send([byte]).await {
                break;
            }
            dawdle().await;
        }
        slow.closed().await;
    };
    let others = async {
        for number in 0..20 {
            let body = Chat::Open.text_request(&number.to_string(), "Oi");
            eclusa.chat_posts(Chat::Open, &channel, &body).await.ok();
        }
    };
    tokio::join!(dribble, others);
    assert_eq!(refused(&eclusa, "head_timeout").await, 1);
    assert!(eclusa.log().contains("head_timeout"), "the operator is told");
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed_before_and_after_a_request() {
    let eclusa = Setup::with(&[Chat::Open]).config(SOON).start();
    let channel = open(&eclusa).await;
    Raw::connect(&eclusa).await.closed().await;
    let mut used = Raw::connect(&eclusa).await;
    used.send(request(&channel, "1")).await;
    assert_eq!(used.reply().await.unwrap().status, 200);
    used.closed().await;
    // It speaks HTTP/2 and asks for nothing.
    let mut http2 = Raw::connect(&eclusa).await;
    http2.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    http2.closed().await;
    assert_eq!(refused(&eclusa, "head_timeout").await, 0);
}

#[tokio::test]
async fn a_body_that_stops_or_dribbles_in_is_answered_and_given_up() {
    let eclusa = Setup::with(&[Chat::Open]).config(SOON).start();
    let channel = open(&eclusa).await;
    let length = [("content-length", "100000")];
    let mut stops = Raw::connect(&eclusa).await;
    stops.send(head(&channel, &length) + "{").await;
    let mut dribbles = Raw::connect(&eclusa).await;
    dribbles.send(head(&channel, &length)).await;
    for _ in 0..100_000 {
        if !dribbles.send(" ").await {
            break;
        }
        let (late, ()) = (refused(&eclusa, "body_timeout").await, dawdle().await);
        if late == 2 {
            break;
        }
    }
    for connection in [stops, dribbles] {
        let replies = connection.replies().await;
        assert_eq!((replies[0].status, replies[0].code().as_str()), (408, "body_timeout"));
        assert_eq!(replies.len(), 1);
    }
    // Of the API too, which has no memory of chats.
    let mut api = Raw::connect(&eclusa).await;
    let token = eclusa.token();
    api.send(format!(
        "POST /v1/channels HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-length: 100\r\n\r\n{{"
    ))
    .await;
    let replies = api.replies().await;
    assert_eq!((replies.len(), replies[0].status), (1, 408), "{replies:?}");
}

#[tokio::test]
async fn a_body_without_an_end_is_answered_and_given_up() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let channel = open(&eclusa).await;
    let mut endless = Raw::connect(&eclusa).await;
    endless.send(head(&channel, &[("transfer-encoding", "chunked")])).await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    while endless.send(&chunk).await {}
    // What was sent is far more than what was read, so the answer may be lost;
    // but the connection has ended, and nothing is held.
    endless.closed().await;
    assert!(eclusa.get("/metrics").await.body.contains("eclusa_incoming_body_bytes 0"));
}

#[tokio::test]
async fn who_takes_no_answer_is_given_up() {
    let eclusa = Setup::with(&[Chat::Open]).config(SOON).start();
    let _channel = open(&eclusa).await;
    let mut greedy = Raw::connect(&eclusa).await;
    // Each answer has some hundred kilobytes, and none is read.
    while greedy.send("GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(16)).await {
        if refused(&eclusa, "write_timeout").await > 0 {
            break;
        }
        dawdle().await;
    }
    assert_eq!(refused(&eclusa, "write_timeout").await, 1);
}
