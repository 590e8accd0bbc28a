//! What chats say about messages that they took.

use DeliveryState::{Delivered, Failed, Read, Sent};
use eclusa_journal::{Finish, Journal, MessageState};
use eclusa_model::{DeliveryError, DeliveryState, Problem};

use crate::Maker;
use crate::make::{
    attempt, done, message, newest_object, next, number, one, pushed, sent, started, status,
};

pub(crate) async fn a_status_moves_its_message_forward(maker: &impl Maker) {
    let journal = maker.open();
    let id = sent(&journal, "c1", "o1").await;
    for (news, state) in [
        (Sent, MessageState::Sent),
        (Delivered, MessageState::Delivered),
        (Read, MessageState::Read),
    ] {
        one(&journal, status(Some("c1"), "o1", news, vec![])).await;
        assert_eq!(message(&journal, &id).await.state, state);
        let object = newest_object(&journal).await;
        assert_eq!(object["message_id"], *id);
        assert_eq!(object["external_id"], "o1");
        assert_eq!((&object["channel"], &object["conversation"]), (&"shop".into(), &"c1".into()));
    }
}

pub(crate) async fn a_status_never_moves_a_message_back(maker: &impl Maker) {
    let journal = maker.open();
    let delivered = sent(&journal, "c1", "o1").await;
    let read = sent(&journal, "c1", "o2").await;
    let failed = sent(&journal, "c1", "o3").await;
    for (external_id, news) in [
        ("o1", Delivered),
        ("o1", Sent),
        ("o1", Failed),
        ("o2", Read),
        ("o2", Delivered),
        ("o2", Failed),
        ("o3", Failed),
        ("o3", Delivered),
    ] {
        one(&journal, status(Some("c1"), external_id, news, vec![])).await;
    }
    assert_eq!(message(&journal, &delivered).await.state, MessageState::Delivered);
    assert_eq!(message(&journal, &read).await.state, MessageState::Read);
    assert_eq!(message(&journal, &failed).await.state, MessageState::Failed);
    assert_eq!(message(&journal, &delivered).await.problem, None);
}

pub(crate) async fn a_failure_ends_with_the_chats_reasons(maker: &impl Maker) {
    let journal = maker.open();
    let id = sent(&journal, "c1", "o1").await;
    let error = |code: &str, details: Option<&str>| DeliveryError {
        code: code.to_owned(),
        message: "No window".to_owned(),
        details: details.map(str::to_owned),
    };
    let errors = vec![error("131047", Some("24 hours have passed")), error("2", None)];
    one(&journal, status(None, "o1", Failed, errors)).await;
    let record = message(&journal, &id).await;
    assert_eq!(record.state, MessageState::Failed);
    let problem = record.problem.unwrap();
    assert_eq!(problem.code, "delivery_failed");
    for part in ["131047", "No window", "24 hours have passed", "; 2 "] {
        assert!(problem.message.contains(part), "{}", problem.message);
    }
    let silent = sent(&journal, "c1", "o2").await;
    one(&journal, status(None, "o2", Failed, vec![])).await;
    assert!(message(&journal, &silent).await.problem.is_some());
}

pub(crate) async fn a_status_finds_its_conversation(maker: &impl Maker) {
    let journal = maker.open();
    let id = sent(&journal, "c1", "o1").await;
    let mut deliveries = journal.take_deliveries().unwrap();
    journal.accept(pushed(vec![status(None, "o1", Delivered, vec![])])).await.unwrap();
    assert_eq!(next(&journal, &mut deliveries).await.unwrap().lane.conversation, "c1");
    let object = newest_object(&journal).await;
    assert_eq!((&object["conversation"], &object["message_id"]), (&"c1".into(), &id.into()));
}

pub(crate) async fn a_status_in_another_spelling_of_the_conversation(maker: &impl Maker) {
    let journal = maker.open();
    let id = sent(&journal, "5511999999999", "wamid.1").await;
    one(&journal, status(Some("551199999999"), "wamid.1", Read, vec![])).await;
    assert_eq!(message(&journal, &id).await.state, MessageState::Read);
    assert_eq!(newest_object(&journal).await["conversation"], "551199999999");
}

pub(crate) async fn a_status_before_the_answer_is_not_lost(maker: &impl Maker) {
    let journal = maker.open();
    for (external_id, news, state) in [
        ("o1", &[Delivered, Sent][..], MessageState::Delivered),
        ("o2", &[Failed][..], MessageState::Failed),
    ] {
        let id = journal.submit(started("c1", "x")).await.unwrap().id;
        for news in news {
            one(&journal, status(Some("c1"), external_id, *news, vec![])).await;
        }
        assert_eq!(message(&journal, &id).await.state, MessageState::Queued);
        journal.finish(number(&id), attempt(200), done(external_id)).await.unwrap();
        assert_eq!(message(&journal, &id).await.state, state);
    }
}

pub(crate) async fn a_status_of_a_foreign_message_is_kept(maker: &impl Maker) {
    let journal = maker.open();
    let id = sent(&journal, "c1", "o1").await;
    let accepted = one(&journal, status(None, "unknown", Failed, vec![])).await;
    assert!(!accepted.events[0].duplicate);
    let object = newest_object(&journal).await;
    assert!(object["conversation"].is_null());
    assert!(object.get("message_id").is_none());
    assert_eq!(message(&journal, &id).await.state, MessageState::Sent);
}

pub(crate) async fn the_same_id_in_two_conversations(maker: &impl Maker) {
    let journal = maker.open();
    let first = sent(&journal, "c1", "7").await;
    let second = sent(&journal, "c2", "7").await;
    one(&journal, status(Some("c1"), "7", Read, vec![])).await;
    assert_eq!(message(&journal, &first).await.state, MessageState::Read);
    assert_eq!(message(&journal, &second).await.state, MessageState::Sent);
    // A message that reached the person has not failed, whatever came of a retry.
    let third = journal.submit(started("c3", "x")).await.unwrap().id;
    let problem = Problem::refused("timeout", "no answer");
    journal.finish(number(&third), attempt(504), Finish::Dead { problem }).await.unwrap();
    assert_eq!(message(&journal, &third).await.state, MessageState::Failed);
}
