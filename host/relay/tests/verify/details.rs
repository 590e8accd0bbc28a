//! Single schemes, at their edges.

use base64::Engine as _;
use eclusa_ingress::{Verified, VerifyError};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Draft, NOW, channel, manifest_with, name, verdict};

/// Meta's scheme.
fn hub() -> Value {
    json!({ "scheme": "hmac-sha256", "header": "X-Hub-Signature-256", "prefix": "sha256=",
            "secret": "key", "unsigned_methods": ["GET"] })
}

/// Slack's scheme.
fn slack() -> Value {
    json!({ "scheme": "hmac-sha256", "header": "X-Slack-Signature", "prefix": "v0=",
            "secret": "key", "signed_content": "v0:{header:X-Slack-Request-Timestamp}:{body}",
            "timestamp": { "header": "X-Slack-Request-Timestamp", "tolerance_seconds": 300 } })
}

/// Telegram's scheme.
fn telegram() -> Value {
    json!({ "scheme": "header-secret", "header": "X-Telegram-Bot-Api-Secret-Token",
            "secret": "key" })
}

fn base64_scheme() -> Value {
    json!({ "scheme": "hmac-sha256", "header": "X-Line-Signature", "secret": "key",
            "encoding": "base64" })
}

fn mac(key: &str, content: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

fn hub_signature(key: &str, body: &[u8]) -> String {
    format!("sha256={}", hex::encode(mac(key, body)))
}

fn slack_signature(key: &str, time: &str, body: &str) -> String {
    format!("v0={}", hex::encode(mac(key, format!("v0:{time}:{body}").as_bytes())))
}

struct Case {
    scheme: Value,
    required: bool,
    key: Option<&'static str>,
    method: &'static str,
    body: &'static [u8],
    headers: Vec<(&'static str, String)>,
}

impl Case {
    fn new(scheme: Value, body: &'static [u8], headers: &[(&'static str, &str)]) -> Self {
        Self {
            scheme,
            required: true,
            key: Some("geheim"),
            method: "POST",
            body,
            headers: headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        }
    }

    fn verdict(&self) -> Result<Verified, VerifyError> {
        let manifest = manifest_with(&json!({
            "secrets": [{ "name": "key", "summary": "The key.", "required": self.required }],
            "verification": self.scheme,
        }));
        let draft =
            Draft { method: self.method, headers: self.headers.clone(), ..Draft::post(self.body) };
        let values: Vec<&str> = self.key.into_iter().collect();
        verdict(&manifest, &channel(&values, json!({})), &draft, NOW)
    }

    /// `verified`, `unsigned`, `not_required`, or the error's code.
    fn name(&self) -> &'static str {
        name(&self.verdict())
    }
}

const BODY: &[u8] =
    br#"{"object":"whatsapp_business_account","text":"\u00e9t\u00e9 \/ \ud83d\ude00"}"#;

/// The verdict expected, the body, the headers.
type Row<'a> = (&'static str, &'static [u8], Vec<(&'static str, &'a str)>);

#[test]
fn hmac_in_hex_with_a_prefix() {
    let right = hub_signature("geheim", BODY);
    let upper = format!("sha256={}", hex::encode_upper(mac("geheim", BODY)));
    let table: Vec<Row<'_>> = vec![
        ("verified", BODY, vec![("x-hub-signature-256", &right)]),
        ("verified", BODY, vec![("X-HUB-Signature-256", &upper)]),
        ("signature_missing", BODY, vec![]),
        ("signature_missing", BODY, vec![("x-hub-signature", &right)]),
        ("signature_malformed", BODY, vec![("x-hub-signature-256", right.get(7..).unwrap())]),
        ("signature_malformed", BODY, vec![("x-hub-signature-256", "sha256=")]),
        ("signature_malformed", BODY, vec![("x-hub-signature-256", "sha256=zz")]),
        ("signature_malformed", BODY, vec![("x-hub-signature-256", "SHA256=00")]),
        ("signature_malformed", BODY, vec![("x-hub-signature-256", right.get(..70).unwrap())]),
        ("signature_malformed", BODY, vec![("x-hub-signature-256", "sha256=\u{e9}")]),
        (
            "signature_malformed",
            BODY,
            vec![("x-hub-signature-256", &right), ("x-hub-signature-256", &right)],
        ),
        ("signature_mismatch", b"{}", vec![("x-hub-signature-256", &right)]),
        ("signature_mismatch", b"", vec![("x-hub-signature-256", &right)]),
    ];
    for (expected, body, headers) in table {
        assert_eq!(Case::new(hub(), body, &headers).name(), expected, "{headers:?}");
    }
}

#[test]
fn the_raw_bytes_are_signed_not_what_they_mean() {
    // The same JSON, written with other escapes: another signature.
    let decoded = r#"{"object":"whatsapp_business_account","text":"été / 😀"}"#;
    let over_decoded = hub_signature("geheim", decoded.as_bytes());
    let case = Case::new(hub(), BODY, &[("x-hub-signature-256", &over_decoded)]);
    assert_eq!(case.name(), "signature_mismatch");
    let not_utf8: &[u8] = b"\xff\xfe{";
    let signature = hub_signature("geheim", not_utf8);
    let case = Case::new(hub(), not_utf8, &[("x-hub-signature-256", &signature)]);
    assert_eq!(case.name(), "verified");
}

#[test]
fn another_secret_does_not_match() {
    for key in ["Geheim", "geheim ", "", "other"] {
        let signature = hub_signature(key, BODY);
        let case = Case::new(hub(), BODY, &[("x-hub-signature-256", &signature)]);
        assert_eq!(case.name(), "signature_mismatch", "{key:?}");
    }
}

#[test]
fn methods_may_be_exempt() {
    let mut case = Case::new(hub(), b"", &[]);
    case.method = "GET";
    assert_eq!(case.name(), "unsigned");
    // An exempt request is never more than that, so that no event gets in by it.
    case.headers = vec![("x-hub-signature-256", hub_signature("geheim", b""))];
    assert_eq!(case.name(), "unsigned");
    case.key = None;
    assert_eq!(case.name(), "unsigned");
    case.method = "PUT";
    case.headers.clear();
    case.key = Some("geheim");
    assert_eq!(case.name(), "signature_missing");
}

#[test]
fn hmac_in_base64_without_a_prefix() {
    let encode = |bytes: Vec<u8>| base64::engine::general_purpose::STANDARD.encode(bytes);
    let right = encode(mac("geheim", BODY));
    for (expected, value) in [
        ("verified", right.as_str()),
        ("signature_mismatch", &encode(mac("x", BODY))),
        ("signature_malformed", &encode(vec![0; 31])),
        ("signature_malformed", right.trim_end_matches('=')),
        ("signature_malformed", &hex::encode(mac("geheim", BODY))),
        ("signature_malformed", ""),
    ] {
        let case = Case::new(base64_scheme(), BODY, &[("x-line-signature", value)]);
        assert_eq!(case.name(), expected, "{value}");
    }
}

#[test]
fn composed_content_with_a_time_window() {
    let body = r#"{"type":"event_callback"}"#;
    let verdict = |time: &str, signature: &str| {
        Case::new(
            slack(),
            body.as_bytes(),
            &[("X-Slack-Request-Timestamp", time), ("X-Slack-Signature", signature)],
        )
        .name()
    };
    let signed = |time: &str| verdict(time, &slack_signature("geheim", time, body));
    assert_eq!(signed("1700000000"), "verified");
    assert_eq!(signed("1700000300"), "verified");
    assert_eq!(signed("1699999700"), "verified");
    assert_eq!(signed("1700000301"), "timestamp_stale");
    assert_eq!(signed("1699999699"), "timestamp_stale");
    assert_eq!(signed("0"), "timestamp_stale");
    assert_eq!(signed("-9223372036854775808"), "timestamp_stale");
    for malformed in ["", "soon", "1700000000.5", "1700000000000000000000", " 1700000000x"] {
        assert_eq!(signed(malformed), "timestamp_malformed", "{malformed:?}");
    }
    // A time that was not the signed one.
    assert_eq!(
        verdict("1700000001", &slack_signature("geheim", "1700000000", body)),
        "signature_mismatch"
    );
}

#[test]
fn the_time_must_be_there_and_only_once() {
    let signature = slack_signature("geheim", "1700000000", "{}");
    let case = Case::new(slack(), b"{}", &[("X-Slack-Signature", &signature)]);
    assert_eq!(case.name(), "timestamp_missing");
    let case = Case::new(
        slack(),
        b"{}",
        &[
            ("X-Slack-Signature", &signature),
            ("X-Slack-Request-Timestamp", "1700000000"),
            ("X-Slack-Request-Timestamp", "1600000000"),
        ],
    );
    assert_eq!(case.name(), "timestamp_malformed");
}

#[test]
fn signed_headers_other_than_the_time_must_be_there() {
    let scheme = json!({ "scheme": "hmac-sha256", "header": "X-Sig", "secret": "key",
                         "signed_content": "{header:X-Id}.{Other}.{body}" });
    let signature = hex::encode(mac("geheim", b"7.{Other}.x"));
    let case = Case::new(scheme.clone(), b"x", &[("x-sig", &signature), ("x-id", "7")]);
    assert_eq!(case.name(), "verified");
    let case = Case::new(scheme, b"x", &[("x-sig", &signature)]);
    assert_eq!(case.name(), "signature_missing");
    assert!(case.verdict().unwrap_err().to_string().contains("X-Id"));
}

#[test]
fn a_static_secret_in_a_header() {
    for (expected, value) in [
        ("verified", "geheim"),
        ("signature_mismatch", "gehei"),
        ("signature_mismatch", "geheimx"),
        ("signature_mismatch", "GEHEIM"),
        ("signature_mismatch", ""),
    ] {
        let case = Case::new(telegram(), BODY, &[("x-telegram-bot-api-secret-token", value)]);
        assert_eq!(case.name(), expected, "{value:?}");
    }
    assert_eq!(Case::new(telegram(), BODY, &[]).name(), "signature_missing");
}

#[test]
fn a_static_secret_behind_a_prefix() {
    let scheme = json!({ "scheme": "header-secret", "header": "Authorization",
                         "prefix": "Bearer ", "secret": "key" });
    for (expected, value) in [
        ("verified", "Bearer geheim"),
        ("signature_mismatch", "Bearer x"),
        ("signature_malformed", "geheim"),
        ("signature_malformed", "bearer geheim"),
    ] {
        let case = Case::new(scheme.clone(), b"", &[("authorization", value)]);
        assert_eq!(case.name(), expected, "{value:?}");
    }
}

#[test]
fn a_secret_that_is_not_there() {
    // An empty secret is none: everybody knows it.
    for key in [None, Some("")] {
        for (required, expected) in [(true, "secret_not_configured"), (false, "not_required")] {
            let mut case = Case::new(telegram(), BODY, &[("x-telegram-bot-api-secret-token", "")]);
            case.key = key;
            case.required = required;
            assert_eq!(case.name(), expected, "{key:?}");
        }
    }
}

#[test]
fn no_scheme_is_no_verification() {
    assert_eq!(Case::new(Value::Null, BODY, &[]).name(), "not_required");
}

#[test]
fn errors_show_no_secret() {
    let case = Case::new(telegram(), BODY, &[("x-telegram-bot-api-secret-token", "wr0ng")]);
    let text = format!("{:?} {}", case.verdict(), case.verdict().unwrap_err());
    assert!(!text.contains("geheim") && !text.contains("wr0ng"), "{text}");
}
