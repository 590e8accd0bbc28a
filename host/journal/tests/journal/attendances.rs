//! Service sessions: when they open, what belongs to them, how they change.

use eclusa_journal::{
    AttendanceChange, AttendanceChanged, AttendanceFilter, AttendanceRefusal, AttendanceStep,
    Attendances, ChannelChange, Counted, Idempotency, Journal, JournalError, Sender, SentBy,
    Submit, Traffic,
};
use eclusa_model::{Attendance, AttendanceState, DeliveryState, Event, Participant};

use crate::Maker;
use crate::channels::channel;
use crate::make::{
    self, accept, audit, everything, failed, number, one, pushed, reaction, remap, sent, started,
    status, submit, text, typing,
};

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

pub(crate) async fn done(journal: &impl Attendances, id: &str, step: AttendanceStep) -> Attendance {
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

/// All that was ever counted.
pub(crate) fn ever() -> Counted {
    Counted { from_ms: 0, before_ms: EVER, channel: None }
}

/// What was ever counted: opened, answered, closed; and how long was waited.
pub(crate) async fn totals(journal: &impl Attendances) -> ([u64; 3], u64) {
    let counts = journal.attendance_counts(ever()).await.unwrap();
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

pub(crate) async fn a_test_message_answers_nobody(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    let before = listed(&journal).await;
    let test = Submit { sent_by: Sender::Test, ..submit("c1", "hi") };
    journal.submit(test).await.unwrap();
    assert_eq!(listed(&journal).await, before);
    assert_eq!((totals(&journal).await.0, journal.unanswered(9).await.unwrap()), ([1, 0, 0], 1));
    let said = journal.transcript(before[0].id.clone(), None, 9).await.unwrap();
    let by: Vec<_> = said.iter().map(|said| said.sent_by).collect();
    assert_eq!(by, [None, Some(SentBy::Test)]);
    journal.submit(submit("c1", "hello")).await.unwrap();
    assert_eq!((totals(&journal).await.0, journal.unanswered(9).await.unwrap()), ([1, 1, 0], 0));
}
