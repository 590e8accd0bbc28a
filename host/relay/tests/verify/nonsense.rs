//! Recipes that make no sense are refused, with a pointer.

use eclusa_model::Manifest;
use serde_json::{Value, json};

use crate::support::manifest_with;

fn pointers(manifest: &Manifest) -> Vec<String> {
    manifest.nonsense().into_iter().map(|(pointer, _)| pointer).collect()
}

fn hmac(changes: Value) -> Value {
    let mut recipe = json!({ "scheme": "hmac-sha256", "header": "x-sig", "secret": "key" });
    recipe.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    recipe
}

fn jwt(changes: Value) -> Value {
    let mut recipe = json!({ "scheme": "jwt", "in": { "header": "authorization" },
        "issuers": ["x"], "audience": { "text": "y" },
        "key": { "algorithm": "RS256", "jwks": { "url": "https://x.example" } } });
    recipe.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    recipe
}

#[test]
fn verification() {
    let time = |prefix: &str| json!({ "prefix": prefix, "tolerance_seconds": 9 });
    let header_time = json!({ "header": "x-time", "tolerance_seconds": 9 });
    for (recipe, expected) in [
        (hmac(json!({})), ""),
        (jwt(json!({})), ""),
        (hmac(json!({ "secret": "other" })), "/secret"),
        (hmac(json!({ "header": "x sig" })), "/header"),
        (hmac(json!({ "signed_content": "{url}" })), "/signed_content"),
        (hmac(json!({ "signed_content": "{timestamp}{body}" })), "/signed_content"),
        (hmac(json!({ "timestamp": header_time })), "/signed_content"),
        (hmac(json!({ "timestamp": header_time, "signed_content": "{header:X-Time}{body}" })), ""),
        (hmac(json!({ "separator": "," })), "/prefix"),
        (hmac(json!({ "separator": "", "prefix": "v=" })), "/separator"),
        (
            hmac(json!({ "timestamp": time("t="), "signed_content": "{timestamp}{body}" })),
            "/timestamp/prefix",
        ),
        (
            hmac(json!({ "timestamp": time("v="), "separator": ",", "prefix": "v=",
                         "signed_content": "{timestamp}{body}" })),
            "/timestamp/prefix",
        ),
        (hmac(json!({ "scheme": "ed25519" })), "/key"),
        (json!({ "scheme": "basic", "user": "a:b", "secret": "key" }), "/user"),
        (json!({ "scheme": "secret", "in": { "pointer": "a" }, "secret": "key" }), "/in/pointer"),
        (json!({ "scheme": "secret", "in": { "form": "" }, "secret": "key" }), "/in/form"),
        (jwt(json!({ "audience": null })), "/audience"),
        (jwt(json!({ "issuers": [] })), "/issuers"),
        (jwt(json!({ "audience": { "setting": "other" } })), "/audience/setting"),
        (
            jwt(json!({ "key": { "algorithm": "RS256", "jwks": { "url": "http://x" } } })),
            "/key/jwks/url",
        ),
        (
            jwt(json!({ "key": { "algorithm": "ES256", "jwks": { "setting": "x" } } })),
            "/key/jwks/setting",
        ),
        (jwt(json!({ "key": { "algorithm": "HS256", "secret": "x" } })), "/key/secret"),
        (jwt(json!({ "body_claims": { "a/b": "c" } })), "/body_claims/a~1b"),
    ] {
        let found = pointers(&manifest_with(&json!({ "verification": recipe })));
        let expected: Vec<_> = [expected]
            .iter()
            .filter(|it| !it.is_empty())
            .map(|it| format!("/verification{it}"))
            .collect();
        assert_eq!(found, expected, "{recipe}");
    }
}

#[test]
fn handshakes() {
    let query = |challenge: &str, secret: &str| {
        json!({ "scheme": "query", "when": {}, "token": "t", "secret": secret,
                "challenge": challenge })
    };
    let body =
        |when: Value, reply: Value| json!({ "scheme": "body", "when": when, "reply": reply });
    for (recipe, expected) in [
        (query("c", "key"), ""),
        (query("t", "key"), "/challenge"),
        (query("", "key"), "/challenge"),
        (query("c", "other"), "/secret"),
        (body(json!({ "/type": 1 }), json!({ "json": { "type": 1 } })), ""),
        (body(json!({}), json!({ "json": 1 })), "/when"),
        (body(json!({ "type": 1 }), json!({ "json": 1 })), "/when/type"),
        (body(json!({ "/t": 1 }), json!({ "text": "c" })), "/reply/text"),
        (body(json!({ "/t": 1 }), json!({ "echo": { "c": "~" } })), "/reply/echo/c"),
    ] {
        let found = pointers(&manifest_with(&json!({ "handshake": recipe })));
        let expected: Vec<_> = [expected]
            .iter()
            .filter(|it| !it.is_empty())
            .map(|it| format!("/handshake{it}"))
            .collect();
        assert_eq!(found, expected, "{recipe}");
    }
}

#[test]
fn placeholders_that_stand_for_nothing_are_not_read() {
    for (content, right) in [
        ("{body}", true),
        ("{\"a\":{body}}", true),
        ("{{body}", true),
        ("{ body }{body}", true),
        ("{boddy}{body}", false),
        ("{header:}{body}", false),
        ("{header:a b}{body}", false),
        ("{body", false),
    ] {
        let read = serde_json::from_value::<eclusa_model::SignedContent>(json!(content));
        assert_eq!(read.is_ok(), right, "{content}");
    }
}
