//! What the samples do not show of messages to WhatsApp, answers and files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use eclusa_adapter_sdk::model::ProblemKind;
use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_whatsapp_cloud::WhatsAppCloud;
use serde_json::Value;

fn host() -> testing::TestHost {
    testing::TestHost::with_settings(&json!({ "phone_number_id": "401" }))
}

fn outbound(content: Content) -> OutboundMessage {
    OutboundMessage {
        id: "1".into(),
        conversation: "5511999990001".into(),
        content,
        reply_to: None,
        extra: Extra::default(),
    }
}

fn send(message: &OutboundMessage) -> Result<(Value, Vec<String>), Problem> {
    let prepared = WhatsAppCloud::send(&host().context(), message)?;
    let body = serde_json::from_str(&prepared.request.body.unwrap()).unwrap();
    Ok((body, prepared.warnings.into_iter().map(|warning| warning.code).collect()))
}

fn file(kind: fn(Media) -> Content, url: &str, mime: Option<&str>) -> OutboundMessage {
    outbound(kind(Media { mime: mime.map(str::to_owned), ..Media::url(url) }))
}

#[test]
fn a_channel_without_a_number_cannot_send() {
    let host = testing::TestHost::default();
    let problem = WhatsAppCloud::send(&host.context(), &outbound(Content::text("a"))).unwrap_err();
    assert_eq!(problem.pointer.as_deref(), Some("/settings/phone_number_id"));
}

#[test]
fn limits_are_in_characters() {
    assert!(send(&outbound(Content::text("é".repeat(4096)))).is_ok());
    let problem = send(&outbound(Content::text("é".repeat(4097)))).unwrap_err();
    assert_eq!(
        (problem.code.as_str(), problem.pointer.as_deref()),
        ("too_long", Some("/text/body"))
    );
    let caption = |length| {
        let media =
            Media { caption: Some("é".repeat(length)), ..Media::url("https://e.com/a.mp4") };
        send(&outbound(Content::Video(media)))
    };
    assert!(caption(1024).is_ok());
    assert_eq!(caption(1025).unwrap_err().pointer.as_deref(), Some("/video/caption"));
}

#[test]
fn files_go_as_what_whatsapp_shows() {
    let document: fn(Media) -> Content = Content::Document;
    for (message, kind, warnings) in [
        (file(document, "https://e.com/a", Some("image/PNG; q=1")), "image", 0),
        (file(document, "https://e.com/a.jpg?x=1", None), "image", 0),
        (file(document, "https://e.com/a.gif", None), "document", 1),
        (file(document, "https://e.com/a", None), "document", 0),
        (file(document, "https://e.com/a", Some("video/mp4")), "document", 0),
        (file(Content::Audio, "https://e.com/a", None), "audio", 0),
        (file(Content::Audio, "https://e.com/a", Some("audio/wav")), "document", 1),
        (file(Content::Video, "https://e.com/a.mp4", None), "video", 0),
        (file(Content::Video, "https://e.com/a", Some("video/webm")), "document", 1),
    ] {
        let (body, told) = send(&message).unwrap();
        assert_eq!((body["type"].as_str().unwrap(), told.len()), (kind, warnings), "{message:?}");
        assert!(body[kind]["link"].is_string());
    }
}

#[test]
fn only_ogg_is_a_voice_note() {
    let voice = |mime: &str| {
        let media = Media { mime: Some(mime.into()), voice: true, ..Media::handle("8") };
        send(&outbound(Content::Audio(media))).unwrap()
    };
    assert_eq!(voice("audio/ogg").0["audio"], json!({ "id": "8", "voice": true }));
    assert_eq!(voice("audio/mpeg"), (voice("audio/mpeg").0, vec!["voice_as_audio".to_owned()]));
    assert_eq!(voice("audio/mpeg").0["audio"], json!({ "id": "8" }));
}

#[test]
fn an_answer_to_one_card_of_several_names_the_message() {
    let mut message = outbound(Content::text("a"));
    message.reply_to = Some("wamid.HBgN=#2".into());
    assert_eq!(send(&message).unwrap().0["context"], json!({ "message_id": "wamid.HBgN=" }));
}

#[test]
fn extra_can_name_the_recipient_and_replace_the_text() {
    let with = |extra: Value, content: Content| {
        let mut message = outbound(content);
        message.extra = Extra::from_json(extra.to_string()).unwrap();
        send(&message)
    };
    let group = with(json!({ "recipient_type": "group" }), Content::text("a")).unwrap().0;
    assert_eq!(
        (&group["recipient_type"], &group["to"]),
        (&json!("group"), &json!("5511999990001"))
    );
    for (extra, content, code, pointer) in [
        (
            json!({ "recipient_type": "all" }),
            Content::text("a"),
            "wrong_type",
            "/extra/recipient_type",
        ),
        (json!({ "template": 7 }), Content::text("a"), "wrong_type", "/extra/template"),
        (
            json!({ "template": {}, "interactive": {} }),
            Content::text("a"),
            "template_and_interactive",
            "/extra",
        ),
        (json!({ "template": {} }), Content::Document(Media::handle("8")), "needs_text", "/type"),
    ] {
        let problem = with(extra, content).unwrap_err();
        assert_eq!((problem.code.as_str(), problem.pointer.as_deref()), (code, Some(pointer)));
    }
}

#[test]
fn a_vcard_is_told_to_be_lost() {
    let contact =
        Contact { name: "Ana".into(), vcard: Some("BEGIN:VCARD".into()), ..Contact::default() };
    let (body, told) = send(&outbound(Content::Contact(contact))).unwrap();
    let name = json!({ "formatted_name": "Ana", "first_name": "Ana" });
    assert_eq!(
        (&body["contacts"], told),
        (&json!([{ "name": name }]), vec!["vcard_dropped".to_owned()])
    );
}

fn settle(status: u16, code: i64) -> Outcome {
    let body = json!({ "error": { "message": "m", "code": code } });
    let response = testing::response(status, &body);
    WhatsAppCloud::settle(&host().context(), &outbound(Content::text("a")), &response, None)
}

#[test]
fn error_codes_say_who_must_act() {
    for code in [1, 2, 4, 80007, 130_429, 131_000, 131_016, 131_048, 131_056, 131_057] {
        let Outcome::Retry(later) = settle(400, code) else { panic!("{code} is not retried") };
        assert!(later.problem.retryable);
    }
    for code in [0, 3, 10, 33, 190, 200, 299, 131_005, 131_042, 131_045, 133_010] {
        let Outcome::Refused(problem) = settle(400, code) else { panic!("{code} is retried") };
        assert_eq!(problem.kind, ProblemKind::Configuration, "{code}");
    }
    for (code, name) in [
        (100, "invalid_parameter"),
        (368, "account_restricted"),
        (131_026, "undeliverable"),
        (131_047, "outside_window"),
        (131_049, "not_delivered_by_meta"),
        (131_051, "type_refused"),
        (131_053, "media_refused"),
        (132_001, "template_refused"),
        (999_999, "rejected"),
    ] {
        let Outcome::Refused(problem) = settle(400, code) else { panic!("{code} is retried") };
        assert_eq!((problem.kind, problem.code.as_str()), (ProblemKind::Refused, name));
        assert!(problem.action.is_some() && !problem.retryable);
    }
    assert!(matches!(settle(503, 999_999), Outcome::Retry(_)));
    assert!(
        matches!(settle(401, 999_999), Outcome::Refused(p) if p.kind == ProblemKind::Configuration)
    );
}

#[test]
fn an_answer_without_an_id_is_still_sent() {
    for body in [json!({ "messages": [] }), json!({}), json!([]), json!({ "messages": 7 })] {
        let response = testing::response(200, &body);
        let outcome = WhatsAppCloud::settle(
            &host().context(),
            &outbound(Content::text("a")),
            &response,
            None,
        );
        assert_eq!(outcome, Outcome::sent(None), "{body}");
    }
}

fn fetch(previous: Option<HttpResponse>) -> Result<MediaStep, Problem> {
    let previous = previous.map(|response| MediaResponse { response, state: "url".into() });
    WhatsAppCloud::media(&host().context(), "80 1/é", previous.as_ref())
}

#[test]
fn a_file_is_asked_for_and_fetched_with_the_token() {
    let Ok(MediaStep::Ask(ask)) = fetch(None) else { panic!("no question") };
    assert_eq!(ask.request.url, "https://graph.facebook.com/v25.0/80%201%2F%C3%A9");
    let token = [("authorization".to_owned(), "Bearer {secret:access-token}".to_owned())];
    assert_eq!(ask.request.headers, token);
    let found = json!({ "url": "https://lookaside.fbsbx.com/?mid=1", "mime_type": "image/jpeg" });
    let Ok(MediaStep::File(file)) = fetch(Some(testing::response(200, &found))) else {
        panic!("no file")
    };
    assert_eq!(
        (file.url.as_str(), file.method.as_str()),
        ("https://lookaside.fbsbx.com/?mid=1", "GET")
    );
    assert_eq!(file.headers, token);
}

#[test]
fn a_file_that_cannot_be_had_says_why() {
    let error = |code: i64| json!({ "error": { "message": "m", "code": code } });
    for (status, body, code, retryable) in [
        (400, error(100), "media_gone", false),
        (401, error(190), "unauthorized", false),
        (400, error(4), "rate_limited", true),
        (500, error(1), "chat_unavailable", true),
        (404, json!("gone"), "media_gone", false),
        (503, json!("later"), "chat_unavailable", true),
        (200, json!({}), "no_address", false),
        (200, json!({ "url": "file:///etc/passwd" }), "no_address", false),
    ] {
        let problem = fetch(Some(testing::response(status, &body))).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.retryable),
            (code, retryable),
            "{status} {body}"
        );
    }
}
