//! Dead letters: found, handed on again in their place, given up.

use std::collections::BTreeSet;

use eclusa_journal::registry::{AuditAction, AuditEntry, AuditSubject, SubjectKind};
use eclusa_journal::{
    DeliveryBody, DeliveryChange, Discard, Discarded, Finish, HELD, Handled, Journal,
    LetterContent, LetterFilter, LetterKind, LetterState, Letters, MessageState, Redrive, Registry,
    RevisionRef, Skip, Traffic, Window,
};
use eclusa_model::{DeliveryState, Problem};

use crate::Maker;
use crate::make::{
    accept, attempt, deleted, done, failed, letters, message, next, number, one, page, pushed,
    remap, rest, revision, started, status, text, unmapped,
};

pub(crate) fn entry(action: AuditAction, id: &str) -> AuditEntry {
    AuditEntry {
        // One for each letter: nobody redrives and discards the same in a test.
        id: id.to_owned(),
        at: "2026-01-02T06:00:00Z".to_owned(),
        actor: "ops".to_owned(),
        action,
        subject: AuditSubject::new(SubjectKind::DeadLetter, id),
        revision: None,
        deployment: None,
        channel: Some("shop".to_owned()),
        detail: format!("dead letter {id}"),
    }
}

pub(crate) fn again(id: &str) -> Redrive {
    Redrive { id: id.to_owned(), revision: None, audit: entry(AuditAction::Redriven, id) }
}

pub(crate) fn given_up(id: &str) -> Discard {
    let discarded = Discarded {
        at: "2026-01-02T06:00:00Z".to_owned(),
        by: "ops".to_owned(),
        reason: "a test message".to_owned(),
    };
    Discard { id: id.to_owned(), discarded, audit: entry(AuditAction::Discarded, id) }
}

/// Another entry of the audit than [`again`] makes.
fn discarded_again(id: &str) -> Discard {
    let audit = entry(AuditAction::Discarded, "01ARZ3NDEKTSV4RRFFQ69G5FAW");
    Discard { audit, ..given_up(id) }
}

fn gone(code: &str) -> Problem {
    Problem::refused(code, "gone").action("Ask the chat.")
}

async fn dies(journal: &impl Journal, id: &str, code: &str) {
    let finish = Finish::Dead { problem: gone(code) };
    journal.finish(number(id), attempt(410), finish).await.unwrap();
}

async fn held(journal: &impl Journal, id: &str) {
    let finish = Finish::Held { problem: gone("gone") };
    journal.finish(number(id), attempt(410), finish).await.unwrap();
}

async fn queued(journal: &impl Journal, conversation: &str) -> String {
    journal.submit(started(conversation, "x")).await.unwrap().id
}

async fn event(journal: &impl Journal, conversation: &str, external_id: &str) -> String {
    let accepted = journal.accept(pushed(vec![text(conversation, external_id)])).await.unwrap();
    accepted.events[0].id.clone()
}

async fn redriven(journal: &impl Letters, id: &str) -> Option<Skip> {
    let handled = journal.redrive(vec![again(id)]).await.unwrap();
    assert_eq!(handled[0].id, id);
    handled[0].skipped
}

async fn is_late(journal: &impl Journal, id: &str) -> bool {
    let events = journal.events(None, 100).await.unwrap().events;
    events.iter().find(|event| event.id == id).unwrap().late
}

pub(crate) async fn letters_of_all_kinds_are_one_list(maker: &impl Maker) {
    let journal = maker.open();
    let message = queued(&journal, "c1").await;
    let request = journal.accept(failed(Some(revision()), "?")).await.unwrap().request_id;
    let event = event(&journal, "c2", "m1").await;
    let other = journal.accept(unmapped("other", "?")).await.unwrap().request_id;
    dies(&journal, &message, "gone").await;
    dies(&journal, &event, "refused").await;

    let found = letters(&journal).await;
    let ids: Vec<_> = found.iter().map(|letter| letter.id.as_str()).collect();
    assert_eq!(ids, [&other, &event, &request, &message]);
    let facts: Vec<_> = found
        .iter()
        .map(|it| (it.kind, it.conversation.as_deref(), it.attempts, it.held))
        .collect();
    use LetterKind::{Event, Message, Request};
    assert_eq!(
        facts,
        [
            (Request, None, 1, false),
            (Event, Some("c2"), 1, false),
            (Request, None, 1, false),
            (Message, Some("c1"), 1, false),
        ]
    );
    assert_eq!((found[3].problem.action.as_deref()), Some("Ask the chat."));
    assert_eq!((&found[0].revision, &found[2].revision), (&None, &Some(revision())));

    let all = LetterFilter::default;
    let some = |text: &str| Some(text.to_owned());
    for (filter, expected) in [
        (LetterFilter { kind: Some(Request), ..all() }, vec![&other, &request]),
        (LetterFilter { kind: Some(Message), ..all() }, vec![&message]),
        (LetterFilter { kind: Some(Event), ..all() }, vec![&event]),
        (LetterFilter { channel: some("other"), ..all() }, vec![&other]),
        (LetterFilter { conversation: some("c1"), ..all() }, vec![&message]),
        (LetterFilter { code: some("trap"), ..all() }, vec![&other, &request]),
        (LetterFilter { code: some("refused"), ..all() }, vec![&event]),
        (LetterFilter { adapter: some("open"), ..all() }, vec![&event, &request, &message]),
        (LetterFilter { revision: some("abab"), ..all() }, vec![&event, &request, &message]),
        (LetterFilter { revision: some("abc"), ..all() }, vec![]),
        (LetterFilter { died_from_ms: Some(i64::MAX - 1), ..all() }, vec![]),
        (LetterFilter { died_from_ms: Some(0), kind: Some(Event), ..all() }, vec![&event]),
        (LetterFilter { state: LetterState::Discarded, ..all() }, vec![]),
    ] {
        let found = journal.letters(filter.clone(), Window::newest(10)).await.unwrap();
        let ids: Vec<_> = found.iter().map(|letter| &letter.id).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
    for (window, expected) in [
        (Window::newest(2), [&other, &event]),
        (Window::Newest { before: Some(event.clone()), limit: 2 }, [&request, &message]),
        (Window::Oldest { after: None, limit: 2 }, [&message, &request]),
        (Window::Oldest { after: Some(request.clone()), limit: 2 }, [&event, &other]),
    ] {
        let found = journal.letters(all(), window.clone()).await.unwrap();
        let ids: Vec<_> = found.iter().map(|letter| &letter.id).collect();
        assert_eq!(ids, expected, "{window:?}");
    }
}

pub(crate) async fn a_letter_is_shown_with_all_that_is_known(maker: &impl Maker) {
    let journal = maker.open();
    let message = queued(&journal, "c1").await;
    dies(&journal, &message, "gone").await;
    let event = event(&journal, "c2", "m1").await;
    dies(&journal, &event, "gone").await;
    let request = journal.accept(failed(None, "the body")).await.unwrap().request_id;

    let shown = journal.letter(message.clone()).await.unwrap().unwrap();
    assert_eq!(shown.attempts, [attempt(410)]);
    let LetterContent::Message(json) = shown.content else { panic!("no message") };
    assert!(json.get().contains(r#""text":{"body":"x""#), "{json}");
    let shown = journal.letter(event.clone()).await.unwrap().unwrap();
    let LetterContent::Event { event: carried, request: from } = shown.content else {
        panic!("no event")
    };
    assert_eq!((carried.id, from.unwrap().raw.body.as_str()), (event, "{}"));
    let shown = journal.letter(request.clone()).await.unwrap().unwrap();
    let LetterContent::Request(record) = shown.content else { panic!("no request") };
    assert_eq!((shown.letter.id, record.raw.body.as_str()), (request, "the body"));
    let fine = queued(&journal, "c1").await;
    for id in [fine.as_str(), "yesterday", "01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        assert!(journal.letter(id.to_owned()).await.unwrap().is_none(), "{id}");
    }
}

pub(crate) async fn a_redriven_message_is_queued_again_with_its_id(maker: &impl Maker) {
    let journal = maker.open();
    let mut changes = journal.take_deliveries().unwrap();
    let id = queued(&journal, "c1").await;
    let younger = queued(&journal, "c1").await;
    let first = next(&journal, &mut changes).await.unwrap();
    next(&journal, &mut changes).await.unwrap();
    dies(&journal, &id, "gone").await;
    let chosen = RevisionRef { sha256: "cd".repeat(32), ..revision() };
    let redrive = Redrive { revision: Some(chosen.clone()), ..again(&id) };
    assert_eq!(
        journal.redrive(vec![redrive]).await.unwrap(),
        [Handled { id: id.clone(), skipped: None }]
    );

    let delivery = next(&journal, &mut changes).await.unwrap();
    assert_eq!((delivery.id, &delivery.lane, delivery.attempts), (number(&id), &first.lane, 0));
    let record = message(&journal, &id).await;
    assert_eq!((record.state, record.problem), (MessageState::Queued, None));
    assert_eq!(record.attempts, [attempt(410)]);
    assert!(record.next_attempt_at.is_some());
    assert!(letters(&journal).await.is_empty());
    let carried = |body: Option<DeliveryBody>| match body {
        Some(DeliveryBody::Message { message, attempts, revision, .. }) => {
            (message.id, attempts, revision)
        }
        other => panic!("{other:?}"),
    };
    let body = journal.delivery(number(&id)).await.unwrap();
    assert_eq!(carried(body), (id.clone(), 0, Some(chosen.clone())));
    // Nothing is changed by doing it twice, nor of one that never died.
    for id in [&id, &younger] {
        assert_eq!(redriven(&journal, id).await, Some(Skip::NotWaiting));
    }
    assert_eq!(redriven(&journal, "01ARZ3NDEKTSV4RRFFQ69G5FAV").await, Some(Skip::NotFound));
    assert!(next(&journal, &mut changes).await.is_none());
    assert_eq!(journal.audit(None, page(10)).await.unwrap().len(), 1);

    // The next process finds the choice, and the old place in the conversation.
    let journal = maker.reopen(journal);
    let mut changes = journal.take_deliveries().unwrap();
    one(&journal, text("c9", "answer")).await;
    let order: Vec<_> = rest(&journal, &mut changes).await.into_iter().map(|it| it.id).collect();
    assert_eq!(order, [number(&id), number(&younger)]);
    let body = journal.delivery(number(&id)).await.unwrap();
    assert_eq!(carried(body), (id.clone(), 0, Some(chosen)));
    // It dies again, and goes out as it was: the choice was for once.
    dies(&journal, &id, "gone").await;
    assert_eq!(letters(&journal).await[0].attempts, 1);
    let redrive =
        Redrive { audit: entry(AuditAction::Redriven, "01ARZ3NDEKTSV4RRFFQ69G5FAV"), ..again(&id) };
    assert_eq!(journal.redrive(vec![redrive]).await.unwrap()[0].skipped, None);
    assert_eq!(carried(journal.delivery(number(&id)).await.unwrap()).2, None);
    journal.finish(number(&id), attempt(200), done("o1")).await.unwrap();
    let record = message(&journal, &id).await;
    assert_eq!((record.state, record.attempts.len()), (MessageState::Sent, 3));
}

pub(crate) async fn many_are_redriven_in_the_order_of_their_ids(maker: &impl Maker) {
    let journal = maker.open();
    let mut ids = Vec::new();
    for place in 0..6 {
        ids.push(queued(&journal, &format!("c{}", place % 2)).await);
    }
    for id in &ids {
        dies(&journal, id, "gone").await;
    }
    let mut changes = journal.take_deliveries().unwrap();
    let handled = journal.redrive(ids.iter().rev().map(|id| again(id)).collect()).await.unwrap();
    let told: Vec<_> = handled.iter().map(|it| (&it.id, it.skipped)).collect();
    assert_eq!(told, ids.iter().map(|id| (id, None)).collect::<Vec<_>>());
    let order: Vec<_> = rest(&journal, &mut changes).await.into_iter().map(|it| it.id).collect();
    assert_eq!(order, ids.iter().map(|id| number(id)).collect::<Vec<_>>());
}

pub(crate) async fn a_redriven_event_is_late_where_younger_ones_have_passed(maker: &impl Maker) {
    let journal = maker.open();
    let pushed_on = || Finish::Done { external_id: None };
    // Passed by a younger one.
    let passed = event(&journal, "c1", "m1").await;
    let younger = event(&journal, "c1", "m2").await;
    // One that waits has not passed it, nor one that is a letter, nor another's.
    let alone = event(&journal, "c2", "m1").await;
    let waiting = event(&journal, "c2", "m2").await;
    let letter = event(&journal, "c2", "m3").await;
    for id in [&passed, &alone, &letter] {
        dies(&journal, id, "gone").await;
    }
    journal.finish(number(&younger), attempt(200), pushed_on()).await.unwrap();
    for id in [&passed, &alone] {
        assert_eq!(redriven(&journal, id).await, None);
    }
    assert!(is_late(&journal, &passed).await);
    assert!(!is_late(&journal, &alone).await);
    match journal.delivery(number(&passed)).await.unwrap() {
        Some(DeliveryBody::Event { event, attempts }) => {
            assert_eq!((event.late, attempts), (true, 0))
        }
        other => panic!("{other:?}"),
    }
    // What waited was handed on before the letter went out again.
    dies(&journal, &alone, "gone").await;
    journal.finish(number(&waiting), attempt(200), pushed_on()).await.unwrap();
    let redrive = Redrive {
        audit: entry(AuditAction::Redriven, "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ..again(&alone)
    };
    journal.redrive(vec![redrive]).await.unwrap();
    assert!(is_late(&journal, &alone).await);
    assert!(!is_late(&journal, &letter).await);
    let chosen = Redrive { revision: Some(revision()), ..again(&letter) };
    let handled = journal.redrive(vec![chosen]).await.unwrap();
    assert_eq!(handled[0].skipped, Some(Skip::NotMapped));
}

/// A younger one was under way when the letter got its old place before it.
pub(crate) async fn a_redriven_event_is_late_where_one_under_way_overtakes_it(maker: &impl Maker) {
    let journal = maker.open();
    let pushed_on = || Finish::Done { external_id: None };
    let dead = event(&journal, "c1", "m1").await;
    let between = event(&journal, "c1", "m2").await;
    let younger = event(&journal, "c1", "m3").await;
    let other = event(&journal, "c2", "m1").await;
    let others_younger = event(&journal, "c2", "m2").await;
    let unread = event(&journal, "c3", "m1").await;
    for id in [&dead, &between, &other, &unread] {
        dies(&journal, id, "gone").await;
        assert_eq!(redriven(&journal, id).await, None);
    }
    // An attempt that failed changes nothing.
    let retry = Finish::Retry { due_at_ms: 1_900_000_000_000 };
    journal.finish(number(&dead), attempt(500), retry).await.unwrap();
    // Whatever the process was that let it go out again.
    let journal = maker.reopen(journal);
    journal.finish(number(&younger), attempt(200), pushed_on()).await.unwrap();
    one(&journal, text("c3", "m2")).await;
    for (id, late) in [(&dead, true), (&between, true), (&other, false), (&unread, true)] {
        assert_eq!(is_late(&journal, id).await, late, "{id}");
    }
    assert!(!is_late(&journal, &younger).await);
    match journal.delivery(number(&dead)).await.unwrap() {
        Some(DeliveryBody::Event { event, .. }) => assert!(event.late),
        other => panic!("{other:?}"),
    }
    // What is handed on is passed no more, nor what is given up.
    journal.finish(number(&other), attempt(200), pushed_on()).await.unwrap();
    journal.finish(number(&others_younger), attempt(200), pushed_on()).await.unwrap();
    assert!(!is_late(&journal, &other).await);
    // It dies again: it stays late, also where it goes out once more.
    dies(&journal, &dead, "gone").await;
    let redrive = Redrive {
        audit: entry(AuditAction::Redriven, "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ..again(&dead)
    };
    journal.redrive(vec![redrive]).await.unwrap();
    assert!(is_late(&journal, &dead).await);
}

pub(crate) async fn a_redriven_event_that_is_given_up_is_passed_no_more(maker: &impl Maker) {
    let journal = maker.open();
    let dead = event(&journal, "c1", "m1").await;
    let younger = event(&journal, "c1", "m2").await;
    dies(&journal, &dead, "gone").await;
    assert_eq!(redriven(&journal, &dead).await, None);
    held(&journal, &dead).await;
    assert_eq!(journal.discard(vec![discarded_again(&dead)]).await.unwrap()[0].skipped, None);
    let done = Finish::Done { external_id: None };
    journal.finish(number(&younger), attempt(200), done).await.unwrap();
    // It was given up before: nobody gets it late.
    assert!(!is_late(&journal, &dead).await);
}

/// While there is no platform, and before the letter dies.
pub(crate) async fn an_event_that_is_not_pushed_passes_letters(maker: &impl Maker) {
    let journal = maker.open();
    let passed = event(&journal, "c1", "m1").await;
    let before = event(&journal, "c2", "m1").await;
    one(&journal, text("c2", "m2")).await;
    for id in [&passed, &before] {
        dies(&journal, id, "gone").await;
    }
    one(&journal, text("c1", "m2")).await;
    // Whatever is gone since does not change it.
    let journal = maker.reopen(journal);
    for (id, late) in [(&passed, true), (&before, false)] {
        assert_eq!(redriven(&journal, id).await, None);
        assert_eq!(is_late(&journal, id).await, late);
    }
}

pub(crate) async fn a_held_delivery_waits_for_a_person(maker: &impl Maker) {
    let journal = maker.open();
    let mut changes = journal.take_deliveries().unwrap();
    let head = queued(&journal, "c1").await;
    let event = event(&journal, "c1", "m1").await;
    next(&journal, &mut changes).await.unwrap();
    next(&journal, &mut changes).await.unwrap();
    for id in [&head, &event] {
        held(&journal, id).await;
        let record = message(&journal, id).await;
        assert_eq!((record.state, record.next_attempt_at), (MessageState::Failed, None));
        // It is over until a person says otherwise.
        held(&journal, id).await;
        journal.finish(number(id), attempt(200), done("o1")).await.unwrap();
        assert_eq!(message(&journal, id).await.attempts.len(), 1);
    }
    assert!(letters(&journal).await.iter().all(|letter| letter.held));

    let journal = maker.reopen(journal);
    let mut changes = journal.take_deliveries().unwrap();
    let later = queued(&journal, "c1").await;
    for id in [&head, &event] {
        let delivery = next(&journal, &mut changes).await.unwrap();
        assert_eq!((delivery.id, delivery.due_at_ms), (number(id), HELD));
    }
    assert_eq!(next(&journal, &mut changes).await.unwrap().id, number(&later));
    assert_eq!(redriven(&journal, &head).await, None);
    let delivery = next(&journal, &mut changes).await.unwrap();
    assert_eq!((delivery.id, delivery.attempts), (number(&head), 0));
    assert!(delivery.due_at_ms < HELD);
    assert_eq!(message(&journal, &head).await.state, MessageState::Queued);

    assert_eq!(journal.discard(vec![given_up(&event)]).await.unwrap()[0].skipped, None);
    match changes.try_recv() {
        Some(DeliveryChange::Remove { id, lane }) => {
            assert_eq!((id, lane.conversation.as_str()), (number(&event), "c1"));
        }
        other => panic!("{other:?}"),
    }
    assert!(journal.delivery(number(&event)).await.unwrap().is_none());
}

pub(crate) async fn a_discarded_letter_stays_in_the_record(maker: &impl Maker) {
    let journal = maker.open();
    let message_id = queued(&journal, "c1").await;
    dies(&journal, &message_id, "gone").await;
    let request = journal.accept(failed(Some(revision()), "?")).await.unwrap();
    let mut changes = journal.take_deliveries().unwrap();
    for id in [&message_id, &request.request_id] {
        let handled = journal.discard(vec![given_up(id)]).await.unwrap();
        assert_eq!(handled, [Handled { id: id.clone(), skipped: None }]);
    }
    assert!(letters(&journal).await.is_empty());
    assert!(next(&journal, &mut changes).await.is_none());
    let filter = LetterFilter { state: LetterState::Discarded, ..LetterFilter::default() };
    let found = journal.letters(filter, Window::newest(10)).await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|it| it.discarded == Some(given_up("x").discarded)));
    assert!(journal.letter(message_id.clone()).await.unwrap().is_some());
    let record = message(&journal, &message_id).await;
    assert_eq!((record.state, record.problem), (MessageState::Failed, Some(gone("gone"))));
    // Nobody maps it by himself any more.
    assert!(journal.unmapped(page(10)).await.unwrap().is_empty());
    assert!(journal.failed_by(revision(), None, 10).await.unwrap().is_empty());
    assert!(journal.remap(remap(&request, vec![])).await.is_err());
    assert_eq!(journal.audit(None, page(10)).await.unwrap().len(), 2);
    // Twice changes nothing, and what is given up does not go out again.
    for id in [&message_id, &request.request_id] {
        assert_eq!(redriven(&journal, id).await, Some(Skip::Discarded));
        let handled = journal.discard(vec![given_up(id)]).await.unwrap();
        assert_eq!(handled[0].skipped, Some(Skip::Discarded));
    }
    let unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let handled = journal.discard(vec![given_up(unknown)]).await.unwrap();
    assert_eq!(handled[0].skipped, Some(Skip::NotFound));
    assert_eq!(journal.audit(None, page(10)).await.unwrap().len(), 2);
}

pub(crate) async fn a_request_is_mapped_and_not_handed_on(maker: &impl Maker) {
    let journal = maker.open();
    let request = journal.accept(failed(None, "?")).await.unwrap();
    let id = &request.request_id;
    assert_eq!(redriven(&journal, id).await, Some(Skip::IsRequest));
    let remap = eclusa_journal::Remap {
        audit: Some(entry(AuditAction::Redriven, id)),
        ..remap(&request, vec![text("c1", "m1")])
    };
    journal.remap(remap.clone()).await.unwrap();
    assert!(letters(&journal).await.is_empty());
    assert_eq!(redriven(&journal, id).await, Some(Skip::NotWaiting));
    assert!(journal.remap(remap).await.is_err());
    assert_eq!(journal.audit(None, page(10)).await.unwrap().len(), 1);
}

pub(crate) async fn ids_of_letters_are_told_apart(maker: &impl Maker) {
    let journal = maker.open();
    // A deletion is an event of its conversation as well.
    one(&journal, deleted("c1", "m0")).await;
    let accepted = journal.accept(pushed(vec![text("c1", "m1"), text("c1", "m2")])).await.unwrap();
    for event in &accepted.events {
        dies(&journal, &event.id, "gone").await;
    }
    let found: BTreeSet<_> = letters(&journal).await.into_iter().map(|it| it.id).collect();
    assert_eq!(found, accepted.events.iter().map(|it| it.id.clone()).collect());
    assert!(journal.accept(accept(vec![])).await.is_ok());
    let news = status(None, "o1", DeliveryState::Sent, vec![]);
    let of_none = journal.accept(pushed(vec![news])).await.unwrap().events[0].id.clone();
    dies(&journal, &of_none, "gone").await;
    assert_eq!(letters(&journal).await[0].conversation, None);
    assert_eq!(redriven(&journal, &of_none).await, None);
    assert!(!is_late(&journal, &of_none).await);
}
