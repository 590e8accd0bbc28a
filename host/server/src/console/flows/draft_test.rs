//! What forms make of drafts.

use super::*;

fn draft() -> Value {
    json!({
        "id": "counter", "name": "Counter",
        "greeting": [{ "type": "audio", "audio": { "url": "https://a.example/a", "duration": 3.0 } }],
        "menu": { "text": "?", "retries": 2, "options": [
            { "key": "1", "label": "Buy", "then": { "queue": "sales" } },
            { "key": "2", "label": "Ask", "then": "back" },
        ] },
        "closing": [{ "type": "contact", "contact": { "name": "Ana", "emails": ["a@b.example"],
                      "phones": [{ "number": "1", "label": "work" }, { "number": "2" }] } }],
    })
}

fn sent(texts: &[(&str, &str)]) -> Value {
    let document = draft().to_string();
    let mut all = vec![("document", document.as_str())];
    all.extend(texts);
    match Draft::sent(&Fields::of(&all)) {
        Sent::Draft(draft) => draft.0,
        no_json => panic!("{no_json:?}"),
    }
}

#[test]
fn what_is_typed_is_laid_over_and_the_rest_stays() {
    let draft = sent(&[
        ("/name", " Front "),
        ("/queue", ""),
        ("/greeting/0/audio/url", "https://a.example/b"),
        ("/greeting/0/audio/caption", "Listen"),
        ("/menu/options/0/then/queue", ""),
        ("/menu/retries", "many"),
        ("/closing/0/contact/phones/0/number", "3"),
        ("/closing/0/contact/emails/0", ""),
    ]);
    assert_eq!(draft["name"], "Front");
    assert_eq!(draft["queue"], Value::Null);
    let audio = json!({ "url": "https://a.example/b", "duration": 3.0, "caption": "Listen" });
    assert_eq!(draft["greeting"][0]["audio"], audio);
    assert_eq!(draft["menu"]["options"][0]["then"], json!({ "queue": null }));
    assert_eq!(draft["menu"]["retries"], "many");
    let phones = json!([{ "number": "3", "label": "work" }, { "number": "2" }]);
    assert_eq!(draft["closing"][0]["contact"]["phones"], phones);
    assert_eq!(draft["closing"][0]["contact"]["emails"], json!([]));
}

#[test]
fn another_kind_is_an_empty_part_and_the_same_kind_changes_nothing() {
    assert_eq!(sent(&[("kind:/greeting/0", "audio")]), draft());
    let text = sent(&[("/greeting/0/audio/url", "x"), ("kind:/greeting/0", "text")]);
    assert_eq!(text["greeting"][0], json!({ "type": "text", "text": { "body": "" } }));
    let answer = sent(&[("kind:/menu/options/1/then", "answer")]);
    assert_eq!(answer["menu"]["options"][1]["then"]["answer"]["then"], "menu");
    // What is no kind, or stands nowhere, does nothing.
    let wrong = [("kind:/greeting/0", "back"), ("kind:/menu/options/1/then", "text")];
    assert_eq!(sent(&wrong), draft());
    assert_eq!(
        sent(&[("kind:/menu/options/9/then", "queue"), ("/hours/then/queue", "x")]),
        draft()
    );
}

#[test]
fn buttons_add_move_and_remove() {
    let at_once = |edits: &[&str]| {
        let mut draft = Draft(draft());
        for edit in edits {
            draft.edit(Edit::of(edit).unwrap_or(Edit::Up("")), &blank::Blanks::sample());
        }
        draft.0
    };
    let added = at_once(&["add:/menu/options", "up:/menu/options/2", "remove:/menu/options/0"]);
    let keys = |draft: &Value| {
        let options = draft["menu"]["options"].as_array().cloned().unwrap_or_default();
        options.iter().map(|it| it["key"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(keys(&added), ["3", "2"]);
    let idle = at_once(&["add:/idle/reminder", "add:/idle/close", "remove:/idle/reminder"]);
    assert_eq!(idle["idle"]["close"]["after_seconds"], 1800);
    assert_eq!(idle["idle"].get("reminder"), None);
    assert_eq!(at_once(&["add:/idle/close", "remove:/idle/close"])["idle"], Value::Null);
    assert_eq!(at_once(&["add:/hours", "add:/hours"])["hours"]["away"][0]["type"], "text");
    assert_eq!(at_once(&["remove:/menu"]).get("menu"), None);
    for nothing in ["remove:/menu/options/9", "up:/menu/options/0", "add:/no/such", "up:x", "add:"]
    {
        assert_eq!(at_once(&[nothing]), draft(), "{nothing}");
    }
}

#[test]
fn changed_json_counts_and_what_is_none_is_kept_as_typed() {
    let same = draft().to_string();
    assert_eq!(sent(&[("json", &same), ("/name", "Front")])["name"], "Front");
    let changed = sent(&[("json", "{\"id\": \"x\"}"), ("/name", "Front")]);
    assert_eq!(changed, json!({ "id": "x" }));
    for typed in ["{", "[]", "7"] {
        let fields = Fields::of(&[("document", &same), ("json", typed), ("/name", "Front")]);
        let Sent::NoJson { draft, typed: kept, .. } = Draft::sent(&fields) else {
            panic!("{typed} was taken")
        };
        assert_eq!((kept.as_str(), &draft.0["name"]), (typed, &json!("Front")));
    }
}

#[test]
fn nothing_that_a_form_can_send_panics_or_grows_deep() {
    let deep = format!("/{}", "phones/".repeat(5000));
    for name in [deep.as_str(), "/", "//", "/greeting/99999999999999999999", "/id/x/y", "/~2"] {
        sent(&[(name, "x"), (&format!("kind:{name}"), "text")]);
        let mut draft = Draft(draft());
        for edit in [Edit::Add(name), Edit::Remove(name), Edit::Up(name)] {
            draft.edit(edit, &blank::Blanks::sample());
        }
    }
    assert!(matches!(
        Draft::sent(&Fields::of(&[("document", "[]")])),
        Sent::Draft(Draft(it)) if it == json!({})
    ));
}
