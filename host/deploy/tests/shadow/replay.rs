//! One recorded request or message in one revision.

use eclusa_deploy::shadow::{Answer, difference, replay_message, replay_request, replay_response};
use eclusa_journal::registry::ChangeKind;
use serde_json::json;

use crate::support::{context, entry, outbound, request, shared, shop, taken};

#[test]
fn one_request_is_replayed_with_its_exact_differences() {
    let (first, renames) = (shop("1"), shop("renames"));
    let body = json!([
        entry(1, "text", &json!({"text": "a", "lang": "pt"})),
        entry(2, "text", &json!({"text": "b", "order": "A-1001"})),
    ]);
    let record = request("r", &body);
    let before = replay_request(&first, &context(), &record).unwrap();
    let after = replay_request(&renames, &context(), &record).unwrap();
    assert!(matches!(&before, Answer::Received(it) if it.events.len() == 2));
    let found = difference(&before.comparable(), &after.comparable());
    let [it] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(it.pointer, "/events/1/message/extra/order");
    assert_eq!(it.kind, ChangeKind::Renamed("/events/1/message/extra/order_id".to_owned()));
    assert_eq!(it.before, json!("A-1001"));
}

#[test]
fn a_revision_sees_the_request_as_it_came_in() {
    let mut record = request("r", &json!({"behave": "inputs"}));
    record.raw.received_at = "2019-08-07T06:05:04Z".to_owned();
    record.raw.path = "/hook".to_owned();
    record.raw.query = vec![("a".to_owned(), "1".to_owned())];
    let behave = shared("hostile/behave.wasm");
    let answer = replay_request(&behave, &context(), &record).unwrap().comparable();
    let seen = answer["events"][0]["message"]["text"]["body"].as_str().unwrap();
    for part in ["2019-08-07T06:05:04Z", "/hook", "(\"a\", \"1\")", "\"POST\"", "content-type"] {
        assert!(seen.contains(part), "{part}: {seen}");
    }
}

#[test]
fn failures_are_replayed_as_answers() {
    let record = request("r", &entry(1, "place", &json!({"lat": 1, "lon": 2})));
    let answer = replay_request(&shop("traps-on-place"), &context(), &record).unwrap();
    assert!(matches!(&answer, Answer::Error(error) if error.code == "trap"), "{answer:?}");
    assert_eq!(answer.comparable()["error"]["code"], json!("trap"));
    let record = request("r", &entry(1, "voice", &json!({})));
    let answer = replay_request(&shop("1"), &context(), &record).unwrap();
    assert!(matches!(&answer, Answer::Problem(it) if it.code == "unknown_kind"), "{answer:?}");
}

#[test]
fn messages_and_responses_are_replayed() {
    let shop = shop("1");
    let record = outbound("m1", "Oi", taken());
    let sent = replay_message(&shop, &context(), &record).unwrap().comparable();
    assert_eq!(sent["request"]["body"], json!({"thread": "t1", "text": "Oi", "ref": "m1"}));
    let settled = replay_response(&shop, &context(), &record).unwrap().unwrap();
    assert_eq!(settled.comparable(), json!({"sent": {"external_id": "s-77"}}));
    let unanswered = outbound("m1", "Oi", None);
    assert!(replay_response(&shop, &context(), &unanswered).unwrap().is_none());
}
