//! Events on their way to the platform, signed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "a test fails by panicking; what is shared is not used by every test file"
)]

mod support;

use std::sync::Arc;

use eclusa_journal::{
    Accept, Destination, Journal, LetterFilter, LetterKind, Letters, Mapping, MemoryJournal,
    MessageState, RawRequest, RevisionRef, Window,
};
use eclusa_model::{Content, Event, Extra, InboundMessage, Participant, Secret};
use eclusa_relay::{Guard, InvalidPlatform, Platform, PlatformEvent};
use serde_json::json;
use standardwebhooks::Webhook;
use support::{Server, Setup, channel, eventually, loopback};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn setup(platform: Option<&Server>) -> Setup {
    let mut setup = Setup::new(channel("none", "http://127.0.0.1:1", &[], json!({})), None);
    setup.platform = platform.map(|platform| {
        Platform::new(&format!("{}/events", platform.url), &Secret::new(SECRET), &loopback())
            .unwrap()
    });
    setup
}

/// Records a message from the chat, to be pushed. Returns its id. Its attendance is
/// open already, so that nothing else is pushed.
async fn receive(journal: &MemoryJournal, external_id: &str) -> String {
    record(journal, "before", false).await;
    record(journal, external_id, true).await
}

async fn record(journal: &MemoryJournal, external_id: &str, push: bool) -> String {
    let message = InboundMessage {
        external_id: external_id.to_owned(),
        conversation: "42".to_owned(),
        sender: Participant::new("7"),
        sent_at: Some("2026-01-02T03:04:05Z".to_owned()),
        content: Content::text("héllo"),
        reply_to: None,
        extra: Extra::from_json(r#"{"n":12345678901234567890123}"#.to_owned()).unwrap(),
    };
    let accept = Accept {
        channel: "sales".to_owned(),
        raw: RawRequest {
            received_at: "2026-01-02T03:04:06Z".to_owned(),
            method: "POST".to_owned(),
            path: String::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: "{}".to_owned(),
        },
        mapping: Mapping::Mapped {
            revision: RevisionRef { adapter: "none".to_owned(), sha256: "0".repeat(64) },
            events: vec![Event::Message(message)],
            warnings: Vec::new(),
        },
        push,
        verified_by: None,
        traceparent: None,
    };
    journal.accept(accept).await.unwrap().events[0].id.clone()
}

#[tokio::test]
async fn a_push_is_signed_and_is_what_a_pull_gives() {
    let platform = Server::start().await;
    platform.reply(204, "");
    let setup = setup(Some(&platform));
    let id = receive(&setup.journal, "1").await;
    let profile = setup.known.channels["sales"].profile.clone();
    let (relay, journal) = setup.start().await;
    let seen = platform.requests(1).await;
    relay.stop().await;
    let push = &seen[0];
    assert_eq!(push.path, "/events");
    assert_eq!(push.headers["webhook-id"], id.as_str());
    Webhook::new(SECRET).unwrap().verify(push.body.as_bytes(), &push.headers).unwrap();
    let page = journal.events(None, 10).await.unwrap();
    let pulled =
        serde_json::to_string(&PlatformEvent::new(page.events.last().unwrap(), Some(&profile)));
    assert_eq!(push.body, pulled.unwrap());
    assert!(push.body.contains(r#"{"n":12345678901234567890123}"#), "{}", push.body);
    let body = push.json();
    assert_eq!(body["type"], "message.received");
    assert_eq!(
        body["channel"],
        json!({ "id": "sales", "name": "Sales", "color": "#2A9D8F", "flow": "office-hours" })
    );
    let opened = &page.events[0].id;
    assert_eq!(body["attendance"]["id"], opened.as_str());
    assert_eq!(body["attendance"]["state"], "queued");
    assert_eq!(body["message"]["text"]["body"], "héllo");
    let message = body["message"]["id"].as_str().unwrap();
    let record = support::record(&journal, message).await;
    assert_eq!(record.state, MessageState::Pushed);
}

#[tokio::test]
async fn a_push_that_fails_is_made_again_under_the_same_id() {
    let platform = Server::start().await;
    platform.reply(500, "");
    platform.reply(429, "");
    let setup = setup(Some(&platform));
    let first = receive(&setup.journal, "1").await;
    let second = receive(&setup.journal, "2").await;
    let (relay, _journal) = setup.start().await;
    let seen = platform.requests(4).await;
    relay.stop().await;
    let ids: Vec<_> =
        seen.iter().map(|push| push.headers["webhook-id"].to_str().unwrap()).collect();
    assert_eq!(ids, [&first, &first, &first, &second]);
    assert_eq!(seen[0].body, seen[2].body);
}

#[tokio::test]
async fn a_refused_push_becomes_a_dead_letter() {
    for status in [400, 401, 404] {
        let platform = Server::start().await;
        platform.reply(status, "no");
        let setup = setup(Some(&platform));
        let id = receive(&setup.journal, "1").await;
        receive(&setup.journal, "2").await;
        let (relay, journal) = setup.start().await;
        // The next one goes out all the same.
        platform.requests(2).await;
        relay.stop().await;
        let letters = journal.letters(LetterFilter::default(), Window::newest(10)).await.unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].problem.code, "platform_refused");
        assert_eq!((letters[0].kind, &letters[0].id), (LetterKind::Event, &id));
        assert_eq!(letters[0].attempts, 1);
    }
}

#[tokio::test]
async fn a_platform_that_is_gone_is_paused_and_loses_nothing() {
    let platform = Server::start().await;
    platform.reply(410, "");
    let setup = setup(Some(&platform));
    let ids = [receive(&setup.journal, "1").await, receive(&setup.journal, "2").await];
    let (relay, journal) = setup.start().await;
    let handle = relay.handle();
    let paused = eventually("a pause", async || handle.pause_of(&Destination::Platform)).await;
    assert_eq!((paused.code.as_str(), paused.by.as_str()), ("gone", "eclusa"));
    let lane = eventually("a lane that is paused", async || {
        let page = handle.waiting("sales", 0, 10).await.unwrap();
        page.lanes.into_iter().find(|lane| lane.reason.code == "paused")
    })
    .await;
    assert_eq!((lane.waiting, &lane.message), (2, &ids[0]));
    assert!(lane.reason.action.contains("eclusa platform resume"), "{}", lane.reason.action);
    assert_eq!(platform.so_far().len(), 1);
    handle.resume(Destination::Platform, "ana".to_owned()).await.unwrap();
    let seen = platform.requests(3).await;
    relay.stop().await;
    let pushed: Vec<_> = seen.iter().map(|push| push.headers["webhook-id"].clone()).collect();
    assert_eq!(pushed, [&*ids[0], &*ids[0], &*ids[1]]);
    assert!(journal.letters(LetterFilter::default(), Window::newest(1)).await.unwrap().is_empty());
}

#[tokio::test]
async fn without_a_platform_events_wait() {
    let without = setup(None);
    receive(&without.journal, "1").await;
    let (relay, journal) = without.start().await;
    relay.stop().await;
    let journal = Arc::try_unwrap(journal).ok().unwrap().reopened();
    let platform = Server::start().await;
    let with = Setup { journal: Arc::new(journal), ..setup(Some(&platform)) };
    let (relay, _journal) = with.start().await;
    platform.requests(1).await;
    relay.stop().await;
}

#[test]
fn a_platform_that_cannot_be_used_is_refused() {
    let new = |url: &str, secret: &str| {
        Platform::new(url, &Secret::new(secret), &Guard::default()).map(drop)
    };
    assert_eq!(new("https://platform.example/in", SECRET), Ok(()));
    for url in ["", "platform.example", "ftp://platform.example"] {
        assert!(matches!(new(url, SECRET), Err(InvalidPlatform::Url(_))), "{url}");
    }
    for url in ["http://platform.example/in", "https://10.0.0.1/in", "https://localhost/in"] {
        let error = new(url, SECRET).unwrap_err();
        assert!(matches!(error, InvalidPlatform::Refused(_)), "{url}");
        assert!(error.to_string().contains("`outgoing.allow`"), "{error}");
    }
    for secret in ["", "whsec_", "whsec_AAAA", "whsec_!!", SECRET.trim_start_matches("whsec_")] {
        assert_eq!(new("https://a", secret), Err(InvalidPlatform::Secret), "{secret}");
    }
    let platform =
        Platform::new("https://u:p4ss@a/?t=s3cret", &Secret::new(SECRET), &Guard::default())
            .unwrap();
    let shown = format!("{platform:?}");
    assert!(!shown.contains("p4ss") && !shown.contains("s3cret") && !shown.contains("C2FV"));
}
