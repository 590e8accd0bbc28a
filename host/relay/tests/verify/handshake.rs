//! Handshakes that the host answers.

use eclusa_ingress::{VerifyError, answer_signed, answer_unsigned};
use eclusa_model::HttpResponse;
use serde_json::{Value, json};

use crate::support::{Draft, NOW, channel, manifest_with};

fn by_query(draft: &Draft, values: &[&str]) -> Option<Result<HttpResponse, VerifyError>> {
    let manifest = manifest_with(&json!({ "handshake": {
        "scheme": "query", "when": { "hub.mode": "subscribe" },
        "token": "hub.verify_token", "secret": "key", "challenge": "hub.challenge" } }));
    assert_eq!(manifest.nonsense(), []);
    draft.sent(NOW, |request| answer_unsigned(&manifest, &channel(values, json!({})), request))
}

fn by_body(reply: &Value, body: &str) -> Option<Result<HttpResponse, VerifyError>> {
    let manifest = manifest_with(&json!({ "handshake": {
        "scheme": "body", "when": { "/type": "url_verification" }, "reply": reply } }));
    assert_eq!(manifest.nonsense(), []);
    Draft::post(body).sent(NOW, |request| answer_signed(&manifest, request))
}

fn code(answer: Option<Result<HttpResponse, VerifyError>>) -> String {
    match answer {
        None => "none".to_owned(),
        Some(Ok(reply)) => {
            let kind = reply.header("content-type").unwrap_or_default().to_owned();
            format!("{} {kind} {}", reply.status, reply.body)
        }
        Some(Err(error)) => error.code().to_owned(),
    }
}

#[test]
fn a_get_is_given_its_challenge_back_by_whoever_knows_the_secret() {
    let long = "7".repeat(5000);
    for (query, expected) in [
        (
            "hub.mode=subscribe&hub.challenge=11%3Cb%3E&hub.verify_token=t0ken",
            "200 text/plain; charset=utf-8 11<b>",
        ),
        (
            "hub.mode=subscribe&hub.challenge=7&hub.verify_token=0ld",
            "200 text/plain; charset=utf-8 7",
        ),
        ("hub.mode=subscribe&hub.challenge=7&hub.verify_token=t0ke", "handshake_refused"),
        ("hub.mode=subscribe&hub.challenge=7&hub.verify_token=", "handshake_refused"),
        ("hub.mode=subscribe&hub.challenge=7", "handshake_refused"),
        (
            "hub.mode=subscribe&hub.challenge=7&hub.verify_token=t0ken&hub.verify_token=t0ken",
            "handshake_refused",
        ),
        ("hub.mode=subscribe&hub.verify_token=t0ken", "handshake_malformed"),
        ("hub.mode=subscribe&hub.challenge=&hub.verify_token=t0ken", "handshake_malformed"),
        (
            &format!("hub.mode=subscribe&hub.challenge={long}&hub.verify_token=t0ken"),
            "handshake_malformed",
        ),
        ("hub.mode=unsubscribe&hub.challenge=7&hub.verify_token=t0ken", "none"),
        ("hub.challenge=7&hub.verify_token=t0ken", "none"),
        ("", "none"),
    ] {
        let draft = Draft::get(&format!("/in/k?{query}"));
        assert_eq!(code(by_query(&draft, &["t0ken", "0ld"])), expected, "{query}");
    }
    let asked = "/in/k?hub.mode=subscribe&hub.challenge=7&hub.verify_token=";
    for values in [&[][..], &[""]] {
        assert_eq!(code(by_query(&Draft::get(asked), values)), "secret_not_configured");
    }
    let post = Draft { method: "POST", ..Draft::get(&format!("{asked}t0ken")) };
    assert_eq!(code(by_query(&post, &["t0ken"])), "none");
    // What was sent is not repeated.
    let error = by_query(&Draft::get(&format!("{asked}gue55")), &["t0ken"]).unwrap().unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("gue55") && !shown.contains("t0ken"), "{shown}");
}

#[test]
fn a_post_is_answered_by_what_it_holds() {
    let slack = json!({ "text": "/challenge" });
    let plain = "200 text/plain; charset=utf-8";
    let json = "200 application/json";
    for (reply, body, expected) in [
        (
            &slack,
            r#"{"token":"x","challenge":"a\"\u00e9+\/=","type":"url_verification"}"#,
            format!("{plain} a\"é+/="),
        ),
        (&slack, r#"{"challenge":"a","type":"event_callback"}"#, "none".to_owned()),
        (&slack, r#"{"challenge":"a"}"#, "none".to_owned()),
        (&slack, r#"[{"type":"url_verification"}]"#, "none".to_owned()),
        (&slack, "type=url_verification", "none".to_owned()),
        (&slack, "", "none".to_owned()),
        (&slack, r#"{"type":"url_verification"}"#, "handshake_malformed".to_owned()),
        (&slack, r#"{"type":"url_verification","challenge":7}"#, "handshake_malformed".to_owned()),
        (
            &json!({ "echo": { "challenge": "/event/challenge" } }),
            r#"{"type":"url_verification","event":{"challenge":"a\"b"}}"#,
            format!("{json} {{\"challenge\":\"a\\\"b\"}}"),
        ),
        (
            &json!({ "json": { "type": 1 } }),
            r#"{"type":"url_verification"}"#,
            format!("{json} {{\"type\":1}}"),
        ),
    ] {
        assert_eq!(code(by_body(reply, body)), expected, "{body}");
    }
}
