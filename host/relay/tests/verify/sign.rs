//! What the host signs in a chat's place, it believes: by every scheme whose key a
//! channel has.

use eclusa_ingress::{CannotSign, Draft as Unsigned, SignedRequest, Verifier, sign};
use eclusa_model::{Channel, Manifest};
use http::{HeaderMap, HeaderValue};
use serde_json::json;

use crate::schemes;
use crate::support::{NOW, PUBLIC_URL, channel, http, manifest, manifest_with, name};
use std::sync::Arc;

fn unsigned(body: &str) -> Unsigned {
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", HeaderValue::from_static("msg_1"));
    let form = "application/x-www-form-urlencoded";
    let kind = if body.starts_with('{') { "application/json" } else { form };
    headers.insert("content-type", HeaderValue::from_static(kind));
    Unsigned {
        method: "POST".to_owned(),
        uri: "/in/k/sub?a=b".parse().unwrap(),
        headers,
        body: body.as_bytes().to_vec(),
    }
}

async fn verdict(
    manifest: &Manifest,
    channel: &Channel,
    draft: &Unsigned,
    now: i64,
) -> &'static str {
    let request = SignedRequest {
        method: &draft.method,
        public_url: PUBLIC_URL,
        uri: &draft.uri,
        headers: &draft.headers,
        body: &draft.body,
        now_ms: now * 1000,
    };
    name(&Verifier::new(Arc::new(http())).verify(manifest, channel, &request).await)
}

#[tokio::test]
async fn what_the_host_signs_it_believes_with_this_key_and_this_body() {
    let mut signed = 0;
    for scheme in schemes::all() {
        let manifest = manifest(&scheme.recipe);
        let secret = scheme.secret.unwrap_or(|name| name.to_owned());
        let (newest, older) = (secret("new"), secret("old"));
        let both = channel(&[newest.as_str(), older.as_str()], json!({}));
        let draft = unsigned(scheme.body.unwrap_or(r#"{"text":"\u00e9"}"#));
        match sign(&manifest, &both, PUBLIC_URL, draft, NOW * 1000) {
            Ok(made) => {
                signed += 1;
                assert_eq!(
                    verdict(&manifest, &both, &made.draft, NOW).await,
                    "verified",
                    "{}",
                    scheme.name
                );
                // It was made with the newest key, and by no other.
                let before = channel(&[older.as_str()], json!({}));
                let verdict = verdict(&manifest, &before, &made.draft, NOW).await;
                assert_eq!(verdict, "signature_mismatch", "{}", scheme.name);
            }
            Err(CannotSign::ByChatOnly { scheme: kind }) => {
                assert!(["jwt", "ed25519"].contains(&kind), "{}", scheme.name);
            }
            Err(error) => panic!("{}: {error}", scheme.name),
        }
    }
    assert_eq!(signed, 15);
}

#[test]
fn what_was_signed_is_told_byte_for_byte() {
    let slack = manifest(&json!({ "scheme": "hmac-sha256", "header": "x-slack-signature",
        "prefix": "v0=", "secret": "key", "signed_content": "v0:{timestamp}:{body}",
        "timestamp": { "header": "x-slack-request-timestamp", "tolerance_seconds": 300 } }));
    let made =
        sign(&slack, &channel(&["s"], json!({})), PUBLIC_URL, unsigned("{}"), NOW * 1000).unwrap();
    assert_eq!(made.content, format!("v0:{NOW}:{{}}").as_bytes());
    assert_eq!(made.draft.headers["x-slack-request-timestamp"], NOW.to_string());
}

#[test]
fn what_cannot_be_signed_is_told_and_what_needs_no_proof_stays_as_it_is() {
    let recipe = json!({ "scheme": "secret", "in": { "pointer": "/a" }, "secret": "key" });
    let asked = |manifest: &Manifest, values: &[&str], body: &str| {
        let channel = channel(values, json!({}));
        sign(manifest, &channel, PUBLIC_URL, unsigned(body), NOW * 1000)
    };
    let required = manifest(&recipe);
    let refused = asked(&required, &[], r#"{"a":"x"}"#).unwrap_err();
    assert_eq!(refused, CannotSign::NoSecret { secret: "key".to_owned() });
    let refused = asked(&required, &["s"], r#"{"b":"x"}"#).unwrap_err();
    assert!(matches!(&refused, CannotSign::Unusable(why) if why.contains("/a")), "{refused}");
    let header = manifest(&json!({ "scheme": "header-secret", "header": "x", "secret": "key" }));
    assert!(matches!(asked(&header, &["a\nb"], "{}"), Err(CannotSign::Unusable(_))));
    let optional = manifest_with(
        &json!({ "verification": recipe, "secrets": [{ "name": "key", "summary": "" }] }),
    );
    for (manifest, values) in [(&optional, &[][..]), (&manifest_with(&json!({})), &["s"])] {
        let made = asked(manifest, values, r#"{"a":"x"}"#).unwrap();
        assert_eq!((made.draft.body, made.content), (br#"{"a":"x"}"#.to_vec(), vec![]));
    }
}
