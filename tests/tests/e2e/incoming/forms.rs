//! Forms of who has not signed in: small, and in the room that is kept for bodies.

use eclusa_tests::{Chat, Setup, eventually, join_all};

use super::raw::Raw;
use super::{open, refused};

fn form(path: &str, length: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         {length}\r\n\r\n"
    )
}

#[tokio::test]
async fn a_stranger_sends_no_more_than_a_token() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let announced = "content-length: 100000".to_owned();
    let pieces = format!("transfer-encoding: chunked\r\n\r\n1400\r\n{}", "a".repeat(0x1400));
    for path in ["/login", "/logout"] {
        for length in [&announced, &pieces] {
            let mut caller = Raw::connect(&eclusa).await;
            caller.send(form(path, length)).await;
            let reply = caller.reply().await.expect("an answer before the body is whole");
            assert_eq!(reply.status, 413, "{path}");
            assert!(reply.body.contains("body_too_large"), "{}", reply.body);
        }
    }
}

/// Those that never become whole hold half of the room at most, and none of what
/// channels have.
#[tokio::test]
async fn unfinished_forms_take_nobody_elses_room() {
    let eclusa = Setup::with(&[Chat::Open]).config("[incoming]\nrequests = 16").start();
    let channel = open(&eclusa).await;
    let callers = join_all((0..12).map(async |_| {
        let mut caller = Raw::connect(&eclusa).await;
        caller.send(form("/login", "content-length: 100")).await;
        caller
    }))
    .await;
    eventually("four are shed", async || (refused(&eclusa, "overloaded").await == 4).then_some(()))
        .await;
    let mut late = Raw::connect(&eclusa).await;
    late.send(form("/login", "content-length: 100")).await;
    let reply = late.reply().await.expect("an answer before the body is whole");
    assert_eq!(reply.status, 503);
    assert!(reply.body.contains("overloaded"), "{}", reply.body);
    assert!(reply.head.contains("retry-after: 1"), "{}", reply.head);
    for path in ["/login", "/livez", "/v1/events"] {
        assert_eq!(eclusa.get(path).await.status, 200, "{path}");
    }
    let body = Chat::Open.text_request("1", "Oi");
    eclusa.chat_posts(Chat::Open, &channel, &body).await.ok();
    drop(callers);
    eventually("all room is free again", async || {
        eclusa.get("/metrics").await.body.contains("eclusa_incoming_requests 0\n").then_some(())
    })
    .await;
}
