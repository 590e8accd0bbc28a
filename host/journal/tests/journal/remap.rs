//! Mapping again what could not be mapped.

use eclusa_journal::{
    Accept, Accepted, DeliveryBody, FailedMapping, Journal, JournalError, Remap, Target, Traffic,
};
use eclusa_model::{DeliveryState, Event, Problem, Warning};

use crate::Maker;
use crate::make::{
    RECEIVED_AT, all, attempt, done, failed, message, newest_object, next, number, object, one,
    page, pushed, raw, remap, revision, sent, status, submit, text, typing, unmapped,
};

pub(crate) async fn a_remap_records_what_accept_would_have(maker: &impl Maker) {
    let journal = maker.open();
    let mut deliveries = journal.take_deliveries().unwrap();
    let bad = eclusa_journal::RevisionRef { sha256: "cd".repeat(32), ..revision() };
    let request = journal.accept(failed(Some(bad.clone()), "{\"a\": 1}")).await.unwrap();
    let younger = one(&journal, text("c2", "m9")).await;
    let mut newest = journal.latest_event();
    newest.mark_unchanged();

    let warning = Warning::ignored("echo", "An echo").at("/1");
    let events = vec![text("c1", "m1"), typing("c1")];
    let mapped = journal
        .remap(Remap { warnings: vec![warning.clone()], ..remap(&request, events) })
        .await
        .unwrap();
    assert_eq!(mapped.request_id, request.request_id);
    let id = mapped.events[0].id.clone();
    assert_eq!(mapped.events[0].message, Some((id.clone(), "m1".to_owned())));
    assert_eq!(mapped.events[1].message, None);
    assert!(mapped.events.iter().all(|event| !event.duplicate));
    assert!(younger.events[0].id < id && id < mapped.events[1].id);
    assert!(newest.has_changed().unwrap());
    assert_eq!(newest.borrow().as_ref(), Some(&mapped.events[1].id));

    for event in &mapped.events {
        let delivery = next(&journal, &mut deliveries).await.unwrap();
        assert_eq!((delivery.id, delivery.attempts), (number(&event.id), 0));
        assert_eq!(delivery.lane.target, Target::Platform);
        assert_eq!(
            (delivery.lane.channel.as_str(), delivery.lane.conversation.as_str()),
            ("shop", "c1")
        );
    }
    assert!(next(&journal, &mut deliveries).await.is_none());
    let record = message(&journal, &id).await;
    assert_eq!(record.created_at, RECEIVED_AT);
    let kept = record.request.unwrap();
    assert_eq!(kept.raw, raw("{\"a\": 1}"));
    assert_eq!((&kept.revision, &kept.problem), (&Some(revision()), &None));
    assert_eq!(kept.warnings, [warning]);
    let problem = Problem::invalid("trap", "{\"a\": 1}");
    assert_eq!(kept.earlier, [FailedMapping { revision: Some(bad), problem }]);
    assert_eq!(journal.request(request.request_id).await.unwrap(), Some(kept));
    assert!(journal.unmapped(page(10)).await.unwrap().is_empty());
    // Known from now on: the conversation, and the message.
    journal.submit(submit("c1", "x")).await.unwrap();
    assert!(one(&journal, text("c1", "m1")).await.events[0].duplicate);
}

pub(crate) async fn only_what_had_failed_is_told_of_it(maker: &impl Maker) {
    let journal = maker.open();
    let mapped = one(&journal, text("c1", "m1")).await.request_id;
    let request = journal.accept(unmapped("shop", "?")).await.unwrap();
    let of = async |id: &str| {
        let record = journal.request(id.to_owned()).await.unwrap();
        serde_json::to_value(record).unwrap()
    };
    assert!(of(&mapped).await.get("earlier").is_none());
    assert!(of(&request.request_id).await.get("earlier").is_none());
    journal.remap(remap(&request, vec![])).await.unwrap();
    let earlier = &of(&request.request_id).await["earlier"];
    assert_eq!(earlier[0]["problem"]["code"], "trap");
    assert!(earlier[0]["revision"].is_null());
}

pub(crate) async fn a_request_is_mapped_once(maker: &impl Maker) {
    let journal = maker.open();
    let mut deliveries = journal.take_deliveries().unwrap();
    let mapped = one(&journal, text("c1", "m1")).await;
    let request = journal.accept(unmapped("shop", "?")).await.unwrap();
    journal.remap(remap(&request, vec![])).await.unwrap();
    let event = Accepted { request_id: mapped.events[0].id.clone(), events: vec![] };
    let foreign = ulid::Ulid::from_parts(1, 7).to_string();
    let foreign = Accepted { request_id: foreign, events: vec![] };
    let nonsense = Accepted { request_id: "yesterday".to_owned(), events: vec![] };
    for not_unmapped in [&mapped, &request, &event, &foreign, &nonsense] {
        let given = remap(not_unmapped, vec![text("c3", "m3")]);
        let error = journal.remap(given).await.unwrap_err();
        assert!(
            matches!(&error, JournalError::NotUnmapped { id } if *id == not_unmapped.request_id),
            "{error}"
        );
    }
    assert_eq!(all(&journal).await.len(), 1);
    assert!(next(&journal, &mut deliveries).await.is_none());
    let record = journal.request(request.request_id).await.unwrap().unwrap();
    assert_eq!(record.earlier.len(), 1);
}

pub(crate) async fn a_remapped_duplicate_keeps_its_first_id(maker: &impl Maker) {
    let journal = maker.open();
    let mut deliveries = journal.take_deliveries().unwrap();
    let request = journal.accept(unmapped("shop", "?")).await.unwrap();
    // The chat has sent it again meanwhile.
    let first = one(&journal, text("c1", "m1")).await;
    let events = vec![text("c1", "m1"), text("c1", "m2"), text("c1", "m2")];
    let mapped = journal.remap(remap(&request, events)).await.unwrap();
    let duplicates: Vec<_> = mapped.events.iter().map(|event| event.duplicate).collect();
    assert_eq!(duplicates, [true, false, true]);
    assert_eq!(mapped.events[0].id, first.events[0].id);
    assert_eq!(mapped.events[1].id, mapped.events[2].id);
    assert_eq!(next(&journal, &mut deliveries).await.unwrap().id, number(&mapped.events[1].id));
    assert!(next(&journal, &mut deliveries).await.is_none());
    assert_eq!(all(&journal).await.len(), 2);
}

pub(crate) async fn without_push_nothing_is_delivered(maker: &impl Maker) {
    let journal = maker.open();
    let mut deliveries = journal.take_deliveries().unwrap();
    let request = journal.accept(unmapped("shop", "?")).await.unwrap();
    let quiet = Remap { push: false, ..remap(&request, vec![text("c1", "m1")]) };
    journal.remap(quiet).await.unwrap();
    assert!(next(&journal, &mut deliveries).await.is_none());
    assert_eq!(all(&journal).await.len(), 1);
}

/// Maps a request again; whether each of its events is late.
async fn lateness(journal: &impl crate::Both, request: &Accepted, events: Vec<Event>) -> Vec<bool> {
    let mapped = journal.remap(remap(request, events)).await.unwrap();
    let stored = all(journal).await;
    let late = mapped
        .events
        .iter()
        .map(|event| stored.iter().find(|stored| stored.id == event.id).unwrap().late);
    late.collect()
}

pub(crate) async fn an_event_is_late_after_younger_ones(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("quiet", "m1")).await;
    let request = journal.accept(unmapped("shop", "?")).await.unwrap();
    one(&journal, text("busy", "m2")).await;
    one(&journal, typing("typing")).await;
    let elsewhere = Accept { channel: "other".to_owned(), ..pushed(vec![text("quiet", "m3")]) };
    journal.accept(elsewhere).await.unwrap();
    // A message to the chat is no event.
    journal.submit(submit("quiet", "x")).await.unwrap();
    let events = vec![
        text("quiet", "m4"),
        text("busy", "m4"),
        typing("typing"),
        text("new", "m4"),
        // Its own request's events are no younger ones.
        text("new", "m5"),
    ];
    let late = lateness(&journal, &request, events).await;
    assert_eq!(late, [false, true, true, false, false]);
    // What comes in as usual never is.
    one(&journal, text("busy", "m6")).await;
    let stored = all(&journal).await;
    assert_eq!(stored.iter().filter(|event| event.late).count(), 2);
    // It is not part of the message.
    let late = stored.iter().find(|event| event.late).unwrap();
    assert!(object(late).get("late").is_none());
}

pub(crate) async fn a_late_event_is_delivered_as_late(maker: &impl Maker) {
    let journal = maker.open();
    let mut deliveries = journal.take_deliveries().unwrap();
    let request = journal.accept(unmapped("shop", "?")).await.unwrap();
    journal.accept(pushed(vec![text("c1", "m2")])).await.unwrap();
    journal.remap(remap(&request, vec![text("c1", "m1")])).await.unwrap();
    for expected in [false, true] {
        let delivery = next(&journal, &mut deliveries).await.unwrap();
        match journal.delivery(delivery.id).await.unwrap().unwrap() {
            DeliveryBody::Event { event, .. } => assert_eq!(event.late, expected),
            other => panic!("expected an event, got {other:?}"),
        }
    }
}

pub(crate) async fn those_mapped_in_their_order_are_not_late(maker: &impl Maker) {
    let journal = maker.open();
    let mut requests = Vec::new();
    for body in ["1", "2", "3"] {
        requests.push(journal.accept(unmapped("shop", body)).await.unwrap());
    }
    // The first two in their order: the second's predecessor is no younger one.
    assert_eq!(lateness(&journal, &requests[0], vec![text("c1", "m1")]).await, [false]);
    assert_eq!(lateness(&journal, &requests[2], vec![text("c1", "m3")]).await, [false]);
    // The third was younger, though it was mapped before.
    assert_eq!(lateness(&journal, &requests[1], vec![text("c1", "m2")]).await, [true]);
}

pub(crate) async fn a_status_is_late_in_the_conversation_it_finds(maker: &impl Maker) {
    use DeliveryState::{Delivered, Read, Sent};
    let journal = maker.open();
    let ours = sent(&journal, "c1", "o1").await;
    let first = journal.accept(unmapped("shop", "1")).await.unwrap();
    let second = journal.accept(unmapped("shop", "2")).await.unwrap();
    let in_none = |state| status(None, "o1", state, vec![]);
    assert_eq!(lateness(&journal, &first, vec![in_none(Sent)]).await, [false]);
    one(&journal, text("c1", "m1")).await;
    let late = lateness(&journal, &second, vec![in_none(Delivered)]).await;
    assert_eq!(late, [true]);
    assert_eq!(newest_object(&journal).await["conversation"], "c1");
    let state = message(&journal, &ours).await.state;
    assert_eq!(state, eclusa_journal::MessageState::Delivered);

    // What belongs to no conversation is never late.
    let third = journal.accept(unmapped("shop", "3")).await.unwrap();
    one(&journal, status(None, "unknown", Sent, vec![])).await;
    let foreign = vec![status(None, "unknown", Read, vec![])];
    assert_eq!(lateness(&journal, &third, foreign).await, [false]);
}

pub(crate) async fn a_remapped_message_can_be_answered(maker: &impl Maker) {
    let journal = maker.open();
    let request = journal.accept(unmapped("shop", "?")).await.unwrap();
    let mapped = journal.remap(remap(&request, vec![text("c1", "m1")])).await.unwrap();
    let mut answer = submit("c1", "answer");
    answer.reply_to = Some(mapped.events[0].id.clone());
    let answer = journal.submit(answer).await.unwrap().id;
    journal.finish(number(&answer), attempt(200), done("o1")).await.unwrap();
    let record = journal.outbound_message(answer).await.unwrap().unwrap();
    assert_eq!(record.message.reply_to.as_deref(), Some("m1"));
}
