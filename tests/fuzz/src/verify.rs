//! Recipes that any adapter may bring, on requests that anybody may send: nobody is
//! let in who does not know the secret, the same is said twice, and what was signed
//! cannot be altered.
//!
//! Input: a line with a JSON object that holds `verification` and perhaps
//! `handshake` of a manifest, and a request: see `wire.rs`. The recipe's secret
//! should be called `key`; requests of the corpus are signed with `KNOWN`.

use std::sync::Arc;

use async_trait::async_trait;
use eclusa_ingress::{
    KeySource, SignedRequest, Verified, Verifier, VerifyError, answer_signed, answer_unsigned,
    decode_body, malformed_keys, query_pairs, redact, visible_headers,
};
use eclusa_model::{Channel, ContentPart, Manifest, Request, Secret, SecretValues, Verification};
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use crate::wire::{self, Wire};

/// What the requests of the corpus are signed with.
const KNOWN: &str = "a-secret-that-the-corpus-knows";

/// Known to nobody. Hexadecimal digits are Base64 and text too.
const UNKNOWN: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

const NOW_MS: i64 = 1_700_000_000_000;

pub(crate) fn run(bytes: &[u8]) {
    let Some((first, rest)) = wire::line(bytes) else { return };
    let Some(manifest) = manifest(first) else { return };
    let Some(wire) = wire::read(rest) else { return };
    let request = SignedRequest {
        method: wire.method,
        public_url: "https://eclusa.example/base",
        uri: &wire.uri,
        headers: &wire.headers,
        body: wire.body,
        now_ms: NOW_MS,
    };
    let (unknown, known) = (channel(UNKNOWN), channel(KNOWN));
    let verdict = verdict(&manifest, &unknown, &request);
    assert_ne!(verdict, Ok(Verified::Verified), "somebody is let in who knows nothing");
    if let Some(recipe) = &manifest.verification {
        for channel in [&unknown, &known] {
            for (name, values) in &channel.secrets {
                let _ = malformed_keys(recipe, name, values);
            }
        }
        with_the_secret(recipe, &manifest, &known, &request);
    }
    for channel in [&unknown, &known] {
        let _ = answer_unsigned(&manifest, channel, &request);
    }
    let _ = answer_signed(&manifest, &request);
    redacted(&manifest, &wire);
}

fn with_the_secret(
    recipe: &Verification,
    manifest: &Manifest,
    channel: &Channel,
    request: &SignedRequest<'_>,
) {
    let first = verdict(manifest, channel, request);
    assert_eq!(verdict(manifest, channel, request), first, "it is not decided by the request");
    let signed = match recipe {
        Verification::HmacSha256(it) | Verification::HmacSha1(it) | Verification::Ed25519(it) => {
            it.signed_content.parts()
        }
        _ => return,
    };
    if first == Ok(Verified::Verified) && signed.contains(&ContentPart::Body) {
        let altered = [request.body, b"x"].concat();
        let altered = verdict(manifest, channel, &SignedRequest { body: &altered, ..*request });
        assert_ne!(altered, Ok(Verified::Verified), "an altered body is let in");
    }
}

fn redacted(manifest: &Manifest, wire: &Wire<'_>) {
    let Ok(body) = decode_body(wire.body.to_vec(), 64) else { return };
    let was_json = serde_json::from_str::<IgnoredAny>(&body).is_ok();
    let mut request = Request {
        method: wire.method.to_owned(),
        path: String::new(),
        query: query_pairs(&wire.uri),
        headers: visible_headers(&wire.headers),
        body,
        received_at: String::new(),
    };
    redact(&mut request, [manifest]);
    let is_json = serde_json::from_str::<IgnoredAny>(&request.body).is_ok();
    assert!(is_json || !was_json, "no JSON any more: {}", request.body);
}

fn verdict(
    manifest: &Manifest,
    channel: &Channel,
    request: &SignedRequest<'_>,
) -> Result<Verified, VerifyError> {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = match tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
        {
            Ok(runtime) => runtime,
            Err(error) => panic!("no runtime: {error}"),
        };
    }
    let verifier = Verifier::new(Arc::new(Nowhere));
    RUNTIME.with(|runtime| runtime.block_on(verifier.verify(manifest, channel, request)))
}

/// No chat publishes anything here.
struct Nowhere;

#[async_trait]
impl KeySource for Nowhere {
    async fn fetch(&self, _: &str) -> Result<String, String> {
        Err("there is no network".to_owned())
    }
}

fn manifest(recipe: &[u8]) -> Option<Manifest> {
    let recipe: Map<String, Value> = serde_json::from_slice(recipe).ok()?;
    let mut document = json!({
        "name": "test", "version": "1.0.0", "summary": "A test.", "inbound": {}, "outbound": {},
        "settings_schema": { "type": "object" },
        "secrets": [{ "name": "key", "summary": "The key.", "required": true }],
    });
    for name in ["verification", "handshake"] {
        if let (Some(value), Value::Object(fields)) = (recipe.get(name), &mut document) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    serde_json::from_value(document).ok()
}

fn channel(secret: &str) -> Channel {
    let profile = json!({ "id": "shop", "name": "Shop", "color": "#112233", "adapter": "test" });
    let Ok(profile) = serde_json::from_value(profile) else { panic!("this is a channel") };
    Channel {
        profile,
        headers: [].into(),
        secrets: [("key".to_owned(), SecretValues::from(Secret::new(secret)))].into(),
        ingress_key: Secret::new("k"),
        previous_ingress: None,
        documentation_key: None,
        revision: 1,
        created_at: String::new(),
        updated_at: String::new(),
    }
}
