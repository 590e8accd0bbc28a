//! The adapter's samples, and what they do not show of incoming requests.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_whatsapp_cloud::WhatsAppCloud;
use serde_json::Value;

fn receive(body: &Value) -> Result<Received, Problem> {
    let host = testing::TestHost::default();
    WhatsAppCloud::receive(&host.context(), &testing::post(&body.to_string()))
}

fn envelope(value: &Value) -> Value {
    let change = json!({ "field": "messages", "value": value });
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [change] }] })
}

fn message(kind: &str, inner: Value) -> Value {
    let mut message =
        json!({ "from": "5511999990001", "id": "m1", "timestamp": "1772366400", "type": kind });
    message[kind] = inner;
    message
}

fn one(message: Value) -> Value {
    envelope(&json!({ "messages": [message] }))
}

fn events(body: &Value) -> Vec<Value> {
    let received = receive(body).unwrap();
    received.events.iter().map(|event| serde_json::to_value(event).unwrap()).collect()
}

fn codes(received: &Received) -> Vec<&str> {
    received.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

#[test]
fn all_samples_hold() {
    testing::check_samples::<WhatsAppCloud>(env!("CARGO_MANIFEST_DIR")).unwrap();
}

#[test]
fn each_slip_is_told_with_its_place() {
    let in_message = "/entry/0/changes/0/value/messages/0";
    for (body, code, pointer) in [
        (json!([]), "wrong_type", ""),
        (json!({}), "unknown_shape", ""),
        (json!({ "object": "page", "entry": [] }), "wrong_object", "/object"),
        (json!({ "object": 7 }), "wrong_type", "/object"),
        (json!({ "entry": {} }), "wrong_type", "/entry"),
        (json!({ "entry": [{}] }), "missing_field", "/entry/0/changes"),
        (json!({ "entry": [{ "changes": [{}] }] }), "missing_field", "/entry/0/changes/0/value"),
        (json!({ "messages": {} }), "wrong_type", "/messages"),
        (one(json!({})), "missing_field", "/type"),
        (
            one(json!({ "type": "text", "id": "1", "text": { "body": "a" } })),
            "missing_field",
            "/from",
        ),
        (one(message("text", json!({}))), "missing_field", "/text/body"),
        (one(message("text", json!({ "body": "" }))), "empty_text", "/text/body"),
        (one(message("image", json!({}))), "missing_field", "/image/id"),
        (
            one(message("location", json!({ "latitude": 91, "longitude": 0 }))),
            "wrong_type",
            "/location/latitude",
        ),
        (
            one(message("location", json!({ "latitude": 1 }))),
            "missing_field",
            "/location/longitude",
        ),
        (one(message("contacts", json!([]))), "empty_contacts", "/contacts"),
        (one(message("contacts", json!([{ "name": {} }]))), "empty_card", "/contacts/0"),
        (one(message("order", json!({ "product_items": [] }))), "empty_order", "/order"),
        (
            one(message("reaction", json!({ "emoji": "👍" }))),
            "missing_field",
            "/reaction/message_id",
        ),
        (one(message("button", json!({}))), "missing_field", "/button/payload"),
        (one(message("interactive", Value::Null)), "unsupported_message", ""),
        (
            one(message("interactive", json!({ "type": "button_reply" }))),
            "missing_field",
            "/interactive/button_reply",
        ),
        (
            one(message(
                "edit",
                json!({ "original_message_id": "1", "message": { "type": "contacts" } }),
            )),
            "unsupported_edit",
            "/edit/message/type",
        ),
        (one(message("revoke", json!({}))), "missing_field", "/revoke/original_message_id"),
        (one(message("hologram", json!({ "id": "1" }))), "unsupported_message", ""),
    ] {
        let problem = receive(&body).unwrap_err();
        let place = problem.pointer.unwrap();
        let place = place.strip_prefix(in_message).unwrap_or(&place);
        assert_eq!((problem.code.as_str(), place), (code, pointer), "{body}");
    }
}

#[test]
fn a_bad_neighbour_takes_nothing_along() {
    let messages = json!([
        message("text", json!({ "body": "one" })),
        message("text", json!({ "body": 7 })),
        "no message",
        message("contacts", json!([{ "name": { "formatted_name": "Ana" } }, 7])),
    ]);
    let body = json!({ "entry": [
        { "changes": [{ "value": { "messages": messages } }, { "value": 7 }] },
        7,
        { "changes": [{ "value": { "statuses": [{ "id": "o1", "status": "read" }, { "id": "o2" }] } }] },
    ] });
    let received = receive(&body).unwrap();
    assert_eq!(received.events.len(), 3);
    assert_eq!(
        codes(&received),
        ["wrong_type"; 5].into_iter().chain(["missing_field"]).collect::<Vec<_>>()
    );
    assert!(received.warnings.iter().all(|warning| warning.pointer.is_some()));
}

#[test]
fn one_change_and_a_bare_value_are_read_too() {
    let value = json!({ "messages": [message("text", json!({ "body": "a" }))] });
    let change = json!({ "field": "messages", "value": value });
    let expected = events(&envelope(&value));
    assert_eq!(events(&value), expected);
    assert_eq!(events(&change), expected);
    assert_eq!(events(&json!({ "entry": [{ "changes": [{ "value": value }] }] })), expected);
}

#[test]
fn a_missing_type_is_told_by_the_object() {
    for (kind, inner) in [
        ("location", json!({ "latitude": "1.5", "longitude": 2 })),
        ("contacts", json!([{ "name": { "formatted_name": "Ana" } }])),
    ] {
        let with = message(kind, inner);
        let mut without = with.clone();
        without.as_object_mut().unwrap().remove("type");
        assert_eq!(events(&one(without)), events(&one(with)));
    }
}

#[test]
fn a_time_that_cannot_be_read_does_not_lose_the_message() {
    let mut text = message("text", json!({ "body": "a" }));
    text["timestamp"] = json!("soon");
    let received = receive(&one(text.clone())).unwrap();
    assert_eq!(received.events[0].occurred_at(), None);
    assert_eq!(codes(&received), ["unreadable_time"]);
    text["timestamp"] = json!(1772366400);
    assert_eq!(events(&one(text))[0]["occurred_at"], "2026-03-01T12:00:00Z");
}

#[test]
fn names_are_joined_by_id() {
    let named = |people: Value, from: &str| {
        let mut text = message("text", json!({ "body": "a" }));
        text["from"] = json!(from);
        let event = &events(&envelope(&json!({ "contacts": people, "messages": [text] })))[0];
        (event["message"]["from"]["name"].clone(), event["message"]["extra"]["wa_id"].clone())
    };
    let ana = json!({ "wa_id": "5511999990001", "profile": { "name": "Ana" } });
    let bruno = json!({ "wa_id": "5511999990002", "profile": { "name": "Bruno" } });
    assert_eq!(named(json!([ana, bruno]), "5511999990002").0, "Bruno");
    assert_eq!(named(json!([ana, bruno]), "5511999990003").0, Value::Null);
    // WhatsApp's id and the number differ in some countries.
    let lone = named(json!([ana]), "551199990001");
    assert_eq!(lone, (json!("Ana"), json!("5511999990001")));
    assert_eq!(named(json!(7), "5511999990001").0, Value::Null);
    let clara = json!({ "user_id": "BR.7", "profile": { "name": "Clara" } });
    assert_eq!(named(json!([ana, clara]), "BR.7").0, "Clara");
}

#[test]
fn a_number_beats_the_user_id_which_stays_in_extra() {
    let mut text = message("text", json!({ "body": "a" }));
    text["from_user_id"] = json!("BR.123");
    let event = &events(&one(text))[0]["message"];
    assert_eq!(event["conversation"], "5511999990001");
    assert_eq!(event["extra"], json!({ "from_user_id": "BR.123" }));
}

#[test]
fn files_of_providers_keep_their_address() {
    let voice =
        json!({ "id": "f1", "mime_type": "audio/ogg", "link": "https://files.example.com/f1" });
    let event = &events(&one(message("voice", voice)))[0]["message"];
    assert_eq!(event["audio"], json!({ "handle": "f1", "mime": "audio/ogg", "voice": true }));
    assert_eq!(event["extra"]["link"], "https://files.example.com/f1");
    let bare = json!({ "link": "https://files.example.com/f2" });
    let event = &events(&one(message("image", bare)))[0]["message"];
    let picture = json!({ "url": "https://files.example.com/f2", "mime": "image/jpeg" });
    assert_eq!(event["document"], picture);
}

#[test]
fn unknown_answers_and_types_are_passed_on() {
    let answer = json!({ "type": "call_permission_reply", "call_permission_reply": { "response": "accept" } });
    let event = &events(&one(message("interactive", answer)))[0]["postback"];
    assert_eq!(event["payload"], r#"{"response":"accept"}"#);
    let body = one(message("hologram", json!({ "caption": "Oi", "id": "7" })));
    assert_eq!(events(&body)[0]["message"]["text"]["body"], "Oi");
    assert_eq!(codes(&receive(&body).unwrap()), ["unknown_type_as_text"]);
}

#[test]
fn a_button_without_a_payload_says_its_text() {
    let event = &events(&one(message("button", json!({ "text": "Sim" }))))[0]["postback"];
    assert_eq!((&event["payload"], &event["title"]), (&json!("Sim"), &json!("Sim")));
}

#[test]
fn own_messages_are_told_by_their_recipient() {
    let mut text = message("text", json!({ "body": "a" }));
    let value = |text: &Value| {
        envelope(
            &json!({ "metadata": { "display_phone_number": "+55 11 99999-0001" }, "messages": [text] }),
        )
    };
    assert_eq!(events(&value(&text)).len(), 1);
    text["to"] = json!("5511999990002");
    assert_eq!(codes(&receive(&value(&text)).unwrap()), ["own_message"]);
}

#[test]
fn statuses_that_nobody_can_say_are_not_lost() {
    let status = |name: &str| {
        let status = json!({ "id": "o1", "status": name, "recipient_id": "5511999990001" });
        envelope(&json!({ "statuses": [status] }))
    };
    assert_eq!(receive(&status("warning")).unwrap_err().code, "unknown_status");
    assert_eq!(events(&status("deleted"))[0]["type"], "message.deleted");
    assert_eq!(events(&status("sent"))[0]["status"]["state"], "sent");
}

#[test]
fn errors_without_a_message_are_kept() {
    let error = json!({ "code": 130429, "title": "Rate limit hit" });
    let problem = receive(&envelope(&json!({ "errors": [error] }))).unwrap_err();
    assert_eq!(
        (problem.code.as_str(), problem.kind),
        ("error_notice", eclusa_adapter_sdk::model::ProblemKind::Unsupported)
    );
    assert!(problem.message.contains("130429"), "{}", problem.message);
}

#[test]
fn a_channel_may_ask_for_its_own_number_only() {
    let value = |id: &str| {
        let message = message("text", json!({ "body": "a" }));
        let body =
            envelope(&json!({ "metadata": { "phone_number_id": id }, "messages": [message] }));
        testing::post(&body.to_string())
    };
    let settings = json!({ "phone_number_id": "401", "only_own_number": true });
    let host = testing::TestHost::with_settings(&settings);
    let own = WhatsAppCloud::receive(&host.context(), &value("401")).unwrap();
    assert_eq!(own.events.len(), 1);
    let other = WhatsAppCloud::receive(&host.context(), &value("402")).unwrap();
    assert_eq!((other.events.len(), codes(&other)), (0, vec!["other_number"]));
    let open = testing::TestHost::with_settings(&json!({ "phone_number_id": "401" }));
    assert_eq!(WhatsAppCloud::receive(&open.context(), &value("402")).unwrap().events.len(), 1);
}

/// Puts something else at every place of every sample: nothing may panic, and
/// nothing may vanish without a word.
#[test]
fn no_input_panics_or_vanishes() {
    let odd = [
        Value::Null,
        json!(7),
        json!(-1.5),
        json!("x"),
        json!(""),
        json!([]),
        json!({}),
        json!([{}]),
    ];
    let mut count = 0;
    for sample in WhatsAppCloud::MANIFEST.receive {
        let sample: Value = serde_json::from_str(sample).unwrap();
        let body = &sample["request"]["body"];
        let mut places = Vec::new();
        pointers(body, &mut String::new(), &mut places);
        for place in places {
            for odd in &odd {
                let mut body = body.clone();
                *body.pointer_mut(&place).unwrap() = odd.clone();
                if let Ok(received) = receive(&body) {
                    let silent = received.events.is_empty() && received.warnings.is_empty();
                    assert!(!silent, "{place} = {odd} in {body}");
                    for event in &received.events {
                        if let Event::Message(message) = event {
                            message.content.validate().unwrap_or_else(|e| panic!("{e}: {body}"));
                        }
                    }
                }
                count += 1;
            }
        }
    }
    assert!(count > 1000);
}

fn pointers(value: &Value, at: &mut String, places: &mut Vec<String>) {
    places.push(at.clone());
    let length = at.len();
    let children: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        Value::Object(fields) => fields.iter().map(|(k, v)| (k.clone(), v)).collect(),
        _ => Vec::new(),
    };
    for (name, child) in children {
        at.push('/');
        at.push_str(&name);
        pointers(child, at, places);
        at.truncate(length);
    }
}

#[test]
fn a_hidden_number_is_shown_where_whatsapp_knows_it() {
    let mut text = message("text", json!({ "body": "a" }));
    text.as_object_mut().unwrap().remove("from");
    text["from_user_id"] = json!("BR.7");
    let people = json!([{ "user_id": "BR.7", "wa_id": "5511999990007" }]);
    let event =
        &events(&envelope(&json!({ "contacts": people, "messages": [text] })))[0]["message"];
    assert_eq!(event["from"], json!({ "id": "BR.7", "phone": "+5511999990007" }));
}

#[test]
fn what_whatsapp_calls_unsupported_is_never_a_text() {
    for kind in ["unsupported", "unknown"] {
        let mut message = message(kind, json!({ "body": "not what was written" }));
        message["text"] = json!({ "body": "not what was written" });
        assert_eq!(receive(&one(message)).unwrap_err().code, "unsupported_message");
    }
}

#[test]
fn errors_beside_a_file_are_told() {
    let mut picture = message("image", json!({ "id": "f1" }));
    picture["errors"] = json!([{ "code": 400, "title": "Download failed" }]);
    let received = receive(&one(picture)).unwrap();
    assert_eq!((received.events.len(), codes(&received)), (1, vec!["errors_reported"]));
}

#[test]
fn a_sticker_is_a_webp_picture_even_unsaid() {
    let event = &events(&one(message("sticker", json!({ "id": "f1" }))))[0]["message"];
    assert_eq!(event["document"], json!({ "handle": "f1", "mime": "image/webp" }));
}

#[test]
fn an_error_keeps_all_that_it_says() {
    let errors = |error: Value| {
        let status = json!({ "id": "o1", "status": "failed", "errors": [error] });
        events(&envelope(&json!({ "statuses": [status] })))[0]["status"]["errors"][0].clone()
    };
    assert_eq!(
        errors(json!({ "code": 1, "title": "Short", "message": "Longer" })),
        json!({ "code": "1", "message": "Short", "details": "Longer" })
    );
    assert_eq!(
        errors(json!({ "code": "2", "message": "Same", "title": "Same" })),
        json!({ "code": "2", "message": "Same" })
    );
    assert_eq!(
        errors(json!({ "code": 3, "message": "Only", "error_data": { "details": "More" } })),
        json!({ "code": "3", "message": "Only", "details": "More" })
    );
}
