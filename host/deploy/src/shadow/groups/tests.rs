use eclusa_journal::registry::ChangeKind::{Added, Removed, Renamed, Replaced};
use serde_json::{Value, json};

use super::{Changes, Failures};
use crate::shadow::failure::Failure;

fn events(bodies: &[&str]) -> Value {
    let event = |(id, body): (usize, &&str)| json!({"type": "message.received", "message": {"external_id": id, "text": {"body": body}}});
    json!({"events": bodies.iter().enumerate().map(event).collect::<Vec<_>>()})
}

#[test]
fn an_answer_counts_once_for_each_place() {
    let mut changes = Changes::default();
    assert!(changes.add("r1", &events(&["a", "b", "c"]), &events(&["x", "y", "c"])));
    assert!(changes.add("r2", &events(&["a"]), &events(&["x"])));
    assert!(!changes.add("r3", &events(&["a"]), &events(&["a"])));
    let (changes, more) = changes.finish();
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((change.pointer.as_str(), change.count), ("/events/*/message/text/body", 2));
    assert_eq!((&change.kind, more), (&Replaced, 0));
    assert_eq!((change.example.id.as_str(), &change.example.before), ("r1", &json!("a")));
}

#[test]
fn places_and_kinds_are_told_apart_and_examples_masked() {
    let mut changes = Changes::default();
    for id in ["r1", "r2", "r3"] {
        changes.add(id, &json!([{"order": "B-7"}]), &json!([{"order_id": "B-7"}]));
    }
    for id in ["r4", "r5"] {
        changes.add(id, &json!([{"order": "B-7"}]), &json!([{"order": {"state": "Open"}}]));
    }
    changes.add("r6", &json!([{"order": "B-7"}]), &json!([{}, {"order": "B-7"}]));
    changes.add("r7", &json!([{"order": "B-7"}]), &json!([]));
    let (changes, _) = changes.finish();
    let found: Vec<_> = changes
        .iter()
        .map(|it| (it.pointer.as_str(), &it.kind, it.count, &it.example.before, &it.example.after))
        .collect();
    let masked = json!("A-9");
    let renamed = Renamed("/*/order_id".to_owned());
    assert_eq!(
        found,
        [
            ("/*/order", &renamed, 3, &masked, &masked),
            ("/*/order", &Replaced, 2, &masked, &json!({"state": "Aaaa"})),
            ("/*", &Added, 1, &Value::Null, &json!({})),
            ("/*", &Removed, 1, &json!({"order": "A-9"}), &Value::Null),
        ]
    );
}

#[test]
fn a_key_that_is_data_neither_shows_nor_divides() {
    let mut changes = Changes::default();
    for phone in ["5511912345678", "5511987654321"] {
        changes.add("r", &json!({"by": {phone: 1}}), &json!({"by": {phone: 2}}));
    }
    let (changes, _) = changes.finish();
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((change.pointer.as_str(), change.count), ("/by/9999999999999", 2));
}

#[test]
fn the_most_frequent_ones_are_shown_and_the_others_counted() {
    let key = |n: usize| {
        let letters = "abcdefghij".chars().collect::<Vec<_>>();
        format!("k{}{}", letters[n / 10], letters[n % 10])
    };
    let mut changes = Changes::default();
    for n in 0..70 {
        for _ in 0..=n {
            changes.add("r", &json!({}), &json!({ key(n): 1 }));
        }
    }
    let (changes, more) = changes.finish();
    assert_eq!((changes.len(), more), (50, 20));
    let counts: Vec<u32> = changes.iter().map(|it| it.count).collect();
    assert_eq!(counts, (21..=70).rev().collect::<Vec<_>>());
    assert_eq!(changes[0].pointer, format!("/{}", key(69)));
}

#[test]
fn there_is_an_end_to_counting_places() {
    let wide: serde_json::Map<String, Value> = (0..9_000_u32)
        .map(|n| (n.to_string().bytes().map(|b| char::from(b + 49)).collect(), json!(1)))
        .collect();
    let mut changes = Changes::default();
    changes.add("r1", &json!({}), &Value::Object(wide.clone()));
    changes.add("r2", &json!({}), &Value::Object(wide));
    let (changes, more) = changes.finish();
    assert_eq!((changes.len(), more), (50, 4_950));
    assert!(changes.iter().all(|it| it.count == 2));
}

#[test]
fn failures_are_grouped_by_code_and_origin() {
    let failure = |code: &str, is_problem: bool| Failure {
        code: code.to_owned(),
        is_problem,
        message: format!("{code} {is_problem}"),
    };
    let mut failures = Failures::default();
    failures.add("r1", failure("trap", false));
    failures.add("r2", failure("unknown_kind", true));
    failures.add("r3", failure("unknown_kind", true));
    failures.add("r4", failure("trap", true));
    let (groups, more) = failures.finish();
    let found: Vec<_> =
        groups.iter().map(|it| (it.count, it.message.as_str(), it.example.as_str())).collect();
    assert_eq!(
        found,
        [(2, "unknown_kind true", "r2"), (1, "trap false", "r1"), (1, "trap true", "r4")]
    );
    assert_eq!(more, 0);
    let mut failures = Failures::default();
    (0..60).for_each(|n| failures.add("r", failure(&format!("code_{n}"), true)));
    let (groups, more) = failures.finish();
    assert_eq!((groups.len(), more), (50, 10));
}
