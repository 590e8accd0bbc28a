//! Destinations that are paused, by the host and by people.

use std::sync::Arc;

use eclusa_journal::registry::AuditAction;
use eclusa_journal::{Journal, LetterFilter, Letters, MessageState, Pause, Window};
use eclusa_relay::{PausePolicy, Relay};
use serde_json::json;

use crate::support::journals::Kind;
use crate::support::{Server, Setup, adapter, channel, eventually, record};
use crate::{audit, lane, lane_that_waits_for, open, sales, say, texts};

/// The pause of the channel, once there is one.
async fn pause(relay: &Relay) -> Pause {
    let handle = relay.handle();
    eventually("a pause", async || handle.pause_of(&sales())).await
}

/// Waits until the journal knows a pause of the channel, or none.
async fn recorded(journal: &Arc<impl Journal>, pause: Option<&Pause>) {
    let expected: Vec<_> = pause.map(|pause| (sales(), pause.clone())).into_iter().collect();
    eventually("the record of a pause", async || {
        (journal.pauses().await.unwrap() == expected).then_some(())
    })
    .await;
}

pub(crate) async fn a_chat_that_is_gone_is_paused_and_its_messages_keep_their_attempts(
    kind: &impl Kind,
) {
    let chat = Server::start().await;
    // More failures than there are attempts.
    for status in [410, 410, 410, 503, 503] {
        chat.reply(status, "");
    }
    let journal = kind.open();
    let first = say(&journal, "42", "one").await;
    let second = say(&journal, "42", "two").await;
    let (relay, journal) = open(journal, &chat).start().await;
    let paused = pause(&relay).await;
    assert_eq!((paused.code.as_str(), paused.by.as_str()), ("gone", "eclusa"));
    recorded(&journal, Some(&paused)).await;
    relay.stop().await;

    let journal = kind.reopen(journal);
    let (mut relay, journal) = open(journal, &chat).start().await;
    assert_eq!(relay.handle().pause_of(&sales()), Some(paused));
    let waits = lane_that_waits_for(&relay, "42", "paused").await;
    assert_eq!((waits.waiting, &waits.message), (2, &first));
    assert_eq!(chat.so_far().len(), 1);
    for requests in [2, 3] {
        relay.handle().resume(sales(), "ana".to_owned()).await.unwrap();
        chat.requests(requests).await;
        let again = pause(&relay).await;
        recorded(&journal, Some(&again)).await;
    }
    relay.handle().resume(sales(), "ana".to_owned()).await.unwrap();
    assert_eq!(journal.pauses().await.unwrap(), []);
    let seen = chat.requests(7).await;
    relay.stop().await;
    assert_eq!(texts(&seen), ["one", "one", "one", "one", "one", "one", "two"]);
    let first = record(&journal, &first).await;
    assert_eq!((first.state, first.attempts.len()), (MessageState::Sent, 6));
    assert_eq!(record(&journal, &second).await.state, MessageState::Sent);
    relay = open(kind.reopen(journal), &chat).start().await.0;
    assert_eq!(relay.handle().pause_of(&sales()), None);
    relay.stop().await;
}

pub(crate) async fn what_a_person_paused_waits_over_a_restart(kind: &impl Kind) {
    let chat = Server::start().await;
    let journal = kind.open();
    let (relay, journal) = open(journal, &chat).start().await;
    let asked = relay.handle().pause(sales(), "ana".to_owned(), "they move".to_owned()).await;
    let paused = asked.unwrap().unwrap();
    assert_eq!((paused.code.as_str(), paused.reason.as_str()), ("operator", "they move"));
    // It is on the disk when the call returns.
    assert_eq!(journal.pauses().await.unwrap(), [(sales(), paused.clone())]);
    let id = say(&journal, "42", "one").await;
    assert_eq!(lane(&relay, "42").await.reason.code, "paused");
    relay.stop().await;

    let journal = kind.reopen(journal);
    let (relay, journal) = open(journal, &chat).start().await;
    assert_eq!(lane(&relay, "42").await.reason.code, "paused");
    assert!(chat.so_far().is_empty());
    relay.handle().resume(sales(), "ana".to_owned()).await.unwrap();
    assert_eq!(journal.pauses().await.unwrap(), []);
    chat.requests(1).await;
    relay.stop().await;
    assert_eq!(record(&journal, &id).await.state, MessageState::Sent);
}

pub(crate) async fn dead_letters_in_a_row_pause(kind: &impl Kind) {
    let chat = Server::start().await;
    for _ in 0..3 {
        chat.reply(401, "");
    }
    let journal = kind.open();
    for text in ["one", "two", "three", "four"] {
        say(&journal, "42", text).await;
    }
    let mut setup = open(journal, &chat);
    setup.config.pause = PausePolicy { letters: 3, over_ms: 0 };
    let (relay, journal) = setup.start().await;
    let paused = pause(&relay).await;
    assert_eq!((paused.code.as_str(), paused.by.as_str()), ("failing", "eclusa"));
    recorded(&journal, Some(&paused)).await;
    assert_eq!(lane(&relay, "42").await.waiting, 1);
    relay.stop().await;
    assert_eq!(texts(&chat.so_far()), ["one", "two", "three"]);
    let letters = journal.letters(LetterFilter::default(), Window::newest(10)).await.unwrap();
    assert_eq!(letters.len(), 3);
}

/// Nobody could end its pause, so it has none: neither one of before, nor one by a
/// person, nor one by the host.
pub(crate) async fn a_deleted_channel_is_not_paused(kind: &impl Kind) {
    let chat = Server::start().await;
    let journal = kind.open();
    let before = Pause {
        since: "2026-01-02T03:04:05Z".to_owned(),
        code: "operator".to_owned(),
        reason: "they move".to_owned(),
        by: "ana".to_owned(),
    };
    journal.set_pause(sales(), Some(before), audit(AuditAction::Paused)).await.unwrap();
    for text in ["one", "two", "three"] {
        say(&journal, "42", text).await;
    }
    let mut setup = open(journal, &chat);
    setup.known.channels.clear();
    setup.config.pause = PausePolicy { letters: 1, over_ms: 0 };
    let (relay, journal) = setup.start().await;
    eventually("letters", async || {
        let letters = journal.letters(LetterFilter::default(), Window::newest(10)).await.unwrap();
        (letters.len() == 3).then_some(())
    })
    .await;
    recorded(&journal, None).await;
    let asked = relay.handle().pause(sales(), "ana".to_owned(), "they move".to_owned()).await;
    assert_eq!(asked.unwrap(), None);
    relay.stop().await;
    assert_eq!(journal.pauses().await.unwrap(), []);
}

/// What the chat said counts, also where its adapter cannot read it.
#[tokio::test]
async fn an_adapter_that_breaks_after_a_410_pauses_too() {
    let chat = Server::start().await;
    chat.reply(410, "");
    let channel = channel("behave", &chat.url, &[], json!({}));
    let setup = Setup::new(channel, Some(adapter("hostile", "behave")));
    let id = setup.say("42", "one", json!({ "behave": "settle-panic" })).await;
    let (relay, journal) = setup.start().await;
    assert_eq!(pause(&relay).await.code, "gone");
    relay.stop().await;
    let record = record(&journal, &id).await;
    assert_eq!((record.state, record.attempts.len()), (MessageState::Queued, 1));
}
