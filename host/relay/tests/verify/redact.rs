//! What proves the sender is neither stored nor shown.

use eclusa_ingress::redact;
use eclusa_model::{Manifest, Request};
use serde_json::{Value, json};

use crate::support::manifest;

fn request(body: &str) -> Request {
    Request {
        method: "POST".to_owned(),
        path: String::new(),
        query: [("a", "1"), ("token", "s3cret"), ("token", "s3cret")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        headers: [("x-token", "s3cret"), ("x-other", "o")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        body: body.to_owned(),
        received_at: String::new(),
    }
}

fn secret_in(place: Value) -> Manifest {
    manifest(&json!({ "scheme": "secret", "in": place, "secret": "key" }))
}

#[test]
fn headers_and_parameters_are_left_out() {
    let header = manifest(&json!({ "scheme": "header-secret", "header": "X-Token",
                                   "secret": "key" }));
    let query = secret_in(json!({ "query": "token" }));
    let mut seen = request("{}");
    // Of both revisions that may see it.
    redact(&mut seen, [&header, &query]);
    assert_eq!(seen.headers, [("x-other".to_owned(), "o".to_owned())]);
    assert_eq!(seen.query, [("a".to_owned(), "1".to_owned())]);
    let signed = manifest(&json!({ "scheme": "hmac-sha256", "header": "x-token",
                                   "secret": "key" }));
    let mut seen = request("{}");
    redact(&mut seen, [&signed]);
    assert_eq!(seen, request("{}"));
}

#[test]
fn of_a_body_only_the_value_changes() {
    for (place, body, expected) in [
        (
            json!({ "pointer": "/auth/token" }),
            r#" {"id":12345678901234567890, "auth" : { "token" : "s3\u0063ret" } } "#,
            r#" {"id":12345678901234567890, "auth" : { "token" : "[secret]" } } "#,
        ),
        (json!({ "pointer": "/1" }), r#"["a","s3cret"]"#, r#"["a","[secret]"]"#),
        (json!({ "pointer": "/a" }), r#"{"a":{"b":["s3cret"]}}"#, r#"{"a":"[secret]"}"#),
        (json!({ "pointer": "/none" }), r#"{"a":1}"#, r#"{"a":1}"#),
        (json!({ "pointer": "/a" }), "no JSON", "no JSON"),
        (
            json!({ "form": "auth[application_token]" }),
            "a=1&auth%5Bapplication_token%5D=s3c%72et&b=%2B",
            "a=1&auth%5Bapplication_token%5D=[secret]&b=%2B",
        ),
        (json!({ "form": "token" }), "token", "token[secret]"),
    ] {
        let mut seen = request(body);
        redact(&mut seen, [&secret_in(place)]);
        assert_eq!(seen.body, expected);
    }
}
