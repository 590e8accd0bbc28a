use std::time::Duration;

use eclusa_journal::registry::{ChangeKind, Comparison};
use eclusa_model::{
    DeliveryState, Event, Extra, HttpRequest, MessageStatus, Outcome, Prepared, Problem, Received,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::Tally;
use crate::shadow::answer::Answer;
use crate::shadow::rehearse::Timed;

fn timed(answer: Answer) -> Timed {
    Timed { answer, duration: Duration::from_micros(7) }
}

fn received(state: DeliveryState) -> Answer {
    Answer::Received(Received::events(vec![Event::Status(MessageStatus {
        external_id: "1".into(),
        conversation: None,
        state,
        at: None,
        errors: Vec::new(),
        extra: Extra::default(),
    })]))
}

fn problem(code: &str) -> Answer {
    Answer::Problem(Problem::invalid(code, "Ana wrote something else"))
}

fn compared(pairs: impl IntoIterator<Item = (Answer, Answer)>) -> Comparison {
    let mut tally = Tally::default();
    for (place, (before, after)) in pairs.into_iter().enumerate() {
        tally.add(&place.to_string(), &timed(before), &timed(after));
    }
    tally.finish()
}

#[test]
fn nothing_was_compared() {
    assert_eq!(compared([]), Comparison::default());
}

#[test]
fn each_pair_of_answers_is_counted_where_it_belongs() {
    use DeliveryState::{Read, Sent};
    let comparison = compared([
        (received(Sent), received(Sent)),
        (received(Sent), received(Read)),
        (received(Sent), problem("new")),
        (problem("old"), received(Sent)),
        (problem("same"), problem("same")),
    ]);
    assert_eq!(comparison.total, 5);
    assert_eq!((comparison.identical, comparison.changed, comparison.failing), (1, 1, 1));
    assert_eq!((comparison.new_failures, comparison.repaired_failures), (1, 1));
    assert_eq!(comparison.changes.len(), 1);
    assert_eq!(comparison.changes[0].pointer, "/events/*/status/state");
    assert_eq!(comparison.changes[0].example.id, "1");
    let [new] = comparison.failures.as_slice() else { panic!("{comparison:?}") };
    assert_eq!((new.code.as_str(), new.count, new.example.as_str()), ("new", 1, "2"));
    let [repaired] = comparison.repaired.as_slice() else { panic!("{comparison:?}") };
    assert_eq!((repaired.code.as_str(), repaired.example.as_str()), ("old", "3"));
    assert!(!serde_json::to_string(&comparison).unwrap().contains("Ana"));
    assert_eq!(comparison.baseline_latency.unwrap().calls, 5);
}

#[test]
fn another_code_of_a_failure_shows_though_both_fail() {
    let comparison = compared([(problem("old"), problem("new"))]);
    assert_eq!((comparison.failing, comparison.changed), (1, 0));
    let [change] = comparison.changes.as_slice() else { panic!("{comparison:?}") };
    assert_eq!((change.pointer.as_str(), &change.kind), ("/problem/code", &ChangeKind::Replaced));
    assert_eq!((&change.example.before, &change.example.after), (&"old".into(), &"new".into()));
}

#[test]
fn the_order_of_keys_in_a_body_does_not_matter() {
    let post = |body: &str| {
        let request =
            HttpRequest { body: Some(body.to_owned()), ..HttpRequest::get("https://a.b") };
        Answer::Prepared(Prepared::from(request))
    };
    let comparison = compared([
        (post(r#"{"a":1,"b":2}"#), post(r#"{ "b": 2, "a": 1 }"#)),
        (post("a=1&b=2"), post("b=2&a=1")),
    ]);
    assert_eq!((comparison.identical, comparison.changed), (1, 1));
    assert_eq!(comparison.changes[0].pointer, "/request/body");
}

#[test]
fn a_refused_message_is_an_answer() {
    let refused = || Answer::Settled(Outcome::Refused(Problem::refused("no", "No.")));
    let sent = || Answer::Settled(Outcome::sent(Some("1".into())));
    let comparison = compared([(sent(), refused()), (refused(), refused())]);
    assert_eq!((comparison.changed, comparison.identical, comparison.new_failures), (1, 1, 0));
    let pointers: Vec<_> = comparison.changes.iter().map(|it| it.pointer.as_str()).collect();
    assert_eq!(pointers, ["/refused", "/sent"]);
}

fn answers() -> impl Strategy<Value = Answer> {
    (0..5).prop_map(|which| match which {
        0 => received(DeliveryState::Sent),
        1 => received(DeliveryState::Read),
        2 => problem("one"),
        3 => problem("other"),
        _ => Answer::Received(Received::default()),
    })
}

proptest! {
    #[test]
    fn counts_add_up(pairs in vec((answers(), answers()), 0..40)) {
        let total = pairs.len() as u32;
        let fails = |it: &Answer| matches!(it, Answer::Problem(_));
        let new = pairs.iter().filter(|(old, new)| !fails(old) && fails(new)).count() as u32;
        let it = compared(pairs);
        prop_assert_eq!(it.total, total);
        let sum = it.identical + it.changed + it.new_failures + it.repaired_failures + it.failing;
        prop_assert_eq!(sum, total);
        prop_assert_eq!(it.new_failures, new);
        prop_assert_eq!(it.failures.iter().map(|it| it.count).sum::<u32>(), it.new_failures);
        prop_assert_eq!(it.repaired.iter().map(|it| it.count).sum::<u32>(), it.repaired_failures);
        prop_assert!(it.changes.iter().all(|change| change.count <= it.changed + it.failing));
    }

    #[test]
    fn where_nothing_has_changed_all_is_identical(answers in vec(answers(), 0..40)) {
        let total = answers.len() as u32;
        let it = compared(answers.into_iter().map(|answer| (answer.clone(), answer)));
        prop_assert_eq!(it.identical + it.failing, total);
        prop_assert!(it.changes.is_empty());
    }
}
