//! A signature worked out step by step, and found right by the host's own verifier.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use eclusa_ingress::{Draft, SignedRequest, Verified, Verifier, sign};
use eclusa_model::{Channel, KeyFormat, Manifest, Request, Secret, Verification};

/// When the example is sent: 2026-01-02T03:04:05Z, in Unix milliseconds.
const AT_MS: i64 = 1_767_323_045_000;

/// An example of a signature.
#[derive(Debug)]
pub(crate) struct Worked {
    /// The secret of the example.
    pub(crate) secret: &'static str,
    /// What is signed, byte for byte.
    pub(crate) content: String,
    /// The headers that come of it.
    pub(crate) headers: Vec<(String, String)>,
}

/// Signs a request with a secret that is no secret, and has it verified. `None` where
/// the adapter's requests are not signed by an HMAC, or the verifier would refuse it.
pub(crate) async fn worked(
    verifier: &Verifier,
    manifest: &Manifest,
    channel: &Channel,
    public_url: &str,
    request: &Request,
) -> Option<Worked> {
    let (Verification::HmacSha256(scheme) | Verification::HmacSha1(scheme)) =
        manifest.verification.as_ref()?
    else {
        return None;
    };
    let secret = match scheme.key {
        KeyFormat::Text => "example-secret",
        KeyFormat::Hex => "0123456789abcdef0123456789abcdef",
        KeyFormat::Base64 => "MDEyMzQ1Njc4OWFiY2RlZg==",
        KeyFormat::Whsec => "whsec_MDEyMzQ1Njc4OWFiY2RlZg==",
    };
    let channel = Channel {
        secrets: BTreeMap::from([(scheme.secret.clone(), Secret::new(secret).into())]),
        ingress_key: Secret::new("INGRESS_KEY"),
        ..channel.clone()
    };
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name = HeaderName::try_from(name.as_str()).ok()?;
        headers.append(name, HeaderValue::try_from(value.as_str()).ok()?);
    }
    let before = headers.clone();
    let uri = format!("/in/{}{}", channel.ingress_key.expose(), request.path).parse().ok()?;
    let draft =
        Draft { method: request.method.clone(), uri, headers, body: request.body.clone().into() };
    let signed = sign(manifest, &channel, public_url, draft, AT_MS).ok()?;
    let draft = &signed.draft;
    let sent = SignedRequest {
        method: &draft.method,
        public_url,
        uri: &draft.uri,
        headers: &draft.headers,
        body: &draft.body,
        now_ms: AT_MS,
    };
    if verifier.verify(manifest, &channel, &sent).await != Ok(Verified::Verified) {
        return None;
    }
    let added = draft.headers.iter().filter(|(name, value)| before.get(*name) != Some(value));
    Some(Worked {
        secret,
        content: String::from_utf8(signed.content).ok()?,
        headers: added
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect(),
    })
}
