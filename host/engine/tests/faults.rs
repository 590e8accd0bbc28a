//! Calls that go wrong, and that nothing else goes wrong with them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use std::time::Duration;

use eclusa_engine::{CallError, Engine, EngineConfig, Limits};
use support::{behave, context, hostile, message, request};

async fn receive(told: &str) -> CallError {
    let body = format!(r#"{{"behave":"{told}"}}"#);
    let called = behave().receive(&context(), &request(&body)).await;
    called.map(|called| called.value).expect_err(told)
}

#[tokio::test]
async fn every_fault_of_a_guest_has_its_code() {
    let table = [
        ("panic", "trap"),
        ("trap", "trap"),
        ("index", "trap"),
        ("exit", "exit"),
        ("loop", "deadline_exceeded"),
        ("stderr", "deadline_exceeded"),
        ("memory", "memory_exceeded"),
        ("recurse", "stack_overflow"),
        ("recurse-small", "stack_overflow"),
        ("huge-string", "output_too_large"),
        ("aliases", "output_too_large"),
        ("many-events", "output_too_large"),
        ("too-many-events", "too_many_events"),
    ];
    for (told, code) in table {
        let error = receive(told).await;
        println!("{told}: {error}\n    {:?} {:?}", error.backtrace, error.report);
        assert_eq!(error.code, code, "{told}: {error:?}");
        assert_eq!((error.adapter.as_str(), error.call), ("behave", "receive"));
        assert!(!error.retryable);
        // A healthy call follows at once.
        behave().receive(&context(), &request("hello")).await.unwrap().value.unwrap();
    }
}

#[tokio::test]
async fn what_the_contract_does_not_allow_is_named_by_its_place() {
    let table = [
        ("nan", "/events/0/message/location/latitude"),
        ("infinite", "/events/0/message/location/longitude"),
        ("off-globe", "/events/0/message/location/latitude"),
        ("extra", "/events/0/message/extra"),
        ("extra-array", "/events/0/message/extra"),
        ("empty-id", "/events/0/message/external_id"),
        ("empty-conversation", "/events/0/message/conversation"),
        ("empty-sender", "/events/0/message/from/id"),
        ("time", "/events/0/message/sent_at"),
        ("empty-text", "/events/0/message/text/body"),
        ("no-name", "/events/0/message/contact/name"),
        ("half-a-byte", "/events/0/message/document/size"),
        ("status-42", "/reply/status"),
        ("status-301", "/reply/status"),
        ("header", "/reply/headers/x-a"),
        ("warning-code", "/warnings/0/code"),
    ];
    for (told, pointer) in table {
        let error = receive(told).await;
        assert_eq!(error.code, "bad_output", "{told}: {error:?}");
        assert!(error.message.starts_with(&format!("{pointer}: ")), "{told}: {error}");
    }
}

#[tokio::test]
async fn requests_that_must_not_be_made_are_refused() {
    let table = [
        ("bad-url", "bad_output", "/request/url"),
        ("file-url", "bad_output", "/request/url"),
        ("bad-method", "bad_output", "/request/method"),
        ("bad-header", "bad_output", "/request/headers"),
        ("huge-body", "output_too_large", ""),
        ("panic", "trap", ""),
        ("loop", "deadline_exceeded", ""),
    ];
    for (told, code, pointer) in table {
        let json = format!(
            r#"{{"conversation":"c","type":"text","text":{{"body":"b"}},"extra":{{"behave":"{told}"}}}}"#
        );
        let called = behave().send(&context(), &message(&json)).await;
        let error = called.map(|called| called.value).expect_err(told);
        assert_eq!((error.code, error.call), (code, "send"), "{told}: {error:?}");
        assert!(error.message.contains(pointer), "{told}: {error}");
    }
}

#[tokio::test]
async fn a_panic_brings_its_text_and_its_place() {
    // It writes a lot first, which takes its time on a busy machine.
    let limits = Limits { guest_time: Duration::from_secs(10), ..Limits::default() };
    let engine = Engine::new(EngineConfig { limits, cache_dir: None }).unwrap();
    let revision = engine.load("behave", &hostile("behave")).unwrap().revision;
    let request = request(r#"{"behave":"stderr-then-panic"}"#);
    let error = revision.receive(&context(), &request).await.unwrap_err();
    let panic = error.panic.as_deref().unwrap();
    assert!(panic.contains("after many lines"), "{panic}");
    assert!(panic.len() <= 16 << 10);
    assert!(!error.backtrace.is_empty());
}

#[tokio::test]
async fn a_hostile_call_takes_little_memory_of_the_host() {
    let before = resident();
    for told in ["aliases", "huge-string", "many-events", "memory"] {
        for _ in 0..3 {
            receive(told).await;
        }
    }
    let grown = resident().saturating_sub(before);
    // The guest's own 64 MiB, and some of what the pool keeps; not gigabytes.
    assert!(grown < 256 << 20, "{} MiB", grown >> 20);
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0_usize);
    pages * 4096
}
