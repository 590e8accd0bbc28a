//! Service sessions as they are read: lists, transcripts, and how long they stay.

use eclusa_journal::{
    AttendanceFilter, AttendanceStep, Attendances, Counted, Cut, Finish, Journal, JournalError,
    Upkeep,
};
use eclusa_model::AttendanceState;

use crate::attendances::{EVER, assign, change, done, ever, listed, totals};
use crate::make::{
    self, accept, attempt, everything, number, one, sent, started, submit, text, typing,
};
use crate::prune::{cut, prune};
use crate::{Both, Maker};

pub(crate) async fn they_are_listed_by_what_they_are(maker: &impl Maker) {
    let journal = maker.open();
    for conversation in ["c1", "c2", "c3"] {
        one(&journal, text(conversation, "m1")).await;
        let other = accept(vec![text(conversation, "m1")]);
        let other = eclusa_journal::Accept { channel: "app".to_owned(), ..other };
        journal.accept(other).await.unwrap();
    }
    let all = listed(&journal).await;
    let step =
        AttendanceStep::Transfer { queue: Some("sales".to_owned()), agent: Some("rui".to_owned()) };
    done(&journal, &all[1].id, step).await;
    done(&journal, &all[2].id, AttendanceStep::Close).await;
    let ids = async |filter| -> Vec<String> {
        let found = journal.attendances(filter, None, 500).await.unwrap();
        found.into_iter().map(|it| it.id).collect()
    };
    let none = AttendanceFilter::default;
    let some = |text: &str| Some(text.to_owned());
    let id = |place: usize| all[place].id.clone();
    let shop = AttendanceFilter { channel: some("shop"), ..none() };
    assert_eq!(ids(shop.clone()).await, [id(1), id(3), id(5)]);
    let two = AttendanceFilter { conversation: some("c2"), ..none() };
    assert_eq!(ids(two).await, [id(2), id(3)]);
    let open = AttendanceFilter { state: Some(AttendanceState::Queued), ..shop };
    assert_eq!(ids(open).await, [id(3), id(5)]);
    let closed = AttendanceFilter { state: Some(AttendanceState::Closed), ..none() };
    assert_eq!(ids(closed).await, [id(2)]);
    for filter in [
        AttendanceFilter { queue: some("sales"), ..none() },
        AttendanceFilter { agent: some("rui"), contact: some("ana"), ..none() },
    ] {
        assert_eq!(ids(filter).await, [id(1)]);
    }
    for filter in [
        AttendanceFilter { flow: some("day"), ..none() },
        AttendanceFilter { opened_before_ms: Some(1_000), ..none() },
        AttendanceFilter { opened_from_ms: Some(EVER), ..none() },
    ] {
        assert_eq!(ids(filter).await, Vec::<String>::new());
    }
    let page = journal.attendances(none(), Some(id(3)), 1).await.unwrap();
    assert_eq!(page, all[4..5]);
    let wrong = journal.attendances(none(), Some("yesterday".to_owned()), 1).await.unwrap_err();
    assert!(matches!(wrong, JournalError::Cursor { .. }));
    // The other way: what opened just after one, newest first too.
    let all = listed(&journal).await;
    let newer = journal.newer_attendances(none(), id(3), 2).await.unwrap();
    assert_eq!(newer, all[1..3]);
    let first = AttendanceFilter { channel: some("shop"), ..none() };
    let newer = journal.newer_attendances(first, id(5), 1).await.unwrap();
    assert_eq!(newer, all[3..4]);
    assert_eq!(journal.newer_attendances(none(), id(0), 500).await.unwrap(), []);
    let wrong = journal.newer_attendances(none(), "yesterday".to_owned(), 1).await.unwrap_err();
    assert!(matches!(wrong, JournalError::Cursor { .. }));
    let open = journal.open_attendances().await.unwrap();
    let open: Vec<_> = open.iter().map(|it| (it.channel.as_str(), it.state, it.count)).collect();
    use AttendanceState::{Queued, Transferred};
    assert_eq!(open, [("app", Queued, 2), ("shop", Queued, 2), ("shop", Transferred, 1)]);
    let counts = journal.attendance_counts(ever()).await.unwrap();
    assert!(counts.iter().all(|it| it.start_ms % eclusa_journal::QUARTER_MS == 0));
    let shop: u64 = counts.iter().filter(|it| it.channel == "shop").map(|it| it.opened).sum();
    assert_eq!((shop, totals(&journal).await.0), (3, [6, 0, 1]));
    let later = Counted { from_ms: EVER, before_ms: 2 * EVER, channel: None };
    assert!(journal.attendance_counts(later.clone()).await.unwrap().is_empty());
    assert!(journal.attendance_sums(later).await.unwrap().is_empty());
    let of_shop = Counted { channel: Some("shop".to_owned()), ..ever() };
    let only = journal.attendance_counts(of_shop.clone()).await.unwrap();
    assert!(only.iter().all(|it| it.channel == "shop"));
    assert_eq!(only.iter().map(|it| it.opened).sum::<u64>(), 3);
    let sums = journal.attendance_sums(ever()).await.unwrap();
    let opened: Vec<_> = sums.iter().map(|it| (it.channel.as_str(), it.opened)).collect();
    assert_eq!(opened, [("app", 3), ("shop", 3)]);
    assert_eq!(sums[0].start_ms, counts[0].start_ms);
    assert_eq!(journal.attendance_sums(of_shop).await.unwrap(), sums[1..]);
}

pub(crate) async fn a_transcript_has_both_directions_in_order(maker: &impl Maker) {
    let journal = maker.open();
    let before = journal.submit(started("c1", "before")).await.unwrap().id;
    let mut said = vec![one(&journal, text("c1", "m1")).await.events[0].id.clone()];
    said.push(journal.submit(submit("c1", "hi")).await.unwrap().id);
    one(&journal, typing("c1")).await;
    one(&journal, text("c2", "m1")).await;
    said.push(one(&journal, make::postback("c1", "p1")).await.events[0].id.clone());
    said.push(sent(&journal, "c1", "o1").await);
    let id = listed(&journal).await[1].id.clone();
    done(&journal, &id, AttendanceStep::Close).await;
    one(&journal, text("c1", "m9")).await;
    let all = journal.transcript(id.clone(), None, 500).await.unwrap();
    let ids: Vec<_> = all.iter().map(|it| it.id.clone()).collect();
    assert_eq!(ids, said, "and not {before}");
    let facts: Vec<_> = all.iter().map(|it| (it.direction.as_str(), it.kind.as_str())).collect();
    let (inbound, outbound) = ("inbound", "outbound");
    let message = "message";
    let expected =
        [(inbound, message), (outbound, message), (inbound, "postback"), (outbound, message)];
    assert_eq!(facts, expected);
    use eclusa_journal::MessageState::{Queued, Sent};
    let states: Vec<_> = all.iter().map(|it| it.state).collect();
    assert_eq!(states, [None, Some(Queued), None, Some(Sent)]);
    let record = make::message(&journal, &said[0]).await;
    assert_eq!(all[0].object.get(), record.message.get());
    let page = journal.transcript(id.clone(), Some(said[0].clone()), 2).await.unwrap();
    let ids: Vec<_> = page.into_iter().map(|it| it.id).collect();
    assert_eq!(ids, said[1..3]);
    let wrong = journal.transcript(id, Some("yesterday".to_owned()), 1).await.unwrap_err();
    assert!(matches!(wrong, JournalError::Cursor { .. }));
    assert!(journal.transcript("20200101-000001".to_owned(), None, 9).await.unwrap().is_empty());
}

pub(crate) async fn they_stay_as_long_as_what_was_said(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    one(&journal, text("c2", "m1")).await;
    let [open, closed] = &listed(&journal).await[..] else { panic!("two") };
    let answer = sent(&journal, "c1", "o1").await;
    let step = change(&closed.id, AttendanceStep::Close);
    journal.change_attendance(step).await.unwrap();
    // The event that tells of its end waits to be pushed.
    let removed = prune(&journal, cut()).await;
    assert_eq!((removed.events, removed.messages, removed.attendances), (2, 1, 0));
    assert!(journal.message(answer).await.unwrap().is_none());
    let mut deliveries = journal.take_deliveries().unwrap();
    let Some(eclusa_journal::DeliveryChange::Put(last)) = deliveries.try_recv() else { panic!() };
    let taken = Finish::Done { external_id: None };
    journal.finish(last.id, attempt(200), taken).await.unwrap();
    let removed = prune(&journal, Cut { before_ms: 1_000, ..cut() }).await;
    assert!(removed.is_nothing());
    let removed = prune(&journal, cut()).await;
    assert_eq!((removed.attendances, removed.events), (1, 2));
    assert_eq!(listed(&journal).await, std::slice::from_ref(open));
    // What was counted stays, and no number is given twice.
    assert_eq!(totals(&journal).await.0, [2, 1, 1]);
    let newest = open.protocol;
    done(&journal, &open.id, AttendanceStep::Close).await;
    let mut deliveries = pending(&journal).await;
    while let Some(delivery) = deliveries.pop() {
        let taken = Finish::Done { external_id: None };
        journal.finish(delivery, attempt(200), taken).await.unwrap();
    }
    prune(&journal, cut()).await;
    one(&journal, text("c3", "m1")).await;
    assert!(listed(&journal).await[0].protocol > newest);
}

/// The deliveries of attendances' events, by their ids.
async fn pending(journal: &impl Both) -> Vec<i64> {
    let mut pending = Vec::new();
    for event in everything(journal).await {
        if journal.delivery(number(&event.id)).await.unwrap().is_some() {
            pending.push(number(&event.id));
        }
    }
    pending
}

pub(crate) async fn they_are_there_after_a_restart(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    journal.submit(submit("c1", "hi")).await.unwrap();
    let id = listed(&journal).await[0].id.clone();
    done(&journal, &id, assign("rui")).await;
    let (before, counted) = (listed(&journal).await, totals(&journal).await);
    let journal = maker.reopen(journal);
    assert_eq!(listed(&journal).await, before);
    assert_eq!(totals(&journal).await, counted);
    one(&journal, text("c1", "m2")).await;
    assert_eq!(listed(&journal).await, before);
    assert_eq!(journal.transcript(id, None, 9).await.unwrap().len(), 3);
    assert!(journal.used_bytes().await.is_ok());
}
