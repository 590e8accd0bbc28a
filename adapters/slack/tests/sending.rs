//! Messages to Slack, its answers, and files, beyond what the samples show.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_slack::Slack;
use serde_json::Value;

fn message(content: Content) -> OutboundMessage {
    OutboundMessage {
        id: "1".into(),
        conversation: "C1".into(),
        content,
        reply_to: None,
        extra: Extra::default(),
    }
}

fn send_with(settings: Value, message: &OutboundMessage) -> Result<Prepared, Problem> {
    Slack::send(&testing::TestHost::with_settings(&settings).context(), message)
}

fn body(message: &OutboundMessage) -> Value {
    let prepared = send_with(json!({}), message).unwrap();
    serde_json::from_str(&prepared.request.body.unwrap()).unwrap()
}

fn picture(media: Media) -> Value {
    body(&message(Content::Document(media)))
}

#[test]
fn the_channels_url_comes_before_slacks() {
    let mut host = testing::TestHost::default();
    host.channel.url = Some("https://relay.example.com/slack".into());
    let prepared = Slack::send(&host.context(), &message(Content::text("a"))).unwrap();
    assert_eq!(prepared.request.url, "https://relay.example.com/slack/chat.postMessage");
}

#[test]
fn answers_go_into_the_thread() {
    let mut answer = message(Content::text("a"));
    for (reply_to, thread) in [
        ("1772366400.000100", json!("1772366400.000100")),
        ("1772366400.000100#2", json!("1772366400.000100")),
        ("17.42.abc", Value::Null),
        ("x", Value::Null),
        (".", Value::Null),
    ] {
        answer.reply_to = Some(reply_to.into());
        assert_eq!(body(&answer)["thread_ts"], thread, "{reply_to}");
        let warnings = send_with(json!({}), &answer).unwrap().warnings;
        assert_eq!(warnings.is_empty(), thread.is_string(), "{reply_to}");
    }
    answer.extra = Extra::from_json(r#"{"reply_broadcast":true}"#.into()).unwrap();
    assert_eq!(body(&answer)["reply_broadcast"], true);
}

#[test]
fn previews_are_slacks_default_unless_set() {
    let text = message(Content::text("a"));
    let plain = body(&text);
    assert_eq!((&plain["unfurl_links"], &plain["unfurl_media"]), (&Value::Null, &Value::Null));
    let settings = json!({ "unfurl_links": true, "unfurl_media": false });
    let raw = send_with(settings, &text).unwrap().request.body.unwrap();
    let set: Value = serde_json::from_str(&raw).unwrap();
    assert_eq!((&set["unfurl_links"], &set["unfurl_media"]), (&json!(true), &json!(false)));
}

#[test]
fn limits_hold_at_their_edge() {
    let plain = |length: usize| message(Content::text("é".repeat(length)));
    assert!(send_with(json!({}), &plain(40_000)).is_ok());
    let problem = send_with(json!({}), &plain(40_001)).unwrap_err();
    assert_eq!(
        (problem.code.as_str(), problem.pointer.as_deref()),
        ("too_long", Some("/text/body"))
    );
    // Slack counts what is escaped.
    assert!(send_with(json!({}), &message(Content::text("&".repeat(8_001)))).is_err());
    let markdown = |length: usize| {
        message(Content::Text(Text { body: "a".repeat(length), markup: Markup::Markdown }))
    };
    assert!(send_with(json!({}), &markdown(12_000)).is_ok());
    assert!(send_with(json!({}), &markdown(12_001)).is_err());
    let captioned = |length: usize| {
        let caption = Some("a".repeat(length));
        message(Content::Video(Media { caption, ..Media::url("https://x.org/a.mp4") }))
    };
    assert!(send_with(json!({}), &captioned(3_000)).is_ok());
    let problem = send_with(json!({}), &captioned(3_001)).unwrap_err();
    assert_eq!(problem.pointer.as_deref(), Some("/video/caption"));
}

#[test]
fn only_pictures_which_slack_reads_are_shown() {
    let shown = |media: Media| picture(media)["blocks"].is_array();
    let url = |url: &str| Media::url(url);
    let mime = |mime: &str| Media { mime: Some(mime.into()), ..url("https://x.org/a") };
    assert!(shown(mime("image/png")));
    assert!(shown(mime("IMAGE/JPEG")));
    assert!(shown(url("https://x.org/a.gif?size=1#top")));
    assert!(!shown(mime("image/webp")));
    assert!(!shown(mime("image/svg+xml")));
    assert!(!shown(url("https://x.org/a.pdf")));
    assert!(!shown(url("https://x.org/.png/")));
    assert!(!shown(url(&format!("https://x.org/{}.png", "a".repeat(3_000)))));
}

#[test]
fn links_have_a_label() {
    let text = |media: Media| picture(media)["text"].clone();
    assert_eq!(text(Media::url("https://x.org/a|b.pdf")), "<https://x.org/a%7Cb.pdf|a|b.pdf>");
    assert_eq!(text(Media::url("https://x.org")), "<https://x.org|document>");
    let named = Media { filename: Some("<a>".into()), ..Media::url("https://x.org/f") };
    assert_eq!(text(named), "<https://x.org/f|&lt;a&gt;>");
}

fn settle(status: u16, body: &str, headers: &[(&str, &str)]) -> Outcome {
    let response = HttpResponse {
        status,
        headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        body: body.to_owned(),
    };
    let host = testing::TestHost::default();
    Slack::settle(&host.context(), &message(Content::text("a")), &response, None)
}

#[test]
fn passing_errors_are_tried_again() {
    let limited = settle(429, r#"{"ok":false,"error":"ratelimited"}"#, &[("retry-after", "30")]);
    let Outcome::Retry(postponement) = limited else { unreachable!("{limited:?}") };
    assert_eq!(postponement.after_seconds, Some(30));
    assert!(postponement.problem.retryable);
    for (status, body) in [
        (200, r#"{"ok":false,"error":"internal_error"}"#),
        (200, r#"{"ok":false,"error":"fatal_error"}"#),
        (503, r#"{"ok":false,"error":"service_unavailable"}"#),
        (500, r#"{"ok":false,"error":"something_new"}"#),
        (502, "<html>Bad gateway</html>"),
        (429, ""),
        (408, ""),
    ] {
        assert!(matches!(settle(status, body, &[]), Outcome::Retry(_)), "{status} {body}");
    }
}

#[test]
fn lasting_errors_say_what_to_do() {
    for (error, kind) in [
        ("channel_not_found", "refused"),
        ("not_in_channel", "refused"),
        ("is_archived", "refused"),
        ("msg_too_long", "refused"),
        ("something_new", "refused"),
        ("invalid_auth", "configuration"),
        ("account_inactive", "configuration"),
        ("token_revoked", "configuration"),
        ("missing_scope", "configuration"),
    ] {
        let body = json!({ "ok": false, "error": error, "needed": "chat:write" }).to_string();
        let outcome = serde_json::to_value(settle(200, &body, &[])).unwrap();
        assert_eq!(outcome["refused"]["code"], error);
        assert_eq!(outcome["refused"]["kind"], kind, "{error}");
        let action = outcome["refused"]["action"].as_str().unwrap();
        assert_eq!(action.contains("`chat:write`"), error == "missing_scope", "{error}: {action}");
    }
}

#[test]
fn an_answer_of_another_server_is_a_wrong_url() {
    for (status, body) in [(200, "<html>"), (404, "not found"), (302, ""), (200, r#"{"id":1}"#)] {
        let outcome = serde_json::to_value(settle(status, body, &[])).unwrap();
        assert_eq!(outcome["refused"]["code"], "not_slack_api", "{status} {body}");
    }
}

#[test]
fn a_cut_message_is_told() {
    let body = r#"{"ok":true,"ts":"1.2","response_metadata":{"warnings":["message_truncated"]}}"#;
    let Outcome::Sent(receipt) = settle(200, body, &[]) else { unreachable!() };
    assert_eq!(receipt.external_id.as_deref(), Some("1.2"));
    assert_eq!(receipt.warnings[0].code, "message_truncated");
    assert_eq!(settle(200, r#"{"ok":true}"#, &[]), Outcome::sent(None));
}

fn media(previous: Option<(u16, Value)>) -> Result<MediaStep, Problem> {
    let previous = previous.map(|(status, body)| MediaResponse {
        response: testing::response(status, &body),
        state: "files.info".into(),
    });
    Slack::media(&testing::TestHost::default().context(), "F1&x={", previous.as_ref())
}

fn found(file: Value) -> Result<MediaStep, Problem> {
    media(Some((200, json!({ "ok": true, "file": file }))))
}

#[test]
fn a_file_is_asked_for_and_then_fetched() {
    let Ok(MediaStep::Ask(next)) = media(None) else { unreachable!() };
    assert_eq!(next.request.url, "https://slack.com/api/files.info?file=F1%26x%3D%7B");
    let token = Some(&("authorization".to_owned(), "Bearer {secret:bot-token}".to_owned()));
    assert_eq!(next.request.headers.first(), token);

    let url = "https://files.slack.com/files-pri/T1-F1/download/a.png";
    let file = json!({ "url_private": "https://files.slack.com/p", "url_private_download": url });
    let Ok(MediaStep::File(request)) = found(file) else { unreachable!() };
    assert_eq!((request.method.as_str(), request.url.as_str()), ("GET", url));
    assert_eq!(request.headers.first(), token);
}

#[test]
fn the_token_goes_to_slack_alone() {
    for url in [
        "https://evil.example.com/a",
        "http://files.slack.com/a",
        "https://slack.com.evil.example.com/a",
        "https://evilslack.com/a",
        "https://files.slack.com@evil.example.com/a",
        "https://evil.example.com\\.slack.com/a",
    ] {
        let problem = found(json!({ "url_private": url })).unwrap_err();
        assert_eq!(problem.code, "unexpected_host", "{url}");
        let external = found(json!({ "url_private": url, "is_external": true }));
        let Ok(MediaStep::File(request)) = external else { unreachable!() };
        assert!(request.headers.is_empty(), "{url}");
    }
}

#[test]
fn files_that_cannot_be_had_are_refused() {
    assert_eq!(found(json!({ "mode": "tombstone" })).unwrap_err().code, "file_unavailable");
    let gone = media(Some((200, json!({ "ok": false, "error": "file_not_found" })))).unwrap_err();
    assert_eq!((gone.code.as_str(), gone.retryable), ("file_not_found", false));
    let later = media(Some((429, json!({ "ok": false, "error": "ratelimited" })))).unwrap_err();
    assert!(later.retryable);
}
