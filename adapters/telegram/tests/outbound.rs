//! Messages to Telegram, its answers, and files: what the samples do not show.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use eclusa_adapter_sdk::model::ProblemKind;
use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_telegram::Telegram;
use serde_json::Value;

fn outbound(content: Content) -> OutboundMessage {
    OutboundMessage {
        id: "01JZZZZZZZZZZZZZZZZZZZZZZ1".into(),
        conversation: "7".into(),
        content,
        reply_to: None,
        extra: Extra::default(),
    }
}

fn send(message: &OutboundMessage) -> Result<Prepared, Problem> {
    let host = testing::TestHost::default();
    Telegram::send(&host.context(), message)
}

/// Method and parameters of the call that sends a content.
fn call(content: Content) -> (String, Value) {
    let request = send(&outbound(content)).unwrap().request;
    let method = request.url.rsplit('/').next().unwrap().to_owned();
    (method, serde_json::from_str(&request.body.unwrap()).unwrap())
}

fn settle(message: &OutboundMessage, response: &HttpResponse, state: Option<&str>) -> Outcome {
    let host = testing::TestHost::default();
    Telegram::settle(&host.context(), message, response, state)
}

fn text(body: &str, markup: Markup) -> Content {
    Content::Text(Text { body: body.to_owned(), markup })
}

#[test]
fn a_text_is_measured_as_telegram_measures() {
    let longest = "a".repeat(4096);
    for (content, length) in [
        (text(&longest, Markup::Plain), None),
        (text(&format!("{longest}a"), Markup::Plain), Some(4097)),
        // Beyond the basic plane a character counts twice.
        (text(&"😀".repeat(2048), Markup::Plain), None),
        (text(&"😀".repeat(2049), Markup::Plain), Some(4098)),
        (text(&format!("<b>{longest}</b>"), Markup::Html), None),
        (text(&format!("<b>{longest}&amp;</b>"), Markup::Html), Some(4097)),
        (text(&format!("**{longest}**"), Markup::Markdown), None),
        (text(&format!("**{longest}**!"), Markup::Markdown), Some(4097)),
    ] {
        match (send(&outbound(content)), length) {
            (Ok(_), None) => {}
            (Err(problem), Some(length)) => {
                assert_eq!(problem.code, "too_long");
                assert_eq!(problem.pointer.as_deref(), Some("/text/body"));
                assert!(problem.message.contains(&length.to_string()), "{}", problem.message);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(send(&outbound(text("<b></b>", Markup::Html))).unwrap_err().code, "empty_text");
}

#[test]
fn a_caption_is_measured_too() {
    let mut media = Media::url("https://e.example/a.pdf");
    media.caption = Some("a".repeat(1025));
    let problem = send(&outbound(Content::Video(media.clone()))).unwrap_err();
    assert_eq!(problem.pointer.as_deref(), Some("/video/caption"));
    media.caption = Some("a".repeat(1024));
    assert!(send(&outbound(Content::Video(media))).is_ok());
}

#[test]
fn nothing_that_people_write_reaches_a_secret() {
    let trap = "{secret:bot-token}";
    let mut media = Media::url(format!("https://e.example/{trap}"));
    media.caption = Some(trap.to_owned());
    for content in
        [text(trap, Markup::Plain), text(trap, Markup::Markdown), Content::Document(media)]
    {
        let mut message = outbound(content);
        message.extra = Extra::from_json(format!(r#"{{"message_effect_id":"{trap}"}}"#)).unwrap();
        let request = send(&message).unwrap().request;
        assert_eq!(request.url.matches("{secret:").count(), 1);
        assert!(!request.body.unwrap().contains("{secret:"));
    }
}

#[test]
fn pictures_go_out_as_photos_where_telegram_takes_them() {
    for (mime, size, method) in [
        ("image/jpeg", None, "sendPhoto"),
        ("image/PNG", Some(5 * 1024 * 1024), "sendPhoto"),
        ("image/webp", Some(1), "sendPhoto"),
        ("image/jpeg", Some(5 * 1024 * 1024 + 1), "sendDocument"),
        ("image/gif", None, "sendDocument"),
        ("image/svg+xml", None, "sendDocument"),
        ("application/pdf", None, "sendDocument"),
    ] {
        let mut media = Media::url("https://e.example/x");
        media.mime = Some(mime.to_owned());
        media.size = size;
        assert_eq!(call(Content::Document(media)).0, method, "{mime} {size:?}");
    }
}

#[test]
fn a_handle_goes_out_as_what_it_came_in_as() {
    for (handle, method, field) in [
        ("AgACAgQAAx", "sendPhoto", "photo"),
        ("AwACAgQAAx", "sendVoice", "voice"),
        ("BAACAgQAAx", "sendVideo", "video"),
        ("BQACAgQAAx", "sendDocument", "document"),
        ("CAACAgQAAx", "sendSticker", "sticker"),
        ("CQACAgQAAx", "sendAudio", "audio"),
        ("CgACAgQAAx", "sendAnimation", "animation"),
        ("DQACAgQAAx", "sendVideoNote", "video_note"),
        ("unknown", "sendDocument", "document"),
        ("é", "sendDocument", "document"),
    ] {
        let (called, parameters) = call(Content::Document(Media::handle(handle)));
        assert_eq!((called.as_str(), &parameters[field]), (method, &json!(handle)));
    }
}

#[test]
fn what_cannot_be_carried_is_told() {
    let mut message = outbound(Content::text("Hi"));
    message.reply_to = Some("23842111222333444".to_owned());
    let prepared = send(&message).unwrap();
    assert_eq!(prepared.warnings[0].code, "reply_dropped");
    assert!(!prepared.request.body.unwrap().contains("reply_parameters"));

    let mut card =
        Contact { name: "Ana".into(), phones: vec![Phone::new("1")], ..Contact::default() };
    card.vcard = Some("x".repeat(2049));
    let prepared = send(&outbound(Content::Contact(card))).unwrap();
    assert_eq!(prepared.warnings[0].code, "vcard_dropped");
    assert!(!prepared.request.body.unwrap().contains("vcard"));
}

#[test]
fn markdown_becomes_what_telegram_can_show() {
    for (markdown, html) in [
        ("plain & <simple>", "plain &amp; "),
        ("*a* **b** `c<d`", "<i>a</i> <b>b</b> <code>c&lt;d</code>"),
        ("one\ntwo  \nthree\n\nfour", "one\ntwo\nthree\n\nfour"),
        ("1. a\n2. b\n   - c\n\nd", "1. a\n2. b\n  • c\n\nd"),
        ("> quoted\n> more\n\nnot", "<blockquote>quoted\nmore</blockquote>\n\nnot"),
        (
            "```rust\nlet a = 1;\n\nlet b;\n```\nx",
            "<pre><code class=\"language-rust\">let a = 1;\n\nlet b;</code></pre>\n\nx",
        ),
        ("a\n\n---\n\nb", "a\n\n———\n\nb"),
        ("![cat](https://e.example/c.png)", "<a href=\"https://e.example/c.png\">cat</a>"),
        ("2 * 3 * 4 _snake_case_", "2 * 3 * 4 <i>snake_case</i>"),
    ] {
        let (_, parameters) = call(text(markdown, Markup::Markdown));
        assert_eq!(parameters["text"], html, "{markdown}");
        assert_eq!(parameters["parse_mode"], "HTML");
    }
}

fn error(code: u16, description: &str) -> HttpResponse {
    testing::response(code, &json!({ "ok": false, "error_code": code, "description": description }))
}

#[test]
fn each_answer_of_telegram_means_something() {
    let message = outbound(Content::text("Hi"));
    for (status, description, code) in [
        (400, "Bad Request: chat not found", "chat_not_found"),
        (400, "Bad Request: message thread not found", "topic_not_found"),
        (400, "Bad Request: TOPIC_CLOSED", "topic_closed"),
        (400, "Bad Request: can't parse entities: Unsupported start tag", "markup_refused"),
        (400, "Bad Request: message is too long", "too_long"),
        (400, "Bad Request: not enough rights to send text messages to the chat", "no_rights"),
        (400, "Bad Request: anything else", "rejected"),
        (403, "Forbidden: bot was blocked by the user", "bot_blocked"),
        (403, "Forbidden: user is deactivated", "user_deactivated"),
        (403, "Forbidden: bot was kicked from the group chat", "bot_removed"),
        (403, "Forbidden: bot can't initiate conversation with a user", "chat_not_started"),
        (403, "Forbidden: anything else", "forbidden"),
        (413, "Request Entity Too Large", "file_too_large"),
    ] {
        let Outcome::Refused(problem) = settle(&message, &error(status, description), None) else {
            panic!("{description}")
        };
        assert_eq!((problem.kind, problem.code.as_str()), (ProblemKind::Refused, code));
        assert!(problem.message.contains(description));
        assert!(problem.action.is_some());
    }
    for status in [401, 404] {
        let outcome = settle(&message, &error(status, "Unauthorized"), None);
        assert!(
            matches!(&outcome, Outcome::Refused(p) if p.kind == ProblemKind::Configuration && p.code == "bad_token"),
            "{outcome:?}"
        );
    }
    for status in [500, 502] {
        let outcome = settle(&message, &error(status, "Internal Server Error"), None);
        assert!(matches!(&outcome, Outcome::Retry(p) if p.after_seconds.is_none()), "{outcome:?}");
    }
    let outcome = settle(&message, &HttpResponse::text(503, "<html>"), None);
    assert!(matches!(outcome, Outcome::Retry(_)));
    let migrated = testing::response(
        400,
        &json!({ "ok": false, "error_code": 400, "description": "Bad Request: group chat was upgraded to a supergroup chat",
                 "parameters": { "migrate_to_chat_id": -1009999999999999_i64 } }),
    );
    let Outcome::Refused(problem) = settle(&message, &migrated, None) else { panic!("refused") };
    assert!(problem.action.unwrap().contains("-1009999999999999"));
}

#[test]
fn only_a_file_by_url_is_sent_as_a_link() {
    let refused = error(400, "Bad Request: failed to get HTTP URL content");
    let by_url = outbound(Content::Video(Media::url("https://e.example/a.mp4")));
    assert!(matches!(settle(&by_url, &refused, None), Outcome::Next(_)));
    assert!(matches!(settle(&by_url, &refused, Some("link")), Outcome::Refused(_)));
    let by_handle = outbound(Content::Video(Media::handle("BAACx")));
    assert!(matches!(settle(&by_handle, &refused, None), Outcome::Refused(_)));
}

fn media(previous: Option<HttpResponse>) -> Result<MediaStep, Problem> {
    let host = testing::TestHost::default();
    let previous = previous.map(|response| MediaResponse { response, state: "getFile".to_owned() });
    Telegram::media(&host.context(), "BQAC{secret:bot-token}", previous.as_ref())
}

#[test]
fn a_file_takes_two_steps() {
    let Ok(MediaStep::Ask(ask)) = media(None) else { panic!("ask") };
    assert_eq!(ask.request.url, "https://api.telegram.org/bot{secret:bot-token}/getFile");
    assert_eq!(ask.request.body.as_deref(), Some(r#"{"file_id":"BQAC\u007bsecret:bot-token}"}"#));

    let told = |path: &str| {
        testing::response(
            200,
            &json!({ "ok": true, "result": { "file_id": "x", "file_path": path } }),
        )
    };
    let step = media(Some(told("documents/file 7.pdf"))).unwrap();
    let url = "https://api.telegram.org/file/bot{secret:bot-token}/documents/file%207.pdf";
    assert_eq!(step, MediaStep::File(HttpRequest::get(url)));

    for (response, code, retryable) in [
        (told("/var/lib/bot/7.pdf"), "local_file", false),
        (testing::response(200, &json!({ "ok": true, "result": {} })), "missing_field", false),
        (error(400, "Bad Request: file is too big"), "file_too_large", false),
        (
            error(400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
            "file_refused",
            false,
        ),
        (error(401, "Unauthorized"), "bad_token", false),
        (error(429, "Too Many Requests: retry after 5"), "rate_limited", true),
        (HttpResponse::text(502, "<html>"), "chat_unavailable", true),
    ] {
        let problem = media(Some(response)).unwrap_err();
        assert_eq!((problem.code.as_str(), problem.retryable), (code, retryable));
    }
}
