//! Conversations that wait for a person.

use std::sync::Arc;

use eclusa_journal::registry::AuditAction;
use eclusa_journal::{
    Discard, Discarded, Journal, LetterFilter, Letters, MessageState, Redrive, Window,
};
use eclusa_model::OnExhaustion;
use serde_json::json;

use crate::support::journals::Kind;
use crate::support::{Server, Setup, adapter, channel, record};
use crate::{audit, lane, lane_that_waits_for, say, texts};

/// A channel that holds what cannot be delivered.
fn holding<J: Journal>(journal: Arc<J>, chat: &Server) -> Setup<J> {
    let mut channel = channel("open", &chat.url, &[], json!({}));
    channel.profile.delivery.on_exhaustion = OnExhaustion::Hold;
    Setup::on(journal, channel, Some(adapter("adapters", "open")))
}

/// Two messages of one conversation, for a chat that refuses its next one.
async fn two_refused<K: Kind>(kind: &K, chat: &Server) -> (Arc<K::Journal>, [String; 2]) {
    chat.reply(400, "no");
    let journal = kind.open();
    let first = say(&journal, "42", "one").await;
    let second = say(&journal, "42", "two").await;
    (journal, [first, second])
}

pub(crate) async fn a_conversation_is_held_until_its_letter_is_redriven(kind: &impl Kind) {
    let chat = Server::start().await;
    let (journal, [first, second]) = two_refused(kind, &chat).await;
    let (relay, journal) = holding(journal, &chat).start().await;
    let held = lane_that_waits_for(&relay, "42", "held").await;
    assert_eq!((held.waiting, &held.message), (2, &first));
    assert_eq!(held.reason.problem.unwrap().code, "rejected");
    let letters = journal.letters(LetterFilter::default(), Window::newest(10)).await.unwrap();
    assert_eq!((letters.len(), &letters[0].id, letters[0].held), (1, &first, true));
    // Other conversations go on.
    say(&journal, "43", "three").await;
    assert_eq!(texts(&chat.requests(2).await), ["one", "three"]);
    relay.stop().await;

    let journal = kind.reopen(journal);
    let (relay, journal) = holding(journal, &chat).start().await;
    let held = lane(&relay, "42").await;
    assert_eq!((held.reason.code, &held.message), ("held", &first));
    say(&journal, "43", "four").await;
    chat.requests(3).await;
    let again = Redrive { id: first.clone(), revision: None, audit: audit(AuditAction::Redriven) };
    assert_eq!(journal.redrive(vec![again]).await.unwrap()[0].skipped, None);
    let seen = chat.requests(5).await;
    assert_eq!(texts(&seen), ["one", "three", "four", "one", "two"]);
    relay.stop().await;
    for id in [&first, &second] {
        assert_eq!(record(&journal, id).await.state, MessageState::Sent);
    }
}

pub(crate) async fn a_conversation_is_held_until_its_letter_is_discarded(kind: &impl Kind) {
    let chat = Server::start().await;
    let (journal, [first, second]) = two_refused(kind, &chat).await;
    let (relay, journal) = holding(journal, &chat).start().await;
    lane_that_waits_for(&relay, "42", "held").await;
    let discarded = Discarded {
        at: "2026-01-02T03:04:05Z".to_owned(),
        by: "ana".to_owned(),
        reason: "a test message".to_owned(),
    };
    let given_up = Discard { id: first.clone(), discarded, audit: audit(AuditAction::Discarded) };
    assert_eq!(journal.discard(vec![given_up]).await.unwrap()[0].skipped, None);
    assert_eq!(texts(&chat.requests(2).await), ["one", "two"]);
    relay.stop().await;
    assert_eq!(record(&journal, &first).await.state, MessageState::Failed);
    assert_eq!(record(&journal, &second).await.state, MessageState::Sent);
}
