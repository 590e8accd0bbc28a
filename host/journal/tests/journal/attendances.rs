//! Service sessions: when they open, what belongs to them, how they change.

use eclusa_journal::{
    AttendanceChange, AttendanceChanged, AttendanceFilter, AttendanceRefusal, AttendanceStep,
    Attendances, ChannelChange, Cut, Finish, Idempotency, Journal, JournalError, Traffic, Upkeep,
};
use eclusa_model::{Attendance, AttendanceState, DeliveryState, Event, Participant};

use crate::channels::channel;
use crate::make::{
    self, accept, attempt, audit, everything, failed, number, one, pushed, reaction, remap, sent,
    started, status, submit, text, typing,
};
use crate::prune::{cut, prune};
use crate::{Both, Maker};

pub(crate) const EVER: i64 = i64::MAX / 2;

/// All of them, newest first.
pub(crate) async fn listed(journal: &impl Attendances) -> Vec<Attendance> {
    journal.attendances(AttendanceFilter::default(), None, 500).await.unwrap()
}

pub(crate) fn change(id: &str, step: AttendanceStep) -> AttendanceChange {
    AttendanceChange {
        id: id.to_owned(),
        step,
        by: "platform".to_owned(),
        reason: Some("because".to_owned()),
        idempotency: None,
        push: true,
        traceparent: None,
        audit: audit(),
    }
}

pub(crate) fn assign(agent: &str) -> AttendanceStep {
    AttendanceStep::Assign { agent: agent.to_owned() }
}

async fn done(journal: &impl Attendances, id: &str, step: AttendanceStep) -> Attendance {
    journal.change_attendance(change(id, step)).await.unwrap().attendance
}

/// The kinds of all events, with the protocol number and the state that each tells.
async fn told(journal: &impl Journal) -> Vec<(String, Option<(String, AttendanceState)>)> {
    let events = everything(journal).await.into_iter();
    events
        .map(|event| (event.kind, event.attendance.map(|it| (it.protocol.to_string(), it.state))))
        .collect()
}

pub(crate) async fn the_first_message_opens_one_and_later_ones_join_it(maker: &impl Maker) {
    let journal = maker.open();
    let mut hello = make::inbound("c1", "m1", eclusa_model::Content::text("hello"));
    hello.sender = Participant { name: Some("Ana".to_owned()), ..Participant::new("ana") };
    one(&journal, Event::Message(hello)).await;
    one(&journal, text("c1", "m2")).await;
    one(&journal, text("c2", "m1")).await;
    let found = listed(&journal).await;
    assert_eq!(found.len(), 2);
    let first = &found[1];
    let events = everything(&journal).await;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    let opened = "attendance.opened";
    let received = "message.received";
    assert_eq!(kinds, [opened, received, received, opened, received]);
    assert_eq!(events[0].id, first.id);
    assert_eq!((first.channel.as_str(), first.conversation.as_str()), ("shop", "c1"));
    assert_eq!((first.contact.id.as_str(), first.contact.name.as_deref()), ("ana", Some("Ana")));
    assert_eq!((first.state, first.flow.as_deref()), (AttendanceState::Queued, None));
    assert!(first.first_answer_at.is_none() && first.closed_at.is_none());
    assert_eq!(serde_json::to_value(first).unwrap(), make::object(&events[0]));
    for event in &events[..3] {
        let attendance = event.attendance.clone().unwrap();
        assert_eq!((&attendance.id, attendance.protocol), (&first.id, first.protocol));
        assert_eq!(attendance.state, AttendanceState::Queued);
    }
    // Two of one day have numbers that follow each other.
    let (one, two) = (first.protocol, found[0].protocol);
    assert!(one < two && one.to_string().ends_with("-000001"), "{one} {two}");
    let by_protocol = journal.attendance(one.to_string()).await.unwrap();
    assert_eq!(by_protocol.as_ref(), Some(first));
    assert_eq!(journal.attendance(first.id.clone()).await.unwrap(), by_protocol);
    assert_eq!(journal.attendance("yesterday".to_owned()).await.unwrap(), None);
}

pub(crate) async fn a_postback_opens_one_and_other_events_do_not(maker: &impl Maker) {
    let journal = maker.open();
    let first = sent(&journal, "c1", "o1").await;
    for event in [
        typing("c1"),
        reaction("c1", "o1", "+1", false),
        status(Some("c1"), "o1", DeliveryState::Read, vec![]),
        make::edited("c1", "m0", "edited", None),
        make::deleted("c1", "m0"),
    ] {
        one(&journal, event).await;
    }
    // What we have sent comes back as an echo.
    one(&journal, text("c1", "o1")).await;
    journal.submit(submit("c1", "again")).await.unwrap();
    assert_eq!(listed(&journal).await, []);
    assert!(told(&journal).await.iter().all(|(_, attendance)| attendance.is_none()));
    one(&journal, make::postback("c1", "p1")).await;
    let found = listed(&journal).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].first_answer_at, None, "{first} was before it");
    // While it is open, all belongs to it.
    one(&journal, typing("c1")).await;
    one(&journal, typing("c2")).await;
    let attendances: Vec<_> =
        told(&journal).await.into_iter().map(|(_, it)| it.is_some()).collect();
    assert_eq!(attendances[attendances.len() - 4..], [true, true, true, false]);
}

pub(crate) async fn a_duplicate_opens_none(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    let id = listed(&journal).await[0].id.clone();
    done(&journal, &id, AttendanceStep::Close).await;
    one(&journal, text("c1", "m1")).await;
    assert_eq!(listed(&journal).await.len(), 1);
    journal.accept(accept(vec![text("c1", "m2"), text("c1", "m2")])).await.unwrap();
    let found = listed(&journal).await;
    assert_eq!(found.len(), 2);
    assert!(found[0].protocol > found[1].protocol);
}

pub(crate) async fn what_is_mapped_later_opens_one_too(maker: &impl Maker) {
    let journal = maker.open();
    let request = journal.accept(failed(Some(make::revision()), "?")).await.unwrap();
    assert_eq!(listed(&journal).await, []);
    journal.remap(remap(&request, vec![text("c1", "m1")])).await.unwrap();
    assert_eq!(listed(&journal).await.len(), 1);
    let kinds: Vec<_> = told(&journal).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["attendance.opened", "message.received"]);
    // What maps it again has to make the message only.
    let events = journal.events_of(request.request_id).await.unwrap();
    assert_eq!(events.len(), 1);
}

pub(crate) async fn it_has_the_flow_of_its_channel(maker: &impl Maker) {
    let journal = maker.open();
    let mut shop = channel("shop", 1);
    shop.profile.flow = Some("day".to_owned());
    let put = ChannelChange::Put { channel: Box::new(shop), expected: 0 };
    journal.change_channel(put, audit()).await.unwrap();
    one(&journal, text("c1", "m1")).await;
    assert_eq!(listed(&journal).await[0].flow.as_deref(), Some("day"));
}

pub(crate) async fn the_first_answer_is_marked_once_and_counted(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    let keyed = make::keyed(submit("c1", "hi"), "k", 1);
    let answer = journal.submit(keyed.clone()).await.unwrap().id;
    let found = listed(&journal).await;
    let ms = number(&answer) >> 20;
    assert_eq!(found[0].first_answer_at, Some(eclusa_journal::rfc3339(ms)));
    journal.submit(keyed).await.unwrap();
    journal.submit(submit("c1", "more")).await.unwrap();
    // Another conversation's answer is none.
    journal.submit(started("c2", "hi")).await.unwrap();
    assert_eq!(listed(&journal).await, found);
    let id = found[0].id.clone();
    done(&journal, &id, AttendanceStep::Close).await;
    journal.submit(submit("c1", "after")).await.unwrap();
    let waited = ms - (number(&id) >> 20);
    assert_eq!(totals(&journal).await, ([1, 1, 1], waited as u64));
}

/// What was ever counted: opened, answered, closed; and how long was waited.
pub(crate) async fn totals(journal: &impl Attendances) -> ([u64; 3], u64) {
    let counts = journal.attendance_counts(0, EVER).await.unwrap();
    let sum = |count: fn(&eclusa_journal::AttendanceCount) -> u64| counts.iter().map(count).sum();
    (
        [sum(|it| it.opened), sum(|it| it.answered), sum(|it| it.closed)],
        sum(|it| it.first_answer_ms),
    )
}

pub(crate) async fn states_change_as_they_may_and_each_change_is_told(maker: &impl Maker) {
    let journal = maker.open();
    journal.accept(pushed(vec![text("c1", "m1")])).await.unwrap();
    let id = listed(&journal).await[0].protocol.to_string();
    let queue = |queue: &str| AttendanceStep::Queue { queue: Some(queue.to_owned()) };
    let taken = done(&journal, &id, assign("rui")).await;
    assert_eq!((taken.state, taken.agent.as_deref()), (AttendanceState::Assigned, Some("rui")));
    assert_eq!(taken.changed_by.as_deref(), Some("platform"));
    assert_eq!(taken.reason.as_deref(), Some("because"));
    // Of two who take it one gets it.
    let error = journal.change_attendance(change(&id, assign("eva"))).await.unwrap_err();
    match error {
        JournalError::AttendanceRefused(AttendanceRefusal::Assigned { agent, .. }) => {
            assert_eq!(agent, "rui");
        }
        other => panic!("{other}"),
    }
    let step = AttendanceStep::Transfer { queue: Some("sales".to_owned()), agent: None };
    let moved = done(&journal, &id, step).await;
    assert_eq!((moved.state, moved.agent), (AttendanceState::Transferred, None));
    assert_eq!(moved.queue.as_deref(), Some("sales"));
    let step = AttendanceStep::Transfer { queue: None, agent: Some("eva".to_owned()) };
    let moved = done(&journal, &id, step).await;
    assert_eq!((moved.queue.as_deref(), moved.agent.as_deref()), (Some("sales"), Some("eva")));
    done(&journal, &id, assign("eva")).await;
    let waits = done(&journal, &id, queue("care")).await;
    assert_eq!((waits.state, waits.agent), (AttendanceState::Queued, None));
    assert_eq!(waits.queue.as_deref(), Some("care"));
    let waits = done(&journal, &id, AttendanceStep::Queue { queue: None }).await;
    assert_eq!(waits.queue.as_deref(), Some("care"));
    one(&journal, text("c1", "m2")).await;
    let closed = done(&journal, &id, AttendanceStep::Close).await;
    assert!(closed.closed_at.is_some());
    for step in [AttendanceStep::Close, assign("eva"), queue("care")] {
        let error = journal.change_attendance(change(&id, step)).await.unwrap_err();
        let is_closed = matches!(
            error,
            JournalError::AttendanceRefused(AttendanceRefusal::Closed { protocol })
                if protocol.to_string() == id
        );
        assert!(is_closed, "{error}");
    }
    let unknown = journal.change_attendance(change("20200101-000001", assign("eva"))).await;
    assert!(matches!(unknown.unwrap_err(), JournalError::AttendanceUnknown { .. }));
    use AttendanceState::{Assigned, Closed, Queued, Transferred};
    let expected = [
        ("attendance.opened", Queued),
        ("message.received", Queued),
        ("attendance.assigned", Assigned),
        ("attendance.transferred", Transferred),
        ("attendance.transferred", Transferred),
        ("attendance.assigned", Assigned),
        ("attendance.queued", Queued),
        ("attendance.queued", Queued),
        ("message.received", Queued),
        ("attendance.closed", Closed),
    ];
    let expected = expected.map(|(kind, state)| (kind.to_owned(), Some((id.clone(), state))));
    assert_eq!(told(&journal).await, expected);
    let last = make::object(everything(&journal).await.last().unwrap());
    assert_eq!(last, serde_json::to_value(&closed).unwrap());
    // All but the message that was not pushed wait in the conversation's order.
    let mut deliveries = journal.take_deliveries().unwrap();
    let mut waiting = Vec::new();
    while let Some(eclusa_journal::DeliveryChange::Put(delivery)) = deliveries.try_recv() {
        assert_eq!(delivery.lane.conversation, "c1");
        waiting.push(delivery.id);
    }
    assert_eq!(waiting.len(), 9);
    assert!(waiting.is_sorted());
}

pub(crate) async fn a_repeated_change_is_made_once(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    one(&journal, text("c2", "m1")).await;
    let [second, first] = &listed(&journal).await[..] else { panic!("two") };
    let keyed = |id: &str, step, fingerprint| AttendanceChange {
        idempotency: Some(Idempotency {
            scope: "platform".to_owned(),
            key: "k".to_owned(),
            fingerprint: [fingerprint; 32],
        }),
        ..change(id, step)
    };
    let made = journal.change_attendance(keyed(&first.id, assign("rui"), 1)).await.unwrap();
    assert!(!made.replayed);
    done(&journal, &first.id, AttendanceStep::Close).await;
    let events = everything(&journal).await.len();
    // The first answer stands, whatever has happened since.
    let again = journal.change_attendance(keyed(&first.id, assign("rui"), 1)).await.unwrap();
    assert_eq!(again, AttendanceChanged { replayed: true, ..made });
    assert_eq!(everything(&journal).await.len(), events);
    let other = journal.change_attendance(keyed(&first.id, assign("eva"), 2)).await;
    assert!(matches!(other.unwrap_err(), JournalError::IdempotencyConflict));
    // The same key for another attendance is another one.
    let other = journal.change_attendance(keyed(&second.id, assign("eva"), 2)).await.unwrap();
    assert!(!other.replayed);
}

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
    let counts = journal.attendance_counts(0, EVER).await.unwrap();
    assert!(counts.iter().all(|it| it.start_ms % eclusa_journal::QUARTER_MS == 0));
    let shop: u64 = counts.iter().filter(|it| it.channel == "shop").map(|it| it.opened).sum();
    assert_eq!((shop, totals(&journal).await.0), (3, [6, 0, 1]));
    assert!(journal.attendance_counts(EVER, 2 * EVER).await.unwrap().is_empty());
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
