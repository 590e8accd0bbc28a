//! Each scheme as a chat speaks it: its recipe, and how the chat proves itself.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::Signer as _;
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::keys::KeyPair;
use crate::support::{Draft, PUBLIC_URL};

/// A scheme as a chat uses it.
pub(crate) struct Scheme {
    pub(crate) name: &'static str,
    pub(crate) recipe: Value,
    /// Proves the request with the key of this name, at a time in Unix seconds.
    pub(crate) prove: fn(Draft, &str, i64) -> Draft,
    /// The channel's secret for the key of this name; none where keys are
    /// published.
    pub(crate) secret: Option<fn(&str) -> String>,
    /// Where the proof stands.
    pub(crate) proof: Proof,
    /// A signed header besides the proof.
    pub(crate) signed_header: Option<&'static str>,
    /// A body that is no JSON.
    pub(crate) body: Option<&'static str>,
}

/// Where the proof stands.
pub(crate) enum Proof {
    Header(&'static str),
    Query(&'static str),
    Body,
}

fn sha256(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

fn sha1(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).unwrap();
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn as_it_is(name: &str) -> String {
    format!("{name}-s3cret")
}

fn whsec(name: &str) -> String {
    format!("whsec_{}", STANDARD.encode(name.repeat(9)))
}

fn ed25519(name: &str) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&Sha256::digest(name).into())
}

fn rfc3339(seconds: i64) -> String {
    time::OffsetDateTime::from_unix_timestamp(seconds)
        .unwrap()
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap()
}

/// In a form, the token stands where `TOKEN` is.
fn in_body(draft: Draft, token: &str) -> Draft {
    let body = String::from_utf8(draft.body).unwrap().replace("TOKEN", token);
    Draft { body: body.into(), ..draft }
}

fn token(algorithm: Algorithm, kid: Option<&str>, key: &EncodingKey, claims: &Value) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    format!("Bearer {}", encode(&header, claims, key).unwrap())
}

/// Microsoft's token, by a published key.
fn bot_framework(algorithm: Algorithm, draft: Draft, key: &str, now: i64) -> Draft {
    let claims = json!({ "iss": "https://api.botframework.com", "aud": "app-1",
                         "nbf": now - 300, "exp": now + 300,
                         "serviceurl": "https://smba.example/" });
    let token = token(algorithm, Some(key), &KeyPair::of(key).private(algorithm), &claims);
    draft.header("authorization", token)
}

fn jwks_recipe(algorithm: &str) -> Value {
    json!({ "scheme": "jwt", "in": { "header": "authorization", "prefix": "Bearer " },
            "key": { "algorithm": algorithm, "jwks": { "setting": "jwks" } },
            "issuers": ["https://api.botframework.com"], "audience": { "setting": "app_id" },
            "body_claims": { "serviceurl": "/serviceUrl" }, "leeway_seconds": 300 })
}

/// All schemes.
pub(crate) fn all() -> Vec<Scheme> {
    let mut all = shared();
    all.extend(signatures());
    all.extend(tokens());
    all
}

fn shared() -> Vec<Scheme> {
    vec![
        Scheme {
            name: "header secret (Telegram)",
            recipe: json!({ "scheme": "header-secret", "secret": "key",
                            "header": "X-Telegram-Bot-Api-Secret-Token" }),
            prove: |draft, key, _| draft.header("x-telegram-bot-api-secret-token", as_it_is(key)),
            secret: Some(as_it_is),
            proof: Proof::Header("x-telegram-bot-api-secret-token"),
            signed_header: None,
            body: None,
        },
        Scheme {
            name: "query secret",
            recipe: json!({ "scheme": "secret", "in": { "query": "token" }, "secret": "key" }),
            prove: |mut draft, key, _| {
                draft.target.push_str(&format!("?a=b&token={}", as_it_is(key)));
                draft
            },
            secret: Some(as_it_is),
            proof: Proof::Query("token"),
            signed_header: None,
            body: None,
        },
        Scheme {
            name: "JSON secret",
            recipe: json!({ "scheme": "secret", "in": { "pointer": "/auth/token" },
                            "secret": "key" }),
            prove: |draft, key, _| in_body(draft, &as_it_is(key)),
            secret: Some(as_it_is),
            proof: Proof::Body,
            signed_header: None,
            body: Some(r#"{"text":"\u00e9t\u00e9 \/","auth":{"token":"TOKEN"}}"#),
        },
        Scheme {
            name: "form secret (Bitrix24)",
            recipe: json!({ "scheme": "secret", "in": { "form": "auth[application_token]" },
                            "secret": "key" }),
            prove: |draft, key, _| in_body(draft, &as_it_is(key)),
            secret: Some(as_it_is),
            proof: Proof::Body,
            signed_header: None,
            body: Some("event=ONIMBOT&data=%5Cu00e9&auth%5Bapplication_token%5D=TOKEN"),
        },
        Scheme {
            name: "basic",
            recipe: json!({ "scheme": "basic", "user": "chat", "secret": "key" }),
            prove: |draft, key, _| {
                let pair = STANDARD.encode(format!("chat:{}", as_it_is(key)));
                draft.header("authorization", format!("Basic {pair}"))
            },
            secret: Some(as_it_is),
            proof: Proof::Header("authorization"),
            signed_header: None,
            body: None,
        },
    ]
}

fn signatures() -> Vec<Scheme> {
    vec![
        Scheme {
            name: "sha256 hex (Meta)",
            recipe: json!({ "scheme": "hmac-sha256", "header": "X-Hub-Signature-256",
                            "prefix": "sha256=", "secret": "key" }),
            prove: |draft, key, _| {
                let mac = sha256(as_it_is(key).as_bytes(), &draft.body);
                draft.header("x-hub-signature-256", format!("sha256={}", hex::encode(mac)))
            },
            secret: Some(as_it_is),
            proof: Proof::Header("x-hub-signature-256"),
            signed_header: None,
            body: None,
        },
        Scheme {
            name: "sha256 base64 (LINE)",
            recipe: json!({ "scheme": "hmac-sha256", "header": "x-line-signature",
                            "encoding": "base64", "secret": "key" }),
            prove: |draft, key, _| {
                let mac = sha256(as_it_is(key).as_bytes(), &draft.body);
                draft.header("x-line-signature", STANDARD.encode(mac))
            },
            secret: Some(as_it_is),
            proof: Proof::Header("x-line-signature"),
            signed_header: None,
            body: None,
        },
        Scheme {
            name: "sha256 base64url, base64 key",
            recipe: json!({ "scheme": "hmac-sha256", "header": "x-sig", "key": "base64",
                            "encoding": "base64url", "secret": "key",
                            "signed_content": "{method} {path}?{query}\n{body}" }),
            prove: |draft, key, _| {
                let start = format!("POST /base{}?\n", draft.target);
                let mac =
                    sha256(as_it_is(key).as_bytes(), &joined(&[start.as_bytes(), &draft.body]));
                draft.header("x-sig", URL_SAFE_NO_PAD.encode(mac))
            },
            secret: Some(|key| STANDARD.encode(as_it_is(key))),
            proof: Proof::Header("x-sig"),
            signed_header: None,
            body: None,
        },
        Scheme {
            name: "sha1 hex (Intercom)",
            recipe: json!({ "scheme": "hmac-sha1", "header": "X-Hub-Signature",
                            "prefix": "sha1=", "secret": "key" }),
            prove: |draft, key, _| {
                let mac = sha1(as_it_is(key).as_bytes(), &draft.body);
                draft.header("x-hub-signature", format!("sha1={}", hex::encode(mac)))
            },
            secret: Some(as_it_is),
            proof: Proof::Header("x-hub-signature"),
            signed_header: None,
            body: None,
        },
        Scheme {
            name: "timed sha256 (Slack)",
            recipe: json!({ "scheme": "hmac-sha256", "header": "X-Slack-Signature",
                "prefix": "v0=", "secret": "key",
                "signed_content": "v0:{header:X-Slack-Request-Timestamp}:{body}",
                "timestamp": { "header": "X-Slack-Request-Timestamp", "tolerance_seconds": 300 } }),
            prove: |draft, key, now| {
                let content = joined(&[format!("v0:{now}:").as_bytes(), &draft.body]);
                let mac = hex::encode(sha256(as_it_is(key).as_bytes(), &content));
                draft
                    .header("x-slack-request-timestamp", now.to_string())
                    .header("x-slack-signature", format!("v0={mac}"))
            },
            secret: Some(as_it_is),
            proof: Proof::Header("x-slack-signature"),
            signed_header: Some("x-slack-request-timestamp"),
            body: None,
        },
        Scheme {
            name: "several, time inside (Stripe)",
            recipe: json!({ "scheme": "hmac-sha256", "header": "Stripe-Signature",
                "prefix": "v1=", "separator": ",", "secret": "key",
                "signed_content": "{timestamp}.{body}",
                "timestamp": { "prefix": "t=", "tolerance_seconds": 300 } }),
            prove: |draft, key, now| {
                let content = joined(&[format!("{now}.").as_bytes(), &draft.body]);
                let mac = hex::encode(sha256(as_it_is(key).as_bytes(), &content));
                let other = hex::encode([7; 32]);
                draft.header("stripe-signature", format!("t={now},v1={other},v1={mac},v0=00"))
            },
            secret: Some(as_it_is),
            proof: Proof::Header("stripe-signature"),
            signed_header: None,
            body: None,
        },
        Scheme {
            name: "Standard Webhooks",
            recipe: json!({ "scheme": "hmac-sha256", "header": "webhook-signature",
                "prefix": "v1,", "separator": " ", "encoding": "base64",
                "secret": "key", "key": "whsec",
                "signed_content": "{header:webhook-id}.{timestamp}.{body}",
                "timestamp": { "header": "webhook-timestamp", "tolerance_seconds": 300 } }),
            prove: |draft, key, now| {
                let content = joined(&[format!("msg_1.{now}.").as_bytes(), &draft.body]);
                let mac = STANDARD.encode(sha256(key.repeat(9).as_bytes(), &content));
                draft
                    .header("webhook-id", "msg_1")
                    .header("webhook-timestamp", now.to_string())
                    .header("webhook-signature", format!("v1a,x v1,{mac}"))
            },
            secret: Some(whsec),
            proof: Proof::Header("webhook-signature"),
            signed_header: Some("webhook-id"),
            body: None,
        },
        Scheme {
            name: "RFC 3339 time (Zendesk)",
            recipe: json!({ "scheme": "hmac-sha256", "header": "X-Zendesk-Webhook-Signature",
                "encoding": "base64", "secret": "key", "signed_content": "{timestamp}{body}",
                "timestamp": { "header": "X-Zendesk-Webhook-Signature-Timestamp",
                               "format": "rfc3339", "tolerance_seconds": 300 } }),
            prove: |draft, key, now| {
                let time = rfc3339(now);
                let content = joined(&[time.as_bytes(), &draft.body]);
                let mac = STANDARD.encode(sha256(as_it_is(key).as_bytes(), &content));
                draft
                    .header("x-zendesk-webhook-signature-timestamp", time)
                    .header("x-zendesk-webhook-signature", mac)
            },
            secret: Some(as_it_is),
            proof: Proof::Header("x-zendesk-webhook-signature"),
            signed_header: Some("x-zendesk-webhook-signature-timestamp"),
            body: None,
        },
        Scheme {
            name: "milliseconds",
            recipe: json!({ "scheme": "hmac-sha1", "header": "x-sig", "secret": "key",
                "signed_content": "{timestamp}|{body}",
                "timestamp": { "header": "x-time", "format": "milliseconds",
                               "tolerance_seconds": 300 } }),
            prove: |draft, key, now| {
                let content = joined(&[format!("{now}123|").as_bytes(), &draft.body]);
                draft
                    .header("x-time", format!("{now}123"))
                    .header("x-sig", hex::encode(sha1(as_it_is(key).as_bytes(), &content)))
            },
            secret: Some(as_it_is),
            proof: Proof::Header("x-sig"),
            signed_header: Some("x-time"),
            body: None,
        },
        Scheme {
            name: "URL and form (Twilio)",
            recipe: json!({ "scheme": "hmac-sha1", "header": "X-Twilio-Signature",
                            "encoding": "base64", "secret": "key",
                            "signed_content": "{url}{form}" }),
            prove: |draft, key, _| {
                let content = format!("{PUBLIC_URL}{}Body\\u00e9 1From+1", draft.target);
                let mac = sha1(as_it_is(key).as_bytes(), content.as_bytes());
                draft
                    .header("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
                    .header("x-twilio-signature", STANDARD.encode(mac))
            },
            secret: Some(as_it_is),
            proof: Proof::Header("x-twilio-signature"),
            signed_header: None,
            body: Some("From=%2B1&Body=%5Cu00e9+1"),
        },
        Scheme {
            name: "Ed25519 (Discord)",
            recipe: json!({ "scheme": "ed25519", "header": "X-Signature-Ed25519",
                "secret": "key", "key": "hex", "signed_content": "{timestamp}{body}",
                "timestamp": { "header": "X-Signature-Timestamp", "tolerance_seconds": 300 } }),
            prove: |draft, key, now| {
                let content = joined(&[now.to_string().as_bytes(), &draft.body]);
                let signature = hex::encode(ed25519(key).sign(&content).to_bytes());
                draft
                    .header("x-signature-timestamp", now.to_string())
                    .header("x-signature-ed25519", signature)
            },
            secret: Some(|key| hex::encode(ed25519(key).verifying_key().to_bytes())),
            proof: Proof::Header("x-signature-ed25519"),
            signed_header: Some("x-signature-timestamp"),
            body: None,
        },
    ]
}

fn tokens() -> Vec<Scheme> {
    let service = r#"{"text":"\u00e9","serviceUrl":"https:\/\/smba.example\/"}"#;
    vec![
        Scheme {
            name: "JWT HS256, body hash (Vonage)",
            recipe: json!({ "scheme": "jwt",
                "in": { "header": "authorization", "prefix": "Bearer " },
                "key": { "algorithm": "HS256", "secret": "key" },
                "issuers": ["Vonage"], "max_age_seconds": 240,
                "body_hash": { "claim": "payload_hash" } }),
            prove: |draft, key, now| {
                let hash = hex::encode(Sha256::digest(&draft.body));
                let claims = json!({ "iss": "Vonage", "iat": now, "payload_hash": hash });
                let key = EncodingKey::from_secret(as_it_is(key).as_bytes());
                draft.header("authorization", token(Algorithm::HS256, None, &key, &claims))
            },
            secret: Some(as_it_is),
            proof: Proof::Header("authorization"),
            signed_header: None,
            body: None,
        },
        Scheme {
            name: "JWT RS256 (Bot Framework)",
            recipe: jwks_recipe("RS256"),
            prove: |draft, key, now| bot_framework(Algorithm::RS256, draft, key, now),
            secret: None,
            proof: Proof::Header("authorization"),
            signed_header: None,
            body: Some(service),
        },
        Scheme {
            name: "JWT ES256",
            recipe: jwks_recipe("ES256"),
            prove: |draft, key, now| bot_framework(Algorithm::ES256, draft, key, now),
            secret: None,
            proof: Proof::Header("authorization"),
            signed_header: None,
            body: Some(service),
        },
    ]
}
