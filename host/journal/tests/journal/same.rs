//! What is the same event, and what is not.

use eclusa_journal::{Accept, Journal};
use eclusa_model::{DeliveryState, Event};

use crate::Maker;
use crate::make::{
    accept, all, deleted, edited, newest_object, next, one, postback, pushed, reaction, sent,
    status, text, typing,
};

pub(crate) async fn a_message_again_keeps_its_first_ids(maker: &impl Maker) {
    let journal = maker.open();
    let mut deliveries = journal.take_deliveries().unwrap();
    let first = journal.accept(pushed(vec![text("c1", "m1")])).await.unwrap();
    let again = journal.accept(pushed(vec![text("c1", "m1")])).await.unwrap();
    assert_ne!(first.request_id, again.request_id);
    assert_eq!(first.events[0].id, again.events[0].id);
    assert_eq!(first.events[0].message, again.events[0].message);
    assert!(!first.events[0].duplicate && again.events[0].duplicate);
    assert_eq!(all(&journal).await.len(), 1);
    assert!(next(&journal, &mut deliveries).await.is_some());
    assert!(next(&journal, &mut deliveries).await.is_none());
}

pub(crate) async fn the_same_event_twice_in_one_request_is_one(maker: &impl Maker) {
    let journal = maker.open();
    let events = vec![text("c1", "m1"), text("c1", "m2"), text("c1", "m1")];
    let accepted = journal.accept(accept(events)).await.unwrap();
    let duplicates: Vec<_> = accepted.events.iter().map(|event| event.duplicate).collect();
    assert_eq!(duplicates, [false, false, true]);
    assert_eq!(accepted.events[0].id, accepted.events[2].id);
    assert_eq!(all(&journal).await.len(), 2);
}

pub(crate) async fn what_makes_events_the_same(maker: &impl Maker) {
    use DeliveryState::{Delivered, Sent};
    let journal = maker.open();
    // Each differs from the one before in one thing.
    let different: Vec<Event> = vec![
        text("c1", "m1"),
        postback("c1", "m1"),
        postback("c1", "p2"),
        edited("c1", "m1", "one", Some("2026-01-01T00:00:00Z")),
        edited("c1", "m1", "one", Some("2026-01-01T00:00:01Z")),
        edited("c1", "m1", "two", Some("2026-01-01T00:00:01Z")),
        edited("c1", "m1", "two", None),
        deleted("c1", "m1"),
        deleted("c1", "m2"),
        status(Some("c1"), "x1", Sent, vec![]),
        status(Some("c1"), "x1", Delivered, vec![]),
        status(Some("c1"), "x2", Delivered, vec![]),
        reaction("c1", "m1", "+1", false),
        reaction("c1", "m1", "+1", true),
        reaction("c1", "m1", "-1", true),
        reaction("c1", "m2", "-1", true),
    ];
    let count = different.len();
    let first = journal.accept(accept(different.clone())).await.unwrap();
    assert!(first.events.iter().all(|event| !event.duplicate), "{first:?}");
    let again = journal.accept(accept(different)).await.unwrap();
    assert!(again.events.iter().all(|event| event.duplicate), "{again:?}");
    for (first, again) in first.events.iter().zip(&again.events) {
        assert_eq!((&first.id, &first.message), (&again.id, &again.message));
    }
    assert_eq!(all(&journal).await.len(), count);
}

pub(crate) async fn typing_is_never_the_same(maker: &impl Maker) {
    let journal = maker.open();
    for _ in 0..2 {
        let accepted = journal.accept(accept(vec![typing("c1"), typing("c1")])).await.unwrap();
        assert!(accepted.events.iter().all(|event| !event.duplicate && event.message.is_none()));
    }
    assert_eq!(all(&journal).await.len(), 4);
}

pub(crate) async fn another_channel_or_conversation_is_another_message(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    assert!(!one(&journal, text("c2", "m1")).await.events[0].duplicate);
    // The parts must not run into each other.
    assert!(!one(&journal, text("c2m", "1")).await.events[0].duplicate);
    let elsewhere = Accept { channel: "other".to_owned(), ..accept(vec![text("c1", "m1")]) };
    assert!(!journal.accept(elsewhere).await.unwrap().events[0].duplicate);
}

pub(crate) async fn changes_of_a_known_message_name_it(maker: &impl Maker) {
    let journal = maker.open();
    let received = one(&journal, text("c1", "m1")).await.events[0].id.clone();
    let ours = sent(&journal, "c1", "o1").await;
    for (event, about) in [
        (edited("c1", "m1", "new", None), &received),
        (deleted("c1", "m1"), &received),
        (reaction("c1", "m1", "+1", false), &received),
        (reaction("c1", "o1", "+1", false), &ours),
    ] {
        one(&journal, event).await;
        let object = newest_object(&journal).await;
        assert_eq!(object["message_id"], **about);
        assert_eq!(object["channel"], "shop");
    }

    let edit = one(&journal, edited("c1", "unseen", "new", None)).await;
    let object = newest_object(&journal).await;
    assert_eq!(object["id"], edit.events[0].id);
    assert!(object.get("message_id").is_none());
    assert_eq!(edit.events[0].message, None);

    one(&journal, edited("c1", "m1", "newer", None)).await;
    assert_eq!(newest_object(&journal).await["id"], received);
    // The same id in another conversation is not that message.
    one(&journal, reaction("c2", "m1", "+1", false)).await;
    assert!(newest_object(&journal).await.get("message_id").is_none());
}
