use eclusa_journal::registry::ChangeKind::{self, Added, Removed, Renamed, Replaced};
use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, PatchOperation, RemoveOperation, ReplaceOperation};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Difference, MOST_PAIRS, Path, Walk, difference};

fn to(pointer: &str) -> ChangeKind {
    Renamed(pointer.to_owned())
}

fn check(before: Value, after: Value, expected: &[(&str, ChangeKind, Value, Value)]) {
    let expected: Vec<Difference> = expected
        .iter()
        .map(|(pointer, kind, before, after)| Difference {
            pointer: (*pointer).to_owned(),
            kind: kind.clone(),
            before: before.clone(),
            after: after.clone(),
        })
        .collect();
    assert_eq!(difference(&before, &after), expected, "{before} and {after}");
}

const NULL: Value = Value::Null;

#[test]
fn values_are_added_removed_and_replaced() {
    check(json!({"a": 1}), json!({"a": 1}), &[]);
    check(json!(1), json!(2), &[("", Replaced, json!(1), json!(2))]);
    check(json!({"a": 1}), json!([1]), &[("", Replaced, json!({"a": 1}), json!([1]))]);
    check(json!({}), json!({"a": null}), &[("/a", Added, NULL, NULL)]);
    check(json!({"a": [1]}), json!({}), &[("/a", Removed, json!([1]), NULL)]);
    check(
        json!({"a": {"b": {"c": 1, "d": 2}, "e": "x"}}),
        json!({"a": {"b": {"c": 1, "d": "2"}, "f": "y"}}),
        &[
            ("/a/b/d", Replaced, json!(2), json!("2")),
            ("/a/e", Removed, json!("x"), NULL),
            ("/a/f", Added, NULL, json!("y")),
        ],
    );
    check(json!({"a": 1}), json!({"a": 1.0}), &[("/a", Replaced, json!(1), json!(1.0))]);
}

#[test]
fn pointers_are_escaped() {
    check(
        json!({"a/b": {"~": 1, "": 2, "0": 3}}),
        json!({"a/b": {"~": 2, "": 3, "0": 4}}),
        &[
            ("/a~1b/", Replaced, json!(2), json!(3)),
            ("/a~1b/0", Replaced, json!(3), json!(4)),
            ("/a~1b/~0", Replaced, json!(1), json!(2)),
        ],
    );
    check(json!({"x": 1}), json!({"a/b": 1}), &[("/x", to("/a~1b"), json!(1), json!(1))]);
}

#[test]
fn a_value_at_another_key_is_renamed() {
    check(
        json!({"extra": {"order": "A-1", "lang": "pt"}}),
        json!({"extra": {"order_id": "A-1", "lang": "pt"}}),
        &[("/extra/order", to("/extra/order_id"), json!("A-1"), json!("A-1"))],
    );
    let list = json!({"items": [1, {"b": 2, "a": 1}]});
    check(json!({"z": list}), json!({"a": list}), &[("/z", to("/a"), list.clone(), list.clone())]);
    check(json!({"a": null}), json!({"b": null}), &[("/a", to("/b"), NULL, NULL)]);
}

#[test]
fn what_only_may_have_been_renamed_is_not() {
    let one = json!(1);
    // Another value.
    check(
        json!({"a": 1}),
        json!({"b": "1"}),
        &[("/a", Removed, one.clone(), NULL), ("/b", Added, NULL, json!("1"))],
    );
    // Another object.
    check(
        json!({"a": {"x": 1}, "b": {}}),
        json!({"a": {}, "b": {"x": 1}}),
        &[("/a/x", Removed, one.clone(), NULL), ("/b/x", Added, NULL, one.clone())],
    );
    // Several of the same value.
    check(
        json!({"a": 1, "b": 1}),
        json!({"c": 1}),
        &[
            ("/a", Removed, one.clone(), NULL),
            ("/b", Removed, one.clone(), NULL),
            ("/c", Added, NULL, one.clone()),
        ],
    );
    check(
        json!({"a": 1, "same": 1}),
        json!({"b": 1, "c": 1, "same": 1}),
        &[
            ("/a", Removed, one.clone(), NULL),
            ("/b", Added, NULL, one.clone()),
            ("/c", Added, NULL, one.clone()),
        ],
    );
    // The key was there before.
    check(
        json!({"a": 1, "b": 2}),
        json!({"b": 1}),
        &[("/a", Removed, one.clone(), NULL), ("/b", Replaced, json!(2), one)],
    );
}

#[test]
fn an_event_that_came_in_between_is_the_only_one_added() {
    let message = |id: &str, body: &str| {
        json!({
            "type": "message.received",
            "message": {"external_id": id, "type": "text", "text": {"body": body}},
        })
    };
    let typing = json!({"type": "typing", "typing": {"conversation": "c", "active": true}});
    check(
        json!({"events": [message("1", "a"), message("2", "b")]}),
        json!({"events": [typing, message("1", "a"), typing, message("2", "B")]}),
        &[
            ("/events/0", Added, NULL, typing.clone()),
            ("/events/2", Added, NULL, typing.clone()),
            ("/events/3/message/text/body", Replaced, json!("b"), json!("B")),
        ],
    );
    check(
        json!({"events": [typing, message("1", "a"), message("2", "b")]}),
        json!({"events": [message("2", "c")]}),
        &[
            ("/events/0", Removed, typing.clone(), NULL),
            ("/events/1", Removed, message("1", "a"), NULL),
            ("/events/0/message/text/body", Replaced, json!("b"), json!("c")),
        ],
    );
}

#[test]
fn pointers_lead_into_the_document_they_speak_of() {
    check(
        json!([{"id": 1}, {"id": 2, "a": 1, "old": true, "gone": 0}]),
        json!([{"id": 2, "a": 2, "new": true, "more": 5}]),
        &[
            ("/0", Removed, json!({"id": 1}), NULL),
            ("/0/a", Replaced, json!(1), json!(2)),
            ("/1/gone", Removed, json!(0), NULL),
            ("/0/more", Added, NULL, json!(5)),
            ("/1/old", to("/0/new"), json!(true), json!(true)),
        ],
    );
}

/// A document as another implementation makes it out of the one before and the
/// differences: first all removals, from the last one on, then the rest in order.
fn applied(before: &Value, differences: &[Difference]) -> Value {
    let path = |pointer: &str| PointerBuf::parse(pointer).unwrap();
    let mut document = before.clone();
    let mut apply = |operation| json_patch::patch(&mut document, &[operation]).unwrap();
    for it in differences.iter().rev() {
        if matches!(it.kind, Removed | Renamed(_)) {
            apply(PatchOperation::Remove(RemoveOperation { path: path(&it.pointer) }));
        }
    }
    for it in differences {
        let value = it.after.clone();
        match &it.kind {
            Removed => {}
            Added => apply(PatchOperation::Add(AddOperation { path: path(&it.pointer), value })),
            Renamed(to) => apply(PatchOperation::Add(AddOperation { path: path(to), value })),
            Replaced => {
                let path = path(&it.pointer);
                apply(PatchOperation::Replace(ReplaceOperation { path, value }));
            }
        }
    }
    document
}

fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4_i64).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map("type|id|external_id|message|a|b|a/b|~", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_differs_from_itself(document in documents()) {
        prop_assert_eq!(difference(&document, &document), []);
    }

    #[test]
    fn differences_are_all_that_differs(before in documents(), after in documents()) {
        prop_assert_eq!(applied(&before, &difference(&before, &after)), after);
    }

    #[test]
    fn lists_of_events_too(
        before in vec(documents(), 0..8),
        after in vec(documents(), 0..8),
        kept in vec(any::<prop::sample::Index>(), 0..8),
    ) {
        // Some items of the one list are in the other too.
        let mut after = after;
        for index in kept.iter().filter(|_| !before.is_empty()) {
            after.insert(index.index(after.len() + 1), index.get(&before).clone());
        }
        let (before, after) = (Value::from(before), Value::from(after));
        prop_assert_eq!(applied(&before, &difference(&before, &after)), after);
    }

    #[test]
    fn a_difference_tells_what_stood_where(before in documents(), after in documents()) {
        for it in difference(&before, &after) {
            match &it.kind {
                Added => prop_assert_eq!(after.pointer(&it.pointer), Some(&it.after)),
                Removed => prop_assert_eq!(before.pointer(&it.pointer), Some(&it.before)),
                Replaced => {
                    prop_assert_eq!(after.pointer(&it.pointer), Some(&it.after));
                    prop_assert_ne!(&it.before, &it.after);
                }
                Renamed(to) => {
                    prop_assert_eq!(before.pointer(&it.pointer), Some(&it.before));
                    prop_assert_eq!(after.pointer(to), Some(&it.after));
                }
            }
        }
    }
}

#[test]
fn many_long_lists_take_little_time() {
    let lists = |step: usize| -> Value {
        (0..200)
            .map(|i| (0..200).map(|j| i + j * step).collect::<Vec<_>>())
            .map(Value::from)
            .collect()
    };
    let (before, after) = (lists(1), lists(3));
    // By worth, each of these lists alone would be 40,000 pairs.
    let mut left = MOST_PAIRS;
    let mut walk = Walk { path: Path::default(), left: &mut left, tell: &mut |_| {} };
    walk.values(&before, &after);
    assert!(left < MOST_PAIRS, "some of them are");
    assert_eq!(difference(&before, &before), []);
    assert_eq!(applied(&before, &difference(&before, &after)), after);
}
