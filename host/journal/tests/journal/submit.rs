//! Messages to a chat.

use eclusa_journal::{DeliveryBody, Journal, JournalError, Lane, MessageState, Submit, Target};
use eclusa_model::{Content, Extra};

use crate::Maker;
use crate::make::{
    attempt, done, keyed, message, next, number, one, outbound, postback, sent, started, submit,
    text, typing,
};
use crate::prune::{cut, prune};

pub(crate) async fn a_message_is_queued_for_the_chat(maker: &impl Maker) {
    let journal = maker.open();
    let mut deliveries = journal.take_deliveries().unwrap();
    one(&journal, text("c1", "m1")).await;
    let extra = Extra::from_json(r#"{"keyboard":[1]}"#.to_owned()).unwrap();
    let request = Submit { extra: extra.clone(), ..submit("c1", "good morning") };
    let submitted = journal.submit(request).await.unwrap();
    assert_eq!((submitted.state, submitted.replayed), (MessageState::Queued, false));

    let delivery = next(&journal, &mut deliveries).await.unwrap();
    let lane =
        Lane { target: Target::Chat, channel: "shop".to_owned(), conversation: "c1".to_owned() };
    assert_eq!((delivery.lane, delivery.attempts), (lane, 0));
    assert_eq!(delivery.id, number(&submitted.id));
    let carried = outbound(&journal, &submitted.id).await;
    assert_eq!(carried.id, submitted.id);
    assert_eq!(carried.conversation, "c1");
    assert_eq!(carried.content, Content::text("good morning"));
    assert_eq!((carried.reply_to, carried.extra), (None, extra));

    let record = message(&journal, &submitted.id).await;
    assert_eq!((record.direction.as_str(), record.state), ("outbound", MessageState::Queued));
    assert_eq!(record.created_at, "2026-01-02T04:00:00Z");
    assert!(record.next_attempt_at.is_some());
    assert_eq!(
        record.message.get(),
        format!(
            r#"{{"id":"{}","channel":"shop","conversation":"c1","type":"text","text":{{"body":"good morning","markup":"plain"}},"reply_to":null,"extra":{{"keyboard":[1]}}}}"#,
            submitted.id
        )
    );
}

pub(crate) async fn an_unknown_conversation_is_refused(maker: &impl Maker) {
    let journal = maker.open();
    let mut deliveries = journal.take_deliveries().unwrap();
    one(&journal, text("c1", "m1")).await;
    let elsewhere = Submit { channel: "other".to_owned(), ..submit("c1", "x") };
    for request in [submit("c2", "x"), elsewhere] {
        let (wanted, on) = (request.conversation.clone(), request.channel.clone());
        let error = journal.submit(request).await.unwrap_err();
        assert!(
            matches!(&error, JournalError::UnknownConversation { channel, conversation }
                if *channel == on && *conversation == wanted),
            "{error}"
        );
    }
    assert!(next(&journal, &mut deliveries).await.is_none());
}

pub(crate) async fn any_event_makes_a_conversation_known(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, typing("c1")).await;
    one(&journal, postback("c2", "p")).await;
    journal.submit(submit("c1", "x")).await.unwrap();
    journal.submit(submit("c2", "x")).await.unwrap();
}

pub(crate) async fn a_start_makes_a_conversation_known(maker: &impl Maker) {
    let journal = maker.open();
    journal.submit(submit("c1", "x")).await.unwrap_err();
    journal.submit(started("c1", "x")).await.unwrap();
    journal.submit(submit("c1", "y")).await.unwrap();
}

pub(crate) async fn the_same_key_gets_the_same_answer(maker: &impl Maker) {
    let journal = maker.open();
    let mut deliveries = journal.take_deliveries().unwrap();
    let first = journal.submit(keyed(started("c1", "x"), "k", 1)).await.unwrap();
    let again = journal.submit(keyed(started("c1", "x"), "k", 1)).await.unwrap();
    assert!(!first.replayed && again.replayed);
    assert_eq!((&first.id, again.state), (&again.id, MessageState::Queued));

    journal.finish(number(&first.id), attempt(200), done("o1")).await.unwrap();
    let later = journal.submit(keyed(started("c1", "x"), "k", 1)).await.unwrap();
    assert_eq!((later.id, later.state), (first.id, MessageState::Sent));
    assert!(next(&journal, &mut deliveries).await.is_some());
    assert!(next(&journal, &mut deliveries).await.is_none());

    let elsewhere = Submit { channel: "other".to_owned(), ..started("c1", "x") };
    assert!(!journal.submit(keyed(elsewhere, "k", 1)).await.unwrap().replayed);
    assert!(!journal.submit(keyed(started("c1", "x"), "l", 1)).await.unwrap().replayed);
    let mut of_another = keyed(started("c1", "x"), "k", 1);
    of_another.idempotency.as_mut().unwrap().scope = "another".to_owned();
    assert!(!journal.submit(of_another).await.unwrap().replayed);
}

pub(crate) async fn the_same_key_for_something_else_is_refused(maker: &impl Maker) {
    let journal = maker.open();
    journal.submit(keyed(started("c1", "x"), "k", 1)).await.unwrap();
    let error = journal.submit(keyed(started("c1", "y"), "k", 2)).await.unwrap_err();
    assert!(matches!(error, JournalError::IdempotencyConflict), "{error}");
    // The first answer can be asked for without sending anything.
    let key = |key: &str, print| keyed(submit("c1", ""), key, print).idempotency.unwrap();
    let first = journal.submitted("shop".to_owned(), key("k", 1)).await.unwrap().unwrap();
    assert!(first.replayed);
    assert_eq!(message(&journal, &first.id).await.state, first.state);
    let error = journal.submitted("shop".to_owned(), key("k", 2)).await.unwrap_err();
    assert!(matches!(error, JournalError::IdempotencyConflict), "{error}");
    for (channel, other) in [("shop", key("k2", 1)), ("other", key("k", 1))] {
        assert_eq!(journal.submitted(channel.to_owned(), other).await.unwrap(), None);
    }
    // A refused request does not use its key up.
    journal.submit(keyed(submit("c9", "x"), "k9", 1)).await.unwrap_err();
    assert!(!journal.submit(keyed(started("c9", "y"), "k9", 2)).await.unwrap().replayed);
}

pub(crate) async fn an_answer_to_our_id_gets_the_chats_id(maker: &impl Maker) {
    let journal = maker.open();
    let theirs = one(&journal, text("c1", "m1")).await.events[0].id.clone();
    let ours = sent(&journal, "c1", "o1").await;
    let queued = journal.submit(submit("c1", "queued")).await.unwrap().id;
    let answer = |to: &str| Submit { reply_to: Some(to.to_owned()), ..submit("c1", "answer") };
    for (to, expected) in [(&theirs, Some("m1")), (&ours, Some("o1")), (&queued, None)] {
        let submitted = journal.submit(answer(to)).await.unwrap();
        assert_eq!(outbound(&journal, &submitted.id).await.reply_to.as_deref(), expected);
    }
    // It goes out after the one it answers, whose id is known by then.
    let submitted = journal.submit(answer(&queued)).await.unwrap();
    journal.finish(number(&queued), attempt(200), done("o2")).await.unwrap();
    assert_eq!(outbound(&journal, &submitted.id).await.reply_to.as_deref(), Some("o2"));
}

pub(crate) async fn an_answer_to_what_the_chat_does_not_know_stands_alone(maker: &impl Maker) {
    let journal = maker.open();
    let old = one(&journal, text("c1", "m1")).await.events[0].id.clone();
    let elsewhere = one(&journal, text("c2", "m2")).await.events[0].id.clone();
    let queued = journal.submit(submit("c1", "queued")).await.unwrap().id;
    let mut answers = Vec::new();
    for to in [&old, &elsewhere, &queued] {
        let answer = Submit { reply_to: Some(to.clone()), ..submit("c1", "answer") };
        answers.push((journal.submit(answer).await.unwrap().id, to));
    }
    let removed = prune(&journal, cut()).await;
    assert_eq!(removed.events, 2);
    for (answer, to) in answers {
        match journal.delivery(number(&answer)).await.unwrap() {
            Some(DeliveryBody::Message { message, warnings, .. }) => {
                assert_eq!(message.reply_to, None);
                let told: Vec<_> = warnings.iter().map(|it| it.code.as_str()).collect();
                assert_eq!(told, ["reply_to_unknown"]);
                assert!(warnings[0].message.contains(to.as_str()), "{warnings:?}");
            }
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) async fn an_answer_to_the_chats_id_stays(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    let foreign = ulid::Ulid::from_parts(1, 7).to_string();
    for to in ["m1", "never-seen", &foreign] {
        let request = Submit { reply_to: Some(to.to_owned()), ..submit("c1", "answer") };
        let submitted = journal.submit(request).await.unwrap();
        assert_eq!(outbound(&journal, &submitted.id).await.reply_to.as_deref(), Some(to));
    }
}
