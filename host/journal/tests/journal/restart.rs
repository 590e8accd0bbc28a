//! What the next process finds.

use eclusa_journal::{Finish, Journal, MessageState, Registry, RegistryChange, Traffic};
use eclusa_model::{DeliveryState, Problem};

use crate::Maker;
use crate::make::{
    all, attempt, done, failed, keyed, letters, message, next, number, one, page, pushed, remap,
    revision, sent, started, status, submit, text, unmapped,
};
use crate::registry::{adapter, deployment, entry, id, sha256};

pub(crate) async fn everything_is_there_after_a_restart(maker: &impl Maker) {
    let journal = maker.open();
    let first = one(&journal, text("c1", "m1")).await;
    let id = sent(&journal, "c1", "o1").await;
    let with_key = journal.submit(keyed(submit("c1", "x"), "k", 1)).await.unwrap();
    let dead = journal.submit(submit("c1", "y")).await.unwrap().id;
    let problem = Problem::refused("gone", "gone");
    journal.finish(number(&dead), attempt(410), Finish::Dead { problem }).await.unwrap();
    journal.accept(unmapped("shop", "?")).await.unwrap();
    let newest = journal.latest_event().borrow().clone();
    let before = message(&journal, &id).await;

    let journal = maker.reopen(journal);
    assert_eq!(*journal.latest_event().borrow(), newest);
    let after = message(&journal, &id).await;
    assert_eq!(serde_json::to_value(&before).unwrap(), serde_json::to_value(&after).unwrap());
    assert_eq!(journal.unmapped(page(10)).await.unwrap().len(), 1);
    assert_eq!(letters(&journal).await.len(), 2);
    // What is known stays known.
    let again = one(&journal, text("c1", "m1")).await;
    assert!(again.events[0].duplicate);
    assert_eq!(again.events[0].id, first.events[0].id);
    let replayed = journal.submit(keyed(submit("c1", "x"), "k", 1)).await.unwrap();
    assert_eq!((replayed.id, replayed.replayed), (with_key.id, true));
    one(&journal, status(None, "o1", DeliveryState::Read, vec![])).await;
    assert_eq!(message(&journal, &id).await.state, MessageState::Read);
    // Ids go on growing.
    let later = one(&journal, text("c1", "m2")).await;
    assert!(later.events[0].id > again.request_id && again.request_id > dead);
    assert_eq!(all(&journal).await.len(), 3);
}

pub(crate) async fn pending_deliveries_come_again_after_a_restart(maker: &impl Maker) {
    let journal = maker.open();
    let mut deliveries = journal.take_deliveries().unwrap();
    let mut ids = Vec::new();
    for number in 0..10 {
        let event = text("c1", &number.to_string());
        let accepted = journal.accept(pushed(vec![event])).await.unwrap();
        ids.push(accepted.events[0].id.clone());
        ids.push(journal.submit(started("c2", "x")).await.unwrap().id);
    }
    // Taken, but not finished: still pending.
    let first = next(&journal, &mut deliveries).await.unwrap();
    let finished = ids.remove(3);
    journal.finish(number(&finished), attempt(200), done("o")).await.unwrap();

    let journal = maker.reopen(journal);
    let mut deliveries = journal.take_deliveries().unwrap();
    ids.push(journal.submit(started("c2", "last")).await.unwrap().id);
    for (place, id) in ids.iter().enumerate() {
        let delivery = next(&journal, &mut deliveries).await.unwrap();
        assert_eq!(delivery.id, number(id));
        if place == 0 {
            assert_eq!(delivery, first);
        }
    }
    assert!(next(&journal, &mut deliveries).await.is_none());
}

pub(crate) async fn what_was_mapped_again_is_there_after_a_restart(maker: &impl Maker) {
    let journal = maker.open();
    let first = journal.accept(failed(Some(revision()), "1")).await.unwrap();
    let second = journal.accept(failed(Some(revision()), "2")).await.unwrap();
    one(&journal, text("c1", "m9")).await;
    let mapped = journal.remap(remap(&first, vec![text("c1", "m1")])).await.unwrap();
    let before = journal.request(first.request_id.clone()).await.unwrap();

    let journal = maker.reopen(journal);
    assert_eq!(journal.request(first.request_id.clone()).await.unwrap(), before);
    let late: Vec<_> = all(&journal).await.into_iter().map(|event| event.late).collect();
    assert_eq!(late, [false, true]);
    let left = journal.failed_by(revision(), None, 10).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].id, second.request_id);
    journal.remap(remap(&first, vec![])).await.unwrap_err();
    // Its delivery was pending.
    let mut deliveries = journal.take_deliveries().unwrap();
    journal.remap(remap(&second, vec![text("c1", "m2")])).await.unwrap();
    assert_eq!(next(&journal, &mut deliveries).await.unwrap().id, number(&mapped.events[0].id));
    assert!(all(&journal).await.last().unwrap().late);
}

pub(crate) async fn adapters_are_there_after_a_restart(maker: &impl Maker) {
    let journal = maker.open();
    let change = |revision| RegistryChange {
        adapter: Some(adapter("open", revision)),
        deployments: vec![deployment(revision, "open")],
        audit: vec![entry(revision, "open")],
    };
    journal.record(change(1)).await.unwrap();
    let bytes = vec![7; 1 << 20];
    journal.put_component(sha256(&bytes), bytes.clone()).await.unwrap();

    let journal = maker.reopen(journal);
    assert_eq!(journal.adapters().await.unwrap(), [adapter("open", 1)]);
    assert_eq!(journal.deployment(id(1)).await.unwrap(), Some(deployment(1, "open")));
    assert_eq!(journal.audit(None, page(10)).await.unwrap(), [entry(1, "open")]);
    assert_eq!(journal.component(sha256(&bytes)).await.unwrap(), Some(bytes));
    // The revision goes on where it stood.
    journal.record(change(1)).await.unwrap_err();
    journal.record(change(2)).await.unwrap();
}
