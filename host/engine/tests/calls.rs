//! Calls that go well.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use eclusa_model::{Content, Event};
use support::{behave, context, message, request};

#[tokio::test]
async fn a_request_becomes_a_message() {
    let called = behave().receive(&context(), &request("hello")).await.unwrap();
    let received = called.value.unwrap();
    let [Event::Message(message)] = received.events.as_slice() else { panic!("{received:?}") };
    assert_eq!(message.content, Content::text("hello"));
    assert!(called.report.memory_bytes > 0);
    println!("{:?}", called.report);
}

#[test]
fn timing() {
    let revision = behave();
    let cx = context();
    let request = request("hello");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for _ in 0..5 {
            let started = std::time::Instant::now();
            for _ in 0..20000 {
                revision.receive(&cx, &request).await.unwrap().value.unwrap();
            }
            println!("fresh {:?}", started.elapsed() / 20000);
        }
    });
    let mut session = revision.session().unwrap();
    for _ in 0..3 {
        let started = std::time::Instant::now();
        for _ in 0..20000 {
            session.receive(&cx, &request).unwrap().value.unwrap();
        }
        println!("session {:?}", started.elapsed() / 20000);
    }
}
