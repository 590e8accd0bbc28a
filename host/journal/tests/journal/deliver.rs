//! Handing on what was recorded.

use eclusa_journal::{
    Accept, Attempt, DeliveryBody, DeliveryChange, Finish, Journal, JournalError, LetterKind,
    MessageState, Submit, Target,
};
use eclusa_model::Problem;

use crate::Maker;
use crate::make::{
    accept, attempt, done, letters, message, next, number, one, outbound, pushed, started, status,
    text, typing,
};

pub(crate) async fn pending_deliveries_come_before_new_ones(maker: &impl Maker) {
    let journal = maker.open();
    let mut expected = Vec::new();
    for number in 0..3 {
        let event = text("c1", &number.to_string());
        let accepted = journal.accept(pushed(vec![event])).await.unwrap();
        expected.push(accepted.events[0].id.clone());
        expected.push(journal.submit(started("c2", "x")).await.unwrap().id);
    }
    let mut deliveries = journal.take_deliveries().unwrap();
    for number in 3..6 {
        expected.push(journal.submit(started("c2", "x")).await.unwrap().id);
        let event = text("c1", &number.to_string());
        let accepted = journal.accept(pushed(vec![event])).await.unwrap();
        expected.push(accepted.events[0].id.clone());
    }
    for id in expected {
        let delivery = next(&journal, &mut deliveries).await.unwrap();
        assert_eq!(delivery.id, number(&id));
        assert_eq!(delivery.lane.channel, "shop");
        let target =
            if delivery.lane.conversation == "c1" { Target::Platform } else { Target::Chat };
        assert_eq!(delivery.lane.target, target);
    }
    assert!(next(&journal, &mut deliveries).await.is_none());
}

pub(crate) async fn deliveries_can_be_taken_once(maker: &impl Maker) {
    let journal = maker.open();
    let _deliveries = journal.take_deliveries().unwrap();
    assert!(journal.take_deliveries().is_none());
}

pub(crate) async fn only_a_pushed_event_is_delivered(maker: &impl Maker) {
    let journal = maker.open();
    let mut deliveries = journal.take_deliveries().unwrap();
    journal.accept(accept(vec![text("c1", "m1")])).await.unwrap();
    let events = vec![typing("c1"), status(None, "x", eclusa_model::DeliveryState::Sent, vec![])];
    let accepted = journal.accept(pushed(events)).await.unwrap();
    for (event, conversation) in accepted.events.iter().zip(["c1", ""]) {
        let delivery = next(&journal, &mut deliveries).await.unwrap();
        assert_eq!(delivery.id, number(&event.id));
        assert_eq!(delivery.lane.conversation, conversation);
        match journal.delivery(delivery.id).await.unwrap().unwrap() {
            DeliveryBody::Event { event: carried, attempts } => {
                assert_eq!((&carried.id, attempts), (&event.id, 0));
            }
            DeliveryBody::Message { .. } => panic!("not a message to the chat"),
        }
    }
    assert!(next(&journal, &mut deliveries).await.is_none());
}

pub(crate) async fn the_trace_that_brought_a_delivery_stays_until_it_is_finished(
    maker: &impl Maker,
) {
    let journal = maker.open();
    let trace = |number: u8| Some(format!("00-{:032x}-{:016x}-01", number, number));
    let brought = |event, number| Accept { traceparent: trace(number), ..pushed(vec![event]) };
    let event = journal.accept(brought(text("c1", "m1"), 1)).await.unwrap();
    let again = journal.accept(brought(text("c1", "m1"), 2)).await.unwrap();
    assert_eq!(again.events[0].id, event.events[0].id);
    let message = Submit { traceparent: trace(3), ..started("c1", "x") };
    let message = journal.submit(message).await.unwrap();
    let without = journal.submit(started("c1", "y")).await.unwrap();
    let kept = [(&event.events[0].id, trace(1)), (&message.id, trace(3)), (&without.id, None)];
    for (id, expected) in kept {
        let id = number(id);
        assert_eq!(journal.traceparent(id).await.unwrap(), expected);
        let retry = Finish::Retry { due_at_ms: 0 };
        journal.finish(id, attempt(503), retry).await.unwrap();
        assert_eq!(journal.traceparent(id).await.unwrap(), expected);
        let taken = Finish::Done { external_id: None };
        journal.finish(id, attempt(200), taken).await.unwrap();
        assert_eq!(journal.traceparent(id).await.unwrap(), None);
    }
}

pub(crate) async fn a_message_that_was_sent(maker: &impl Maker) {
    let journal = maker.open();
    for external_id in [Some("o1".to_owned()), None] {
        let id = journal.submit(started("c1", "x")).await.unwrap().id;
        let finish = Finish::Done { external_id: external_id.clone() };
        journal.finish(number(&id), attempt(200), finish).await.unwrap();
        let record = message(&journal, &id).await;
        assert_eq!((record.state, record.external_id), (MessageState::Sent, external_id));
        assert_eq!(record.attempts, [attempt(200)]);
        assert_eq!((record.problem, record.next_attempt_at), (None, None));
        assert!(journal.delivery(number(&id)).await.unwrap().is_none());
    }
}

pub(crate) async fn an_event_that_was_pushed(maker: &impl Maker) {
    let journal = maker.open();
    let accepted = journal.accept(pushed(vec![text("c1", "m1")])).await.unwrap();
    let id = &accepted.events[0].id;
    assert!(message(&journal, id).await.next_attempt_at.is_some());
    let finish = Finish::Done { external_id: None };
    journal.finish(number(id), attempt(204), finish).await.unwrap();
    let record = message(&journal, id).await;
    assert_eq!(record.state, MessageState::Pushed);
    assert_eq!(record.attempts, [attempt(204)]);
    assert_eq!(record.external_id.as_deref(), Some("m1"));
    assert_eq!(record.next_attempt_at, None);
    assert!(journal.delivery(number(id)).await.unwrap().is_none());
}

pub(crate) async fn a_retry_waits_with_its_attempts(maker: &impl Maker) {
    let journal = maker.open();
    let id = journal.submit(started("c1", "x")).await.unwrap().id;
    let failed = Attempt {
        problem: Some(Problem::refused("http_503", "not now").retryable()),
        ..attempt(503)
    };
    for (number_of, due_at_ms) in [(1, 1_800_000_000_000), (2, 1_800_000_000_500)] {
        let finish = Finish::Retry { due_at_ms };
        journal.finish(number(&id), failed.clone(), finish).await.unwrap();
        match journal.delivery(number(&id)).await.unwrap().unwrap() {
            DeliveryBody::Message { attempts, .. } => assert_eq!(attempts, number_of),
            DeliveryBody::Event { .. } => panic!("not an event"),
        }
    }
    let record = message(&journal, &id).await;
    assert_eq!((record.state, record.problem), (MessageState::Queued, None));
    assert_eq!(record.next_attempt_at.as_deref(), Some("2027-01-15T08:00:00.5Z"));
    assert_eq!(record.attempts, [failed.clone(), failed]);

    let journal = maker.reopen(journal);
    let mut deliveries = journal.take_deliveries().unwrap();
    let DeliveryChange::Put(delivery) = deliveries.recv().await.unwrap() else { panic!("gone") };
    assert_eq!((delivery.attempts, delivery.due_at_ms), (2, 1_800_000_000_500));
}

pub(crate) async fn what_only_waits_uses_up_no_attempt(maker: &impl Maker) {
    let journal = maker.open();
    let id = journal.submit(started("c1", "x")).await.unwrap().id;
    let gone = Attempt { problem: Some(Problem::refused("gone", "gone")), ..attempt(410) };
    let ends = [
        Finish::Wait { due_at_ms: 1_800_000_000_000 },
        Finish::Retry { due_at_ms: 1_800_000_000_250 },
        Finish::Wait { due_at_ms: 1_800_000_000_500 },
    ];
    for end in ends {
        journal.finish(number(&id), gone.clone(), end).await.unwrap();
    }
    let record = message(&journal, &id).await;
    assert_eq!((record.state, record.problem), (MessageState::Queued, None));
    assert_eq!(record.next_attempt_at.as_deref(), Some("2027-01-15T08:00:00.5Z"));
    assert_eq!(record.attempts, [gone.clone(), gone.clone(), gone.clone()]);
    let journal = maker.reopen(journal);
    let mut deliveries = journal.take_deliveries().unwrap();
    let DeliveryChange::Put(delivery) = deliveries.recv().await.unwrap() else { panic!("gone") };
    assert_eq!((delivery.attempts, delivery.due_at_ms), (1, 1_800_000_000_500));
    let problem = Problem::refused("gone", "gone");
    journal.finish(number(&id), gone, Finish::Dead { problem }).await.unwrap();
    assert_eq!(letters(&journal).await[0].attempts, 2);
}

pub(crate) async fn a_dead_letter_is_listed_with_its_reason(maker: &impl Maker) {
    let journal = maker.open();
    let problem = Problem::refused("gone", "the chat blocked us").action("Ask the person");
    let dead = || Finish::Dead { problem: problem.clone() };
    let outbound = journal.submit(started("c1", "x")).await.unwrap().id;
    let elsewhere = Accept { channel: "other".to_owned(), ..pushed(vec![text("c2", "m1")]) };
    let event = journal.accept(elsewhere).await.unwrap().events[0].id.clone();
    let retry = Finish::Retry { due_at_ms: 1 };
    journal.finish(number(&outbound), attempt(500), retry).await.unwrap();
    for id in [&outbound, &event] {
        journal.finish(number(id), attempt(403), dead()).await.unwrap();
        let record = message(&journal, id).await;
        assert_eq!((record.state, record.problem), (MessageState::Failed, Some(problem.clone())));
        assert_eq!(record.next_attempt_at, None);
        assert!(journal.delivery(number(id)).await.unwrap().is_none());
    }

    let letters = letters(&journal).await;
    assert_eq!(letters.len(), 2);
    assert_eq!((letters[0].kind, letters[1].kind), (LetterKind::Event, LetterKind::Message));
    assert_eq!((&letters[0].id, &letters[1].id), (&event, &outbound));
    assert_eq!((letters[0].attempts, letters[1].attempts), (1, 2));
    assert_eq!((letters[1].conversation.as_deref(), &letters[1].problem), (Some("c1"), &problem));
}

pub(crate) async fn a_finish_changes_only_its_own_delivery(maker: &impl Maker) {
    let journal = maker.open();
    let first = journal.submit(started("c1", "x")).await.unwrap().id;
    let second = journal.submit(started("c1", "y")).await.unwrap().id;
    let event = journal.accept(pushed(vec![text("c1", "m")])).await.unwrap().events[0].id.clone();
    let problem = Problem::refused("gone", "gone");
    journal.finish(number(&first), attempt(410), Finish::Dead { problem }).await.unwrap();
    for (id, state) in [(&second, MessageState::Queued), (&event, MessageState::Mapped)] {
        let record = message(&journal, id).await;
        assert_eq!((record.state, record.attempts.len()), (state, 0));
        assert!(record.next_attempt_at.is_some());
    }
    assert_eq!(outbound(&journal, &second).await.id, second);
}

pub(crate) async fn a_finished_delivery_stays_finished(maker: &impl Maker) {
    let journal = maker.open();
    let id = journal.submit(started("c1", "x")).await.unwrap().id;
    journal.finish(number(&id), attempt(200), done("o1")).await.unwrap();
    let problem = Problem::refused("late", "late");
    journal.finish(number(&id), attempt(500), Finish::Dead { problem }).await.unwrap();
    journal.finish(12345, attempt(500), Finish::Retry { due_at_ms: 1 }).await.unwrap();
    let record = message(&journal, &id).await;
    assert_eq!((record.state, record.attempts.len()), (MessageState::Sent, 1));
    assert!(letters(&journal).await.is_empty());
    // A message taken without an answer of the chat is known all the same.
    assert!(!matches!(
        journal.submit(started("c1", "y")).await,
        Err(JournalError::UnknownConversation { .. })
    ));
    one(&journal, text("c1", "m1")).await;
}
