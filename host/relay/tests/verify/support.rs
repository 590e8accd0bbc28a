//! Channels, requests and verdicts.

use std::sync::{Arc, OnceLock};

use eclusa_ingress::{SignedRequest, Verified, Verifier, VerifyError};
use eclusa_model::{Channel, Manifest, Secret, SecretValues};
use eclusa_relay::{Guard, HttpClient, HttpConfig};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use serde_json::{Value, json};

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const PUBLIC_URL: &str = "https://eclusa.example/base";

/// A manifest with this way to verify, whose secrets are all required.
pub(crate) fn manifest(verification: &Value) -> Manifest {
    manifest_with(&json!({ "verification": verification }))
}

/// A manifest with these keys besides those that each has.
pub(crate) fn manifest_with(keys: &Value) -> Manifest {
    let mut document = json!({
        "name": "test", "version": "1.0.0", "summary": "A test.",
        "inbound": {}, "outbound": {},
        "settings_schema": { "type": "object", "properties": { "app_id": {}, "jwks": {} } },
        "secrets": [{ "name": "key", "summary": "The key.", "required": true }],
    });
    for (name, value) in keys.as_object().unwrap() {
        document[name] = value.clone();
    }
    serde_json::from_value(document).unwrap()
}

/// A channel whose secret `key` has these values, newest first.
pub(crate) fn channel(values: &[&str], settings: Value) -> Channel {
    let mut all = values.iter().map(|value| Secret::new(*value));
    let secrets =
        all.next().map(|newest| ("key".to_owned(), SecretValues::rotating(newest, all).unwrap()));
    Channel {
        profile: serde_json::from_value(json!({
            "id": "shop", "name": "Shop", "color": "#112233", "adapter": "test",
            "settings": settings,
        }))
        .unwrap(),
        headers: [].into(),
        secrets: secrets.into_iter().collect(),
        ingress_key: Secret::new("k"),
        previous_ingress: None,
        documentation_key: None,
        revision: 1,
        created_at: String::new(),
        updated_at: String::new(),
    }
}

/// A request that is being written.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Draft {
    pub(crate) fn post(body: impl Into<Vec<u8>>) -> Self {
        Self { method: "POST", target: "/in/k".to_owned(), headers: vec![], body: body.into() }
    }

    pub(crate) fn get(target: &str) -> Self {
        Self { method: "GET", target: target.to_owned(), headers: vec![], body: vec![] }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The request as it comes over the wire.
    pub(crate) fn sent<T>(&self, now: i64, act: impl FnOnce(&SignedRequest<'_>) -> T) -> T {
        let uri: Uri = self.target.parse().unwrap();
        let headers = self.header_map();
        act(&SignedRequest {
            method: self.method,
            public_url: PUBLIC_URL,
            uri: &uri,
            headers: &headers,
            body: &self.body,
            now_ms: now * 1000,
        })
    }

    fn header_map(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        headers
    }
}

pub(crate) fn http() -> HttpClient {
    let guard = Guard::new(["127.0.0.0/8".parse().unwrap()], false);
    HttpClient::new(&HttpConfig { guard, ..HttpConfig::default() }).unwrap()
}

/// What becomes of a request at a time.
pub(crate) async fn verdict_by(
    verifier: &Verifier,
    manifest: &Manifest,
    channel: &Channel,
    draft: &Draft,
    now: i64,
) -> Result<Verified, VerifyError> {
    let uri: Uri = draft.target.parse().unwrap();
    let headers = draft.header_map();
    let request = SignedRequest {
        method: draft.method,
        public_url: PUBLIC_URL,
        uri: &uri,
        headers: &headers,
        body: &draft.body,
        now_ms: now * 1000,
    };
    verifier.verify(manifest, channel, &request).await
}

/// The same for schemes that need no network.
pub(crate) fn verdict(
    manifest: &Manifest,
    channel: &Channel,
    draft: &Draft,
    now: i64,
) -> Result<Verified, VerifyError> {
    static VERIFIER: OnceLock<Verifier> = OnceLock::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let verifier = VERIFIER.get_or_init(|| Verifier::new(Arc::new(http())));
    runtime.block_on(verdict_by(verifier, manifest, channel, draft, now))
}

/// `verified`, `unsigned`, `not_required`, or the error's code.
pub(crate) fn name(verdict: &Result<Verified, VerifyError>) -> &'static str {
    match verdict {
        Ok(Verified::Verified) => "verified",
        Ok(Verified::Unsigned) => "unsigned",
        Ok(Verified::NotRequired) => "not_required",
        Err(error) => error.code(),
    }
}
