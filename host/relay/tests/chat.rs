//! Messages on their way to a chat: journal, adapter in the sandbox, HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "a test fails by panicking; what is shared is not used by every test file"
)]

mod support;

use std::sync::Arc;

use eclusa_journal::{LetterFilter, Letters, MemoryJournal, MessageRecord, MessageState, Window};
use eclusa_relay::Clock;
use serde_json::json;
use support::{Seen, Server, Setup, adapter, channel, record};

const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

fn open(url: &str) -> Setup {
    Setup::new(channel("open", url, &[], json!({})), Some(adapter("adapters", "open")))
}

fn telegram(url: &str, secrets: &[(&str, &str)]) -> Setup {
    let channel = channel("telegram", url, secrets, json!({}));
    Setup::new(channel, Some(adapter("adapters", "telegram")))
}

fn behave(url: &str) -> Setup {
    Setup::new(channel("behave", url, &[], json!({})), Some(adapter("hostile", "behave")))
}

/// Says one text, waits for so many requests, stops, and returns what became of
/// it.
async fn deliver(
    setup: Setup,
    chat: &Server,
    extra: serde_json::Value,
    requests: usize,
) -> (MessageRecord, Vec<Seen>) {
    let id = setup.say("42", "hello", extra).await;
    let (relay, journal) = setup.start().await;
    let seen = chat.requests(requests).await;
    relay.stop().await;
    assert_eq!(chat.so_far().len(), requests);
    (record(&journal, &id).await, seen)
}

/// Waits until the journal has a dead letter, by listing them.
async fn dead_letter(journal: &MemoryJournal) -> (String, u32) {
    loop {
        let newest = journal.letters(LetterFilter::default(), Window::newest(1)).await;
        if let Some(letter) = newest.unwrap().pop() {
            return (letter.problem.code, letter.attempts);
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_message_reaches_the_chat() {
    let chat = Server::start().await;
    let (record, seen) = deliver(open(&format!("{}/hook", chat.url)), &chat, json!({}), 1).await;
    assert_eq!(record.state, MessageState::Sent);
    assert_eq!(record.external_id.as_deref(), Some("chat-1"));
    let request = &seen[0];
    assert_eq!(request.path, "/hook");
    assert_eq!(request.headers["x-tenant"], "acme-tenant");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.json()["text"]["body"], "hello");
    assert_eq!(request.json()["id"], json!(record.id));
    let attempt = &record.attempts[0];
    assert_eq!(attempt.revision.as_ref().unwrap().adapter, "open");
    assert_eq!((attempt.method.as_deref(), attempt.status), (Some("POST"), Some(200)));
    assert_eq!(attempt.request_body.as_deref(), Some(request.body.as_str()));
    assert_eq!(attempt.response_body.as_deref(), Some(r#"{"id":"chat-1"}"#));
    assert_eq!(attempt.problem, None);
}

#[tokio::test]
async fn a_passing_failure_is_retried_in_order() {
    let chat = Server::start().await;
    chat.reply(503, "later");
    let setup = open(&chat.url);
    let first = setup.say("42", "one", json!({})).await;
    let second = setup.say("42", "two", json!({})).await;
    let (relay, journal) = setup.start().await;
    let seen = chat.requests(3).await;
    relay.stop().await;
    let said: Vec<_> = seen.iter().map(|seen| seen.json()["text"]["body"].clone()).collect();
    assert_eq!(said, ["one", "one", "two"]);
    // The chat can tell that it is the same message.
    assert_eq!(seen[0].json()["id"], seen[1].json()["id"]);
    let first = record(&journal, &first).await;
    assert_eq!(first.state, MessageState::Sent);
    let codes: Vec<_> = first
        .attempts
        .iter()
        .map(|attempt| attempt.problem.as_ref().map(|problem| problem.code.as_str()))
        .collect();
    assert_eq!(codes, [Some("chat_unavailable"), None]);
    assert_eq!(record(&journal, &second).await.state, MessageState::Sent);
}

#[tokio::test]
async fn retries_come_to_an_end() {
    let chat = Server::start().await;
    for _ in 0..3 {
        chat.reply(500, "");
    }
    let (record, _) = deliver(open(&chat.url), &chat, json!({}), 3).await;
    assert_eq!(record.state, MessageState::Failed);
    assert_eq!(record.problem.unwrap().code, "chat_unavailable");
    assert_eq!(record.attempts.len(), 3);
}

#[tokio::test]
async fn a_refusal_is_final() {
    let chat = Server::start().await;
    chat.reply(400, "no such thread");
    let (record, _) = deliver(open(&chat.url), &chat, json!({}), 1).await;
    assert_eq!(record.state, MessageState::Failed);
    assert_eq!(record.problem.unwrap().code, "rejected");
    assert_eq!(record.attempts[0].response_body.as_deref(), Some("no such thread"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let chat = Server::start().await;
    chat.reply_with(302, ("location", "/elsewhere"));
    let (record, _) = deliver(open(&chat.url), &chat, json!({}), 1).await;
    assert_eq!(record.attempts[0].status, Some(302));
    assert_eq!(record.state, MessageState::Failed);
}

/// A clock that stands still: what is to be retried never is.
struct Stopped;

impl Clock for Stopped {
    fn now_ms(&self) -> i64 {
        // The first attempt is due by the journal's own clock.
        4_102_444_800_000 // 2100-01-01
    }
}

#[tokio::test]
async fn retry_after_is_honoured() {
    for (header, due) in [
        ("7", "2100-01-01T00:00:07Z"),
        ("Fri, 01 Jan 2100 00:01:00 GMT", "2100-01-01T00:01:00Z"),
        ("99999999", "2100-01-01T01:00:00Z"),
    ] {
        let chat = Server::start().await;
        chat.reply_with(429, ("retry-after", header));
        let mut setup = open(&chat.url);
        setup.clock = Arc::new(Stopped);
        let (record, _) = deliver(setup, &chat, json!({}), 1).await;
        assert_eq!(record.state, MessageState::Queued);
        assert_eq!(record.next_attempt_at.as_deref(), Some(due));
        assert_eq!(record.attempts[0].problem.as_ref().unwrap().code, "rate_limited");
    }
}

#[tokio::test]
async fn an_adapter_that_breaks_after_success_does_not_send_twice() {
    let chat = Server::start().await;
    let extra = json!({ "behave": "settle-panic" });
    let (record, seen) = deliver(behave(&chat.url), &chat, extra, 1).await;
    assert_eq!((record.state, seen.len()), (MessageState::Failed, 1));
    let problem = record.problem.unwrap();
    assert_eq!(problem.code, "settle_failed");
    assert!(problem.message.contains("status 200"), "{}", problem.message);
    // What the chat said is there for the person who has to find out.
    assert_eq!(record.attempts[0].response_body.as_deref(), Some(r#"{"id":"chat-1"}"#));
}

#[tokio::test]
async fn an_adapter_that_breaks_after_a_passing_failure_is_tried_again() {
    let chat = Server::start().await;
    for _ in 0..3 {
        chat.reply(503, "");
    }
    let extra = json!({ "behave": "settle-panic" });
    let (record, _) = deliver(behave(&chat.url), &chat, extra, 3).await;
    assert_eq!(record.problem.unwrap().code, "settle_failed");
}

#[tokio::test]
async fn an_adapter_that_breaks_in_send_holds_nobody() {
    let chat = Server::start().await;
    let setup = behave(&chat.url);
    let broken = setup.say("42", "one", json!({ "behave": "panic" })).await;
    let refused = setup.say("42", "two", json!({ "behave": "refuse" })).await;
    let unusable = setup.say("42", "three", json!({ "behave": "bad-url" })).await;
    let healthy = setup.say("42", "four", json!({})).await;
    let (relay, journal) = setup.start().await;
    let seen = chat.requests(1).await;
    relay.stop().await;
    assert_eq!(seen[0].json()["text"], "four");
    for (id, code) in [(&broken, "trap"), (&refused, "told_so")] {
        let record = record(&journal, id).await;
        assert_eq!(record.state, MessageState::Failed);
        let found = record.problem.unwrap().code;
        assert!(found.contains(code) || found.contains("panic"), "{found}");
    }
    assert_eq!(record(&journal, &unusable).await.state, MessageState::Failed);
    assert_eq!(record(&journal, &healthy).await.state, MessageState::Sent);
}

#[tokio::test]
async fn text_like_a_placeholder_reaches_the_chat_as_text() {
    let chat = Server::start().await;
    // A server that repeats what it was asked, token and all.
    let echo = format!(
        r#"{{"ok":true,"result":{{"message_id":7,"url":"/bot{TOKEN}/sendMessage","tenant":"acme-tenant"}}}}"#
    );
    chat.reply(200, echo);
    let setup = telegram(&chat.url, &[("bot-token", TOKEN)]);
    let said = "I wrote {secret:bot-token} and &#123;secret:bot-token}";
    let id = setup.say("42", said, json!({})).await;
    let (relay, journal) = setup.start().await;
    let seen = chat.requests(1).await;
    relay.stop().await;
    assert_eq!(seen[0].path, format!("/bot{TOKEN}/sendMessage"));
    assert_eq!(seen[0].json()["text"], said);
    assert!(!seen[0].body.contains("AAHdq"));
    let record = record(&journal, &id).await;
    assert_eq!(record.external_id.as_deref(), Some("7"));
    // No secret in the trace, neither from the request nor from the response.
    let trace = serde_json::to_string(&record).unwrap();
    assert!(!trace.contains("AAHdq") && !trace.contains("acme-tenant"), "{trace}");
    let attempt = &record.attempts[0];
    assert!(attempt.url.as_ref().unwrap().ends_with("/bot{secret:bot-token}/sendMessage"));
    assert!(attempt.response_body.as_ref().unwrap().contains("[secret bot-token]"));
}

#[tokio::test]
async fn a_forged_conversation_gets_no_secret() {
    let chat = Server::start().await;
    chat.reply(200, r#"{"ok":true,"result":{"message_id":8}}"#);
    let setup = telegram(&chat.url, &[("bot-token", TOKEN)]);
    let id = setup.say("{secret:bot-token}", "hi", json!({})).await;
    let (relay, journal) = setup.start().await;
    let record = loop {
        let record = record(&journal, &id).await;
        if record.state != MessageState::Queued {
            break record;
        }
        tokio::task::yield_now().await;
    };
    relay.stop().await;
    for seen in chat.so_far() {
        assert!(!seen.body.contains("AAHdq"), "{}", seen.body);
    }
    assert!(!serde_json::to_string(&record).unwrap().contains("AAHdq"));
}

#[tokio::test]
async fn a_missing_secret_is_named() {
    let chat = Server::start().await;
    let setup = telegram(&chat.url, &[]);
    let id = setup.say("42", "hi", json!({})).await;
    let (relay, journal) = setup.start().await;
    assert_eq!(dead_letter(&journal).await, ("secret_missing".to_owned(), 1));
    relay.stop().await;
    assert!(chat.so_far().is_empty());
    let problem = record(&journal, &id).await.problem.unwrap();
    assert!(problem.message.contains("`bot-token`") && problem.message.contains("`sales`"));
}

#[tokio::test]
async fn a_deleted_channel_ends_its_messages() {
    let mut setup = open("http://127.0.0.1:1");
    setup.known.channels.clear();
    setup.say("42", "hi", json!({})).await;
    let (relay, journal) = setup.start().await;
    assert_eq!(dead_letter(&journal).await, ("channel_deleted".to_owned(), 1));
    relay.stop().await;
}

#[tokio::test]
async fn a_missing_adapter_may_come_back() {
    let setup = Setup::new(channel("gone", "http://127.0.0.1:1", &[], json!({})), None);
    let id = setup.say("42", "hi", json!({})).await;
    let (relay, journal) = setup.start().await;
    let lanes = loop {
        let page = relay.handle().waiting("sales", 0, 10).await.unwrap();
        if !page.lanes.is_empty() {
            break page.lanes;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((lanes[0].reason.code, lanes[0].waiting), ("adapter_missing", 1));
    assert_eq!(lanes[0].message, id);
    relay.stop().await;
    let record = record(&journal, &id).await;
    assert_eq!((record.state, record.attempts.len()), (MessageState::Queued, 0));
}

#[tokio::test]
async fn a_chat_that_is_down_is_tried_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let setup = open(&url);
    setup.say("42", "hi", json!({})).await;
    let (relay, journal) = setup.start().await;
    assert_eq!(dead_letter(&journal).await, ("connect_failed".to_owned(), 3));
    relay.stop().await;
}
