//! Calls that go well.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use std::time::Duration;

use eclusa_engine::{Engine, EngineConfig, Limits, LogLevel};
use eclusa_model::{
    Content, Event, HttpResponse, MediaStep, Outcome, ProblemKind, Received, WarningKind,
};
use support::{behave, context, engine, hostile, message, request};

async fn receive(body: &str) -> Received {
    behave().receive(&context(), &request(body)).await.unwrap().value.unwrap()
}

async fn text(told: &str) -> String {
    let received = receive(&format!(r#"{{"behave":"{told}"}}"#)).await;
    let [Event::Message(message)] = received.events.as_slice() else { panic!("{received:?}") };
    let Content::Text(text) = &message.content else { panic!("{message:?}") };
    text.body.clone()
}

#[tokio::test]
async fn a_request_becomes_a_message() {
    let called = behave().receive(&context(), &request("olá 👋")).await.unwrap();
    let received = called.value.unwrap();
    let [Event::Message(message)] = received.events.as_slice() else { panic!("{received:?}") };
    assert_eq!(message.content, Content::text("olá 👋"));
    assert!(called.report.memory_bytes > 0);
    assert!(called.report.duration > Duration::ZERO);
}

#[tokio::test]
async fn the_guest_sees_all_of_a_request() {
    let seen = text("inputs").await;
    for part in ["\"POST\"", "(\"a\", \"1\")", "(\"content-type\", \"application/json\")"] {
        assert!(seen.contains(part), "{seen}");
    }
    assert!(seen.contains("https://chat.example"), "{seen}");
}

#[tokio::test]
async fn as_many_events_as_are_allowed() {
    assert_eq!(receive(r#"{"behave":"most-events"}"#).await.events.len(), 500);
}

#[tokio::test]
async fn a_handshake_keeps_its_content_type_only() {
    let reply = receive(r#"{"behave":"handshake"}"#).await.reply.unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers, [("content-type".to_owned(), "text/plain".to_owned())]);
}

#[tokio::test]
async fn problems_keep_their_kind() {
    for (told, kind) in [
        ("invalid", ProblemKind::Invalid),
        ("unsupported", ProblemKind::Unsupported),
        ("configuration", ProblemKind::Configuration),
    ] {
        let request = request(&format!(r#"{{"behave":"{told}"}}"#));
        let called = behave().receive(&context(), &request).await.unwrap();
        let problem = called.value.unwrap_err();
        assert_eq!((problem.kind, problem.code.as_str()), (kind, "told_so"));
        assert_eq!(problem.pointer.as_deref(), Some("/behave"));
    }
    assert_eq!(WarningKind::Ignored, WarningKind::Ignored);
}

#[tokio::test]
async fn a_secret_can_be_asked_for_but_not_seen() {
    assert_eq!(text("secret").await, "true false false");
}

#[tokio::test]
async fn the_world_outside_looks_the_same_in_every_call() {
    let world = text("world").await;
    println!("{world}");
    assert_eq!(world, text("world").await);
    assert!(world.contains("args 0 · vars 0 · time Ok(1767323045)"), "{world}");
    assert!(world.contains("file false · dir false · stdin Ok(0)"), "{world}");
}

#[tokio::test]
async fn what_is_logged_is_reported_and_cut() {
    let log = request(r#"{"behave":"log"}"#);
    let report = behave().receive(&context(), &log).await.unwrap().report;
    let [line] = report.log.as_slice() else { panic!("{report:?}") };
    assert_eq!((line.level, line.text.as_str()), (LogLevel::Warn, "a line of the log"));
    let much = request(r#"{"behave":"log-much"}"#);
    let report = behave().receive(&context(), &much).await.unwrap().report;
    let bytes: usize = report.log.iter().map(|line| line.text.len()).sum();
    assert!(report.log_cut && bytes <= 16 << 10 && bytes > 15 << 10, "{bytes}");
}

#[tokio::test]
async fn a_message_goes_out_and_its_response_is_read() {
    let message =
        message(r#"{"id":"01J","conversation":"c","type":"text","text":{"body":"hello"}}"#);
    let prepared = behave().send(&context(), &message).await.unwrap().value.unwrap();
    assert_eq!(prepared.request.url, "https://chat.example/send");
    assert_eq!(prepared.request.body.as_deref(), Some(r#"{"text":"hello","to":"c"}"#));
    let response = HttpResponse::text(200, "ok");
    let outcome = behave().settle(&context(), &message, &response, None).await.unwrap().value;
    assert_eq!(outcome, Outcome::sent(Some("chat-01J".into())));
    let step = behave().media(&context(), "file-1", None).await.unwrap().value.unwrap();
    let MediaStep::File(request) = step else { panic!("{step:?}") };
    assert_eq!(request.url, "https://chat.example/files/file-1");
}

#[tokio::test]
async fn settling_can_take_several_steps() {
    let settle = |told: &str, state: Option<&'static str>| {
        let message = message(&format!(
            r#"{{"conversation":"c","type":"text","text":{{"body":"b"}},"extra":{{"behave":"settle-{told}"}}}}"#
        ));
        async move {
            let response = HttpResponse::text(200, "ok");
            behave().settle(&context(), &message, &response, state).await.unwrap().value
        }
    };
    let Outcome::Next(next) = settle("next", None).await else { panic!("no further request") };
    assert_eq!(next.state, "second");
    assert_eq!(settle("next", Some("second")).await, Outcome::sent(Some("second".into())));
    let Outcome::Retry(retry) = settle("retry", None).await else { panic!("no retry") };
    assert_eq!((retry.after_seconds, retry.problem.retryable), (Some(7), true));
    assert!(matches!(settle("refuse", None).await, Outcome::Refused(_)));
}

#[tokio::test]
async fn every_content_crosses_the_border() {
    for content in [
        r#""type":"text","text":{"body":"b","markup":"markdown"}"#,
        r#""type":"document","document":{"handle":"h","mime":"image/png","size":9007199254740991}"#,
        r#""type":"audio","audio":{"url":"https://a.example/b","duration":1.5,"voice":true}"#,
        r#""type":"video","video":{"handle":"h","caption":"c","filename":"f"}"#,
        r#""type":"location","location":{"latitude":-23.5,"longitude":-46.6,"name":"n"}"#,
        r#""type":"contact","contact":{"name":"n","phones":[{"number":"1","label":"l"}],"emails":["e"]}"#,
    ] {
        let message = message(&format!(r#"{{"conversation":"c",{content}}}"#));
        behave().send(&context(), &message).await.unwrap().value.unwrap();
    }
}

#[test]
fn calls_work_without_a_runtime() {
    let future = async { behave().receive(&context(), &request("hello")).await };
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(called) = future.as_mut().poll(&mut cx) else { panic!("pending") };
    called.unwrap().value.unwrap();
}

#[test]
fn a_session_outlives_the_failure_of_a_call() {
    let mut session = behave().session().unwrap();
    session.receive(&context(), &request("one")).unwrap().value.unwrap();
    let error = session.receive(&context(), &request(r#"{"behave":"panic"}"#)).unwrap_err();
    assert_eq!(error.code, "trap");
    let called = session.receive(&context(), &request("two")).unwrap();
    called.value.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_calls_wait_for_their_turn_and_then_are_refused() {
    let limits = Limits {
        max_concurrent_calls: 1,
        queue_time: Duration::from_millis(20),
        guest_time: Duration::from_millis(300),
        ..Limits::default()
    };
    let small = Engine::new(EngineConfig { limits, cache_dir: None }).unwrap();
    let revision = small.load("behave", &hostile("behave")).unwrap().revision;
    let endless = {
        let revision = revision.clone();
        tokio::spawn(async move {
            revision.receive(&context(), &request(r#"{"behave":"loop"}"#)).await.map(|_| ())
        })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    let busy = revision.receive(&context(), &request("hello")).await.unwrap_err();
    assert_eq!((busy.code, busy.retryable), ("busy", true));
    assert_eq!(revision.in_flight(), 1);
    assert_eq!(endless.await.unwrap().unwrap_err().code, "deadline_exceeded");
    revision.receive(&context(), &request("hello")).await.unwrap().value.unwrap();
    assert_eq!(revision.in_flight(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_calls_of_one_adapter_do_not_hold_up_another() {
    let other = engine().load("other", &hostile("behave")).unwrap().revision;
    let revision = behave();
    let endless: Vec<_> = (0..4)
        .map(|_| {
            let revision = revision.clone();
            tokio::spawn(async move {
                revision.receive(&context(), &request(r#"{"behave":"loop"}"#)).await.map(|_| ())
            })
        })
        .collect();
    for _ in 0..100 {
        other.receive(&context(), &request("hello")).await.unwrap().value.unwrap();
    }
    for call in endless {
        assert_eq!(call.await.unwrap().unwrap_err().code, "deadline_exceeded");
    }
}
