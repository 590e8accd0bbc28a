//! Updates: the adapter's samples, and what they do not show.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use eclusa_adapter_sdk::model::{ProblemKind, WarningKind};
use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_telegram::Telegram;
use serde_json::Value;

fn receive(body: &str) -> Result<Received, Problem> {
    let host = testing::TestHost::default();
    Telegram::receive(&host.context(), &testing::post(body))
}

/// A message with these fields, in a private chat.
fn message(fields: Value) -> Value {
    let mut message = json!({
        "message_id": 1,
        "date": 1767323045,
        "from": { "id": 2, "is_bot": false, "first_name": "Ana" },
        "chat": { "id": 2, "type": "private", "first_name": "Ana" },
    });
    for (name, value) in fields.as_object().unwrap() {
        message[name] = value.clone();
    }
    message
}

/// The only event of an update, as JSON.
fn event(update: &Value) -> Value {
    let received = receive(&update.to_string()).unwrap();
    assert_eq!(received.events.len(), 1, "{update} became {received:?}");
    serde_json::to_value(&received.events[0]).unwrap()
}

fn only_warning(body: &Value) -> Warning {
    let received = receive(&body.to_string()).unwrap();
    assert_eq!((received.events.len(), received.warnings.len()), (0, 1), "{body}");
    received.warnings[0].clone()
}

#[test]
fn all_samples_hold() {
    testing::check_samples::<Telegram>(env!("CARGO_MANIFEST_DIR")).unwrap();
}

#[test]
fn each_slip_is_told_with_its_place() {
    for (body, code, pointer) in [
        ("", "malformed_json", None),
        (r#"{"update_id":1,"message":{"#, "malformed_json", None),
        ("7", "wrong_type", Some("")),
        ("{}", "not_an_update", Some("/update_id")),
        (r#"{"ok":false,"error_code":409}"#, "not_an_update", Some("/result")),
        (r#"{"ok":true,"result":true}"#, "wrong_type", Some("/result")),
        (r#"[{"a":1}]"#, "not_an_update", Some("/0/update_id")),
        (r#"{"update_id":1}"#, "empty_update", Some("")),
        (r#"{"update_id":1,"message":"x"}"#, "wrong_type", Some("/message")),
        (r#"{"update_id":1,"message":{"text":"x"}}"#, "missing_field", Some("/message/message_id")),
        (
            r#"{"update_id":1,"message":{"message_id":1,"chat":{},"text":"x"}}"#,
            "missing_field",
            Some("/message/chat/id"),
        ),
        (
            r#"{"update_id":1,"message":{"message_id":1,"chat":{"id":1},"text":5}}"#,
            "wrong_type",
            Some("/message/text"),
        ),
        (
            r#"{"update_id":1,"message":{"message_id":1,"chat":{"id":1},"date":"soon","text":"x"}}"#,
            "wrong_type",
            Some("/message/date"),
        ),
        (
            r#"{"update_id":1,"message":{"message_id":1,"chat":{"id":1},"photo":[]}}"#,
            "wrong_type",
            Some("/message/photo"),
        ),
        (
            r#"{"update_id":1,"message":{"message_id":1,"chat":{"id":1},"voice":{}}}"#,
            "missing_field",
            Some("/message/voice/file_id"),
        ),
        (
            r#"{"update_id":1,"message":{"message_id":1,"chat":{"id":1},"contact":{}}}"#,
            "missing_field",
            Some("/message/contact/phone_number"),
        ),
        (
            r#"{"update_id":1,"message":{"message_id":1,"chat":{"id":1},"location":{"latitude":91,"longitude":0}}}"#,
            "out_of_range",
            Some("/message/location"),
        ),
        (
            r#"{"update_id":1,"callback_query":{"id":"1","from":{"id":1}}}"#,
            "missing_field",
            Some("/callback_query/data"),
        ),
        (
            r#"{"update_id":1,"message_reaction":{"message_id":1,"chat":{"id":1}}}"#,
            "missing_field",
            Some("/message_reaction/user"),
        ),
    ] {
        let problem = receive(body).unwrap_err();
        assert_eq!((problem.code.as_str(), problem.pointer.as_deref()), (code, pointer), "{body}");
        assert_eq!(problem.kind, ProblemKind::Invalid, "{body}");
    }
}

#[test]
fn what_is_newer_than_the_adapter_is_unsupported() {
    for (body, code, pointer) in [
        (json!({ "update_id": 1, "hologram": {} }), "unknown_update", "/hologram"),
        (
            json!({ "update_id": 1, "message": message(json!({ "hologram": {} })) }),
            "unknown_content",
            "/message/hologram",
        ),
    ] {
        let problem = receive(&body.to_string()).unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Unsupported);
        assert_eq!((problem.code.as_str(), problem.pointer.as_deref()), (code, Some(pointer)));
    }
}

#[test]
fn ids_stay_digit_for_digit() {
    let event = event(&json!({ "update_id": i64::MAX, "channel_post": {
        "message_id": 2147483647, "date": 0, "text": "x", "message_thread_id": 9,
        "chat": { "id": -1009999999999999_i64, "title": "Big", "type": "channel" },
        "via_bot": { "id": 4503599627370495_i64, "first_name": "B" },
    }}));
    let message = &event["message"];
    assert_eq!(message["external_id"], "2147483647");
    assert_eq!(message["conversation"], "-1009999999999999");
    assert_eq!(message["from"], json!({ "id": "-1009999999999999", "name": "Big" }));
    assert_eq!(message["sent_at"], "1970-01-01T00:00:00Z");
    assert_eq!(message["extra"]["message_thread_id"], "9");
    assert_eq!(message["extra"]["via_bot"]["id"], "4503599627370495");
}

#[test]
fn each_file_becomes_its_type() {
    let file = |more: Value| {
        let mut file = json!({ "file_id": "F", "width": 1, "height": 1, "duration": 2 });
        file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        file
    };
    for (kind, file, content, mime) in [
        ("sticker", file(json!({})), "document", "image/webp"),
        ("sticker", file(json!({ "is_animated": true })), "document", "application/x-tgsticker"),
        ("sticker", file(json!({ "is_video": true })), "document", "video/webm"),
        ("photo", json!([file(json!({}))]), "document", "image/jpeg"),
        ("document", file(json!({ "mime_type": "a/b" })), "document", "a/b"),
        ("voice", file(json!({})), "audio", "audio/ogg"),
        ("voice", file(json!({ "mime_type": "audio/mpeg" })), "audio", "audio/mpeg"),
        ("audio", file(json!({ "mime_type": "audio/mpeg" })), "audio", "audio/mpeg"),
        ("video", file(json!({ "mime_type": "video/mp4" })), "video", "video/mp4"),
        ("video_note", file(json!({})), "video", "video/mp4"),
        ("animation", file(json!({})), "video", "video/mp4"),
    ] {
        let event = event(&message(json!({ kind: file, "document": file })));
        let message = &event["message"];
        assert_eq!(message["type"], content, "{kind}");
        assert_eq!(message[content]["mime"], mime, "{kind}");
        assert_eq!(message[content]["handle"], "F", "{kind}");
        assert_eq!(message[content]["voice"] == true, kind == "voice", "{kind}");
    }
}

#[test]
fn the_largest_photo_counts_wherever_it_stands() {
    for (sizes, largest) in [
        (json!([{ "file_id": "s", "file_size": 50 }, { "file_id": "l", "file_size": 100 }]), "l"),
        (
            json!([
                { "file_id": "l", "width": 800, "height": 600 },
                { "file_id": "s", "width": 90, "height": 60, "file_size": 7 },
            ]),
            "l",
        ),
        (json!([{ "file_id": "a" }, { "file_id": "b" }]), "b"),
    ] {
        let event = event(&message(json!({ "photo": sizes })));
        assert_eq!(event["message"]["document"]["handle"], largest);
    }
}

#[test]
fn only_real_answers_have_a_reply_to() {
    let topic = json!({ "message_id": 4, "forum_topic_created": { "name": "x" } });
    for (fields, reply_to) in [
        (json!({ "text": "a" }), Value::Null),
        (json!({ "text": "a", "reply_to_message": { "message_id": 7 } }), json!("7")),
        // A thread below a story or a post: no forum, so it is an answer.
        (
            json!({ "text": "a", "message_thread_id": 7, "reply_to_message": { "message_id": 7 } }),
            json!("7"),
        ),
        (json!({ "text": "a", "is_topic_message": true, "reply_to_message": topic }), Value::Null),
        (
            json!({ "text": "a", "is_topic_message": true, "message_thread_id": 4,
                    "reply_to_message": { "message_id": 4 } }),
            Value::Null,
        ),
        (
            json!({ "text": "a", "is_topic_message": true, "message_thread_id": 4,
                    "reply_to_message": { "message_id": 5 } }),
            json!("5"),
        ),
    ] {
        assert_eq!(event(&message(fields.clone()))["message"]["reply_to"], reply_to, "{fields}");
    }
}

#[test]
fn a_contact_keeps_what_telegram_says_before_the_card() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:B. L.\nTEL;TYPE=CELL:+55 11 99999-0000\nEND:VCARD";
    for (contact, name, phones) in [
        (
            json!({ "phone_number": "5511999990000", "first_name": "Beto", "vcard": card }),
            "Beto",
            json!([{ "number": "5511999990000", "label": "mobile" }]),
        ),
        (
            json!({ "phone_number": "123", "first_name": "", "vcard": card }),
            "B. L.",
            json!([{ "number": "123" }, { "number": "+55 11 99999-0000", "label": "mobile" }]),
        ),
        (json!({ "phone_number": "123" }), "123", json!([{ "number": "123" }])),
        (
            json!({ "phone_number": "123", "first_name": "A", "last_name": "B", "vcard": "no card" }),
            "A B",
            json!([{ "number": "123" }]),
        ),
    ] {
        let event = event(&message(json!({ "contact": contact })));
        assert_eq!(event["message"]["contact"]["name"], name, "{contact}");
        assert_eq!(event["message"]["contact"]["phones"], phones, "{contact}");
    }
}

#[test]
fn what_has_no_type_of_its_own_is_told_as_a_text() {
    for (fields, text) in [
        (json!({ "dice": { "emoji": "🎯", "value": 6 } }), "🎯 6"),
        (json!({ "game": { "title": "Go", "description": "Old", "photo": [] } }), "[game] Go\nOld"),
        (
            json!({ "story": { "id": 5, "chat": { "id": -1, "title": "T", "username": "tt" } } }),
            "[story] https://t.me/tt/s/5",
        ),
        (json!({ "story": { "id": 5, "chat": { "id": -1, "title": "T" } } }), "[story] T"),
        (
            json!({ "checklist": { "title": "To do", "tasks": [
                { "id": 1, "text": "Rice", "completion_date": 5 }, { "id": 2, "text": "Eggs" },
            ]}}),
            "[checklist] To do\n☑ Rice\n☐ Eggs",
        ),
        (
            json!({ "invoice": { "title": "Bread", "description": "Two", "currency": "XTR", "total_amount": 9 } }),
            "[invoice] Bread\nTwo\n9 Telegram Stars",
        ),
        (
            json!({ "caption": "Look", "paid_media": { "star_count": 5, "paid_media": [{ "type": "photo" }] } }),
            "[paid media] photo (5 Telegram Stars)\nLook",
        ),
        (json!({ "gift": { "gift": {}, "text": "For you" } }), "[gift] For you"),
        (
            json!({ "rich_message": { "blocks": [
                { "type": "heading", "size": 1, "text": "Hi" },
                { "type": "paragraph", "text": ["a ", { "type": "bold", "text": "b" }] },
                { "type": "list", "items": [{ "label": "1.", "blocks": [{ "type": "paragraph", "text": "c" }] }] },
            ]}}),
            "Hi\na b\n1. c",
        ),
    ] {
        let received = receive(&message(fields.clone()).to_string()).unwrap();
        let Event::Message(message) = &received.events[0] else { panic!("{fields}") };
        assert_eq!(message.content, Content::text(text), "{fields}");
        let warning = &received.warnings[0];
        assert_eq!(
            (warning.kind, warning.code.as_str()),
            (WarningKind::Degraded, "described_as_text")
        );
    }
}

#[test]
fn notices_and_echoes_are_ignored_with_a_reason() {
    for (fields, code, pointer) in [
        (json!({ "pinned_message": { "message_id": 5 } }), "service_message", "/pinned_message"),
        (json!({ "migrate_to_chat_id": -100 }), "service_message", "/migrate_to_chat_id"),
        (json!({ "forum_topic_created": {} }), "service_message", "/forum_topic_created"),
        (json!({ "gift": { "gift": {} } }), "service_message", "/gift"),
        (json!({}), "empty_message", ""),
        (json!({ "text": "" }), "empty_message", ""),
        (json!({ "text": "Hi", "sender_business_bot": { "id": 3 } }), "echo", ""),
    ] {
        let warning = only_warning(&message(fields.clone()));
        assert_eq!(warning.kind, WarningKind::Ignored, "{fields}");
        assert_eq!((warning.code.as_str(), warning.pointer.as_deref()), (code, Some(pointer)));
    }
    for kind in ["poll", "poll_answer", "chat_member", "inline_query", "pre_checkout_query"] {
        let warning = only_warning(&json!({ "update_id": 1, kind: { "id": 1 } }));
        assert_eq!(warning.code, "update_ignored");
        assert!(warning.message.contains(kind));
    }
    assert_eq!(only_warning(&json!({ "ok": true, "result": [] })).code, "no_updates");
    let same = json!([{ "type": "paid" }]);
    let reaction = json!({ "update_id": 1, "message_reaction": {
        "chat": { "id": 1 }, "message_id": 2, "user": { "id": 3 },
        "old_reaction": same, "new_reaction": same,
    }});
    assert_eq!(only_warning(&reaction).code, "reaction_unchanged");
}

#[test]
fn a_list_of_nothing_but_problems_is_a_problem() {
    let problem = receive(r#"[{"update_id":1,"hologram":{}},{"x":1}]"#).unwrap_err();
    assert_eq!(problem.pointer.as_deref(), Some("/0/hologram"));
}

#[test]
fn a_business_account_is_told_from_its_customer() {
    let business = |from: i64| {
        let message =
            message(json!({ "text": "Hi", "business_connection_id": "b", "from": { "id": from } }));
        event(&json!({ "update_id": 1, "business_message": message }))
    };
    assert_eq!(business(2)["message"]["extra"].get("from_business"), None);
    assert_eq!(business(9)["message"]["extra"]["from_business"], true);
}

#[test]
fn only_a_single_pressed_button_is_answered() {
    let pressed = json!({ "update_id": 1, "callback_query": {
        "id": "77", "from": { "id": 2 }, "chat_instance": "c", "game_short_name": "go",
        "message": { "message_id": 5, "date": 0, "chat": { "id": -3, "type": "group" } },
    }});
    let received = receive(&pressed.to_string()).unwrap();
    let call: Value = serde_json::from_str(&received.reply.unwrap().body).unwrap();
    assert_eq!(call, json!({ "method": "answerCallbackQuery", "callback_query_id": "77" }));
    let event = serde_json::to_value(&received.events[0]).unwrap();
    assert_eq!(event["postback"]["payload"], "go");
    assert_eq!(event["postback"]["conversation"], "-3");
    assert_eq!(event["postback"]["reply_to"], "5");
    assert_eq!(event["occurred_at"], Value::Null);
    assert_eq!(receive(&json!([pressed]).to_string()).unwrap().reply, None);
    assert_eq!(receive(&message(json!({ "text": "a" })).to_string()).unwrap().reply, None);
}

/// Each value of each sample is replaced by values of other kinds: whatever
/// comes, the answer is events that the host takes, or a problem.
#[test]
fn no_update_however_odd_makes_an_odd_event() {
    let odd = [json!(null), json!(-1), json!("x"), json!(""), json!([]), json!([[7]]), json!({})];
    let mut tried = 0;
    for sample in Telegram::MANIFEST.receive {
        let sample: Value = serde_json::from_str(sample).unwrap();
        let body = &sample["request"]["body"];
        let mut pointers = Vec::new();
        collect(body, String::new(), &mut pointers);
        for pointer in &pointers {
            for value in &odd {
                let mut body = body.clone();
                *body.pointer_mut(pointer).unwrap() = value.clone();
                tried += 1;
                let Ok(received) = receive(&body.to_string()) else { continue };
                assert!(!received.events.is_empty() || !received.warnings.is_empty(), "{body}");
                for event in received.events {
                    if let Event::Message(message) | Event::Edited(MessageEdit { message, .. }) =
                        &event
                    {
                        message.content.validate().unwrap();
                        assert!(!message.external_id.is_empty() && !message.sender.id.is_empty());
                    }
                    assert!(event.conversation().is_some_and(|id| !id.is_empty()), "{body}");
                }
            }
        }
    }
    assert!(tried > 3000, "{tried}");
}

fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields
                .iter()
                .for_each(|(name, value)| collect(value, format!("{pointer}/{name}"), pointers));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| collect(value, format!("{pointer}/{index}"), pointers));
        }
        _ => {}
    }
    pointers.push(pointer);
}
