//! What is removed for its age, and what never is.

use eclusa_journal::{
    Cut, Delivery, DeliveryBody, Finish, Journal, JournalError, LetterFilter, Letters,
    MessageState, PruneCursor, Registry, RegistryChange, Removed, Traffic, Upkeep, Window,
};
use eclusa_model::Problem;
use proptest::prelude::*;

use crate::make::{
    accept, all, attempt, done, failed, keyed, number, one, page, pushed, rest, sent, started,
    submit, text, unmapped,
};
use crate::registry::entry;
use crate::{Both, Maker, Memory, Sqlite};

/// Older than this is everything.
const FUTURE: i64 = 4_000_000_000_000;

pub(crate) fn cut() -> Cut {
    Cut { before_ms: FUTURE, letters_before_ms: None, audit_before_ms: None }
}

pub(crate) async fn prune(journal: &impl Upkeep, cut: Cut) -> Removed {
    let mut removed = Removed::default();
    let mut from = Some(PruneCursor::START);
    while let Some(place) = from {
        let pruned = journal.prune(cut.clone(), place).await.unwrap();
        removed.add(pruned.removed);
        from = pruned.next;
    }
    removed
}

fn dead() -> Finish {
    Finish::Dead { problem: Problem::refused("gone", "gone") }
}

pub(crate) async fn what_was_handed_on_goes_with_all_that_belongs_to_it(maker: &impl Maker) {
    let journal = maker.open();
    let first = journal.accept(pushed(vec![text("c1", "m1")])).await.unwrap();
    let event = first.events[0].id.clone();
    let done_event = Finish::Done { external_id: None };
    journal.finish(number(&event), attempt(200), done_event).await.unwrap();
    let message = sent(&journal, "c1", "o1").await;
    let with_key = journal.submit(keyed(submit("c1", "x"), "k", 1)).await.unwrap().id;
    journal.finish(number(&with_key), attempt(200), done("o2")).await.unwrap();

    let early = Cut { before_ms: 1_000, ..cut() };
    assert!(prune(&journal, early).await.is_nothing());
    let removed = prune(&journal, cut()).await;
    let counts = (removed.requests, removed.events, removed.messages, removed.attempts);
    assert_eq!(counts, (1, 1, 2, 3));
    assert!(removed.keys > 3);
    assert!(journal.requests(page(10)).await.unwrap().is_empty());
    assert!(all(&journal).await.is_empty());
    assert!(journal.message(message).await.unwrap().is_none());
    assert!(prune(&journal, cut()).await.is_nothing());
    // The conversation is known, the message and the key are not.
    assert!(journal.submit(submit("c1", "x")).await.is_ok());
    assert!(!one(&journal, text("c1", "m1")).await.events[0].duplicate);
    assert!(!journal.submit(keyed(submit("c1", "y"), "k", 2)).await.unwrap().replayed);
    assert!(journal.submit(keyed(submit("c1", "y"), "k", 2)).await.unwrap().replayed);
}

pub(crate) async fn what_is_open_stays(maker: &impl Maker) {
    let journal = maker.open();
    let two = vec![text("c1", "m1"), text("c1", "m2")];
    let half = journal.accept(pushed(two)).await.unwrap();
    let done_event = Finish::Done { external_id: None };
    journal.finish(number(&half.events[0].id), attempt(200), done_event).await.unwrap();
    let pending = journal.submit(started("c1", "x")).await.unwrap().id;
    let letter = journal.submit(started("c2", "x")).await.unwrap().id;
    journal.finish(number(&letter), attempt(410), dead()).await.unwrap();
    journal.accept(unmapped("shop", "?")).await.unwrap();
    let audit =
        RegistryChange { adapter: None, deployments: vec![], audit: vec![entry(1, "open")] };
    journal.record(audit).await.unwrap();
    assert!(prune(&journal, cut()).await.is_nothing());
    assert!(journal.delivery(number(&pending)).await.unwrap().is_some());

    // Letters and the audit log have ages of their own.
    let audit_only = Cut { before_ms: 0, audit_before_ms: Some(FUTURE), ..cut() };
    assert_eq!(prune(&journal, audit_only).await.audit, 1);
    let letters = Cut { letters_before_ms: Some(FUTURE), ..cut() };
    let removed = prune(&journal, letters).await;
    assert_eq!((removed.letters, removed.requests, removed.messages), (1, 1, 1));
    let letters = journal.letters(LetterFilter::default(), Window::newest(10)).await.unwrap();
    assert!(letters.is_empty(), "{letters:?}");
    assert_eq!(all(&journal).await.len(), 2);
    assert!(journal.delivery(number(&half.events[1].id)).await.unwrap().is_some());
}

/// Without its letter, a message that failed would look as if it waited.
pub(crate) async fn a_letter_stays_as_long_as_what_it_is_of(maker: &impl Maker) {
    let journal = maker.open();
    let event = journal.accept(pushed(vec![text("c1", "m1")])).await.unwrap().events[0].id.clone();
    let message = journal.submit(started("c2", "x")).await.unwrap().id;
    for id in [&event, &message] {
        journal.finish(number(id), attempt(410), dead()).await.unwrap();
    }
    journal.accept(unmapped("shop", "?")).await.unwrap();
    let letters_only = Cut { before_ms: 0, letters_before_ms: Some(FUTURE), ..cut() };
    let removed = prune(&journal, letters_only).await;
    assert_eq!((removed.letters, removed.requests), (0, 1));
    for id in [&event, &message] {
        let record = journal.message(id.clone()).await.unwrap().unwrap();
        assert_eq!(record.state, MessageState::Failed);
        assert_eq!(record.problem.unwrap().code, "gone");
    }
    let both = Cut { letters_before_ms: Some(FUTURE), ..cut() };
    let removed = prune(&journal, both).await;
    assert_eq!((removed.letters, removed.events, removed.messages), (2, 1, 1));
    for id in [event, message] {
        assert!(journal.message(id).await.unwrap().is_none());
    }
}

pub(crate) async fn a_cursor_that_has_missed_something_is_refused(maker: &impl Maker) {
    let journal = maker.open();
    let first = one(&journal, text("c1", "m1")).await.events[0].id.clone();
    let second = one(&journal, text("c1", "m2")).await.events[0].id.clone();
    let kept = journal.accept(pushed(vec![text("c1", "m3")])).await.unwrap().events[0].id.clone();
    prune(&journal, cut()).await;
    let error = journal.events(Some(first.clone()), 10).await.unwrap_err();
    assert!(
        matches!(&error, JournalError::CursorExpired { cursor } if *cursor == first),
        "{error}"
    );
    for cursor in [None, Some(second), Some(kept.clone())] {
        let page = journal.events(cursor.clone(), 10).await.unwrap();
        let expected = usize::from(cursor != Some(kept.clone()));
        let told = page.events.iter().filter(|event| event.object.0 != "attendance");
        assert_eq!(told.count(), expected, "{cursor:?}");
    }
}

/// What a person or a chat may do.
#[derive(Debug, Clone)]
enum Step {
    Accept { push: bool, events: usize },
    Fail,
    Submit,
    Finish { which: usize, how: u8 },
    Prune { letters: bool },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (any::<bool>(), 0..3_usize).prop_map(|(push, events)| Step::Accept { push, events }),
        1 => Just(Step::Fail),
        2 => Just(Step::Submit),
        4 => (any::<usize>(), 0..3_u8).prop_map(|(which, how)| Step::Finish { which, how }),
        1 => any::<bool>().prop_map(|letters| Step::Prune { letters }),
    ]
}

/// All that can be read, without ids, which differ between journals.
async fn seen(journal: &impl Both, pending: &[Delivery]) -> Vec<String> {
    let mut seen = Vec::new();
    for request in journal.requests(page(500)).await.unwrap() {
        seen.push(format!("request {}", request.raw.body));
        for event in journal.events_of(request.id).await.unwrap() {
            seen.push(format!("event {:?}", crate::make::object(&event)["external_id"]));
        }
    }
    for outbound in journal.outbound(page(500)).await.unwrap() {
        seen.push(format!("message {:?} {:?}", outbound.message.content, outbound.response));
    }
    let letters = journal.letters(LetterFilter::default(), Window::newest(500)).await.unwrap();
    seen.push(format!("{} letters", letters.len()));
    for delivery in pending {
        let carried = match journal.delivery(delivery.id).await.unwrap() {
            Some(DeliveryBody::Message { message, .. }) => format!("{:?}", message.content),
            Some(DeliveryBody::Event { event, .. }) => {
                crate::make::object(&event)["external_id"].to_string()
            }
            None => "nothing".to_owned(),
        };
        seen.push(format!("pending {carried}"));
    }
    seen
}

async fn run(journal: &impl Both, steps: &[Step]) -> Vec<Vec<String>> {
    let mut feed = journal.take_deliveries().unwrap();
    let mut pending: Vec<Delivery> = Vec::new();
    let mut states = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        match step {
            Step::Accept { push, events } => {
                let events = (0..*events).map(|at| text("c1", &format!("{place}-{at}"))).collect();
                let accept = if *push { pushed(events) } else { accept(events) };
                journal.accept(accept).await.unwrap();
            }
            Step::Fail => {
                journal.accept(failed(None, &place.to_string())).await.unwrap();
            }
            Step::Submit => {
                journal.submit(started("c1", &place.to_string())).await.unwrap();
            }
            Step::Finish { which, how } if !pending.is_empty() => {
                let at = which % pending.len();
                let finish = match how {
                    0 => done(&place.to_string()),
                    1 => dead(),
                    _ => Finish::Retry { due_at_ms: 0 },
                };
                journal.finish(pending[at].id, attempt(200), finish).await.unwrap();
                if *how < 2 {
                    pending.remove(at);
                }
            }
            Step::Finish { .. } => {}
            Step::Prune { letters } => {
                let letters_before_ms = letters.then_some(FUTURE);
                prune(journal, Cut { letters_before_ms, ..cut() }).await;
            }
        }
        pending.extend(rest(journal, &mut feed).await);
        let now = seen(journal, &pending).await;
        // Whatever is removed, what is to be handed on stays.
        assert!(!now.contains(&"pending nothing".to_owned()), "{step:?}: {now:?}");
        states.push(now);
    }
    states
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_removed_both_journals_keep_the_same(
        steps in prop::collection::vec(step(), 1..40)
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let (durable, model) = runtime.block_on(async {
            let durable = run(&Sqlite::default().open(), &steps).await;
            (durable, run(&Memory.open(), &steps).await)
        });
        prop_assert_eq!(durable, model);
    }
}
