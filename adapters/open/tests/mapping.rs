//! The adapter's samples, and what they do not show.
#![allow(clippy::unwrap_used, reason = "tests")]

use eclusa_adapter_open::Open;
use eclusa_adapter_sdk::prelude::*;

fn refusal(body: &str) -> Problem {
    let host = testing::TestHost::default();
    Open::receive(&host.context(), &testing::post(body)).unwrap_err()
}

#[test]
fn all_samples_hold() {
    testing::check_samples::<Open>(env!("CARGO_MANIFEST_DIR")).unwrap();
}

#[test]
fn each_slip_is_told_with_its_place() {
    for (body, code, pointer) in [
        ("", "malformed_json", None),
        ("{\"id\":", "malformed_json", None),
        ("7", "wrong_type", Some("")),
        ("{}", "missing_field", Some("/type")),
        (r#"{"type":"text"}"#, "missing_field", Some("/text")),
        (r#"{"type":"text","text":"hi"}"#, "wrong_type", Some("/text")),
        (r#"{"type":"text","text":{"body":"  "}}"#, "wrong_type", Some("/text/body")),
        (r#"{"type":"text","text":{"body":"a"}}"#, "missing_field", Some("/id")),
        (
            r#"{"type":"text","text":{"body":"a","markup":"bb"}}"#,
            "wrong_type",
            Some("/text/markup"),
        ),
        (r#"{"type":"text","text":{"body":"a"},"id":1}"#, "missing_field", Some("/conversation")),
        (
            r#"{"type":"text","text":{"body":"a"},"id":1,"conversation":2,"from":{}}"#,
            "missing_field",
            Some("/from/id"),
        ),
        (
            r#"[{"type":"location","location":{"latitude":91}}]"#,
            "wrong_type",
            Some("/0/location/latitude"),
        ),
        (
            r#"{"type":"document","document":{"url":"file:///etc/passwd"}}"#,
            "wrong_type",
            Some("/document/url"),
        ),
        (
            r#"{"type":"document","document":{"handle":"7"}}"#,
            "missing_field",
            Some("/document/url"),
        ),
        (
            r#"{"type":"contact","contact":{"name":"A","phones":[{}]}}"#,
            "missing_field",
            Some("/contact/phones/0/number"),
        ),
        (
            r#"{"type":"message.status","status":{"state":"gone"}}"#,
            "wrong_type",
            Some("/status/state"),
        ),
    ] {
        let problem = refusal(body);
        assert_eq!((problem.code.as_str(), problem.pointer.as_deref()), (code, pointer), "{body}");
    }
}

#[test]
fn a_file_by_handle_cannot_be_sent() {
    let mut host = testing::TestHost::default();
    host.channel.url = Some("https://chat.example.com".to_owned());
    let message = OutboundMessage {
        id: "1".into(),
        conversation: "c".into(),
        content: Content::Document(Media::handle("x")),
        reply_to: None,
        extra: Extra::default(),
    };
    assert_eq!(Open::send(&host.context(), &message).unwrap_err().code, "no_handles");
}

#[test]
fn a_channel_without_a_url_cannot_send() {
    let host = testing::TestHost::default();
    let message = OutboundMessage {
        id: "1".into(),
        conversation: "c".into(),
        content: Content::text("a"),
        reply_to: None,
        extra: Extra::default(),
    };
    assert_eq!(Open::send(&host.context(), &message).unwrap_err().code, "url_missing");
}
