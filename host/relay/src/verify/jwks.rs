//! Keys that chats publish, fetched and kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use crate::http::{HttpClient, OutgoingRequest};

/// How long keys are taken as they are, in milliseconds: a chat that withdraws one
/// is followed within this time.
const FRESH_MS: u64 = 60 * 60 * 1000;

/// How long they are used where they cannot be fetched again, in milliseconds.
const USABLE_MS: u64 = 24 * FRESH_MS;

/// Shortest time between two fetches of the same URL, in milliseconds, whatever
/// key ids are asked for: anyone can make one up.
const PAUSE_MS: u64 = 30 * 1000;

/// So many keys of one set are read.
const MOST_KEYS: usize = 100;

/// So many sets are kept.
const MOST_SETS: usize = 256;

/// A key that a chat publishes.
pub(super) struct PublishedKey {
    id: Option<String>,
    algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

/// The keys of one URL.
pub(super) struct KeySet {
    keys: Vec<PublishedKey>,
}

impl KeySet {
    /// The keys by which a token may be signed; one without a key id, by any.
    pub(super) fn candidates(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &PublishedKey> {
        self.keys.iter().filter(move |key| {
            key.algorithm == algorithm && id.is_none_or(|id| key.id.as_deref() == Some(id))
        })
    }
}

/// Keys could not be fetched, and there are none that are young enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unavailable;

struct Fetched {
    at_ms: i64,
    set: Arc<KeySet>,
}

#[derive(Default)]
struct Entry {
    fetched: Mutex<Option<Fetched>>,
    /// When it was last tried. One tries at a time; others wait for the result.
    tried: tokio::sync::Mutex<Option<i64>>,
}

/// The keys by their URLs.
pub(super) struct JwksCache {
    http: HttpClient,
    entries: Mutex<HashMap<String, Arc<Entry>>>,
}

impl JwksCache {
    pub(super) fn new(http: HttpClient) -> Self {
        Self { http, entries: Mutex::default() }
    }

    /// The keys at a URL: those that are kept, where they are fresh and have the
    /// key id, else fetched.
    pub(super) async fn keys(
        &self,
        url: &str,
        id: Option<&str>,
        algorithm: Algorithm,
        now_ms: i64,
    ) -> Result<Arc<KeySet>, Unavailable> {
        let entry = self.entry(url);
        let kept = |max_age| {
            let fetched = entry.fetched.lock().unwrap_or_else(PoisonError::into_inner);
            let young = |it: &&Fetched| now_ms.abs_diff(it.at_ms) < max_age;
            fetched.as_ref().filter(young).map(|it| Arc::clone(&it.set))
        };
        let known = |set: &Arc<KeySet>| set.candidates(id, algorithm).next().is_some();
        if let Some(set) = kept(FRESH_MS).filter(known) {
            return Ok(set);
        }
        let mut tried = entry.tried.lock().await;
        // Somebody else may have fetched them meanwhile.
        if let Some(set) = kept(FRESH_MS).filter(known) {
            return Ok(set);
        }
        if tried.is_none_or(|at_ms| now_ms.abs_diff(at_ms) >= PAUSE_MS) {
            match self.fetch(url).await {
                Ok(set) => {
                    let fetched = Fetched { at_ms: now_ms, set: Arc::new(set) };
                    *entry.fetched.lock().unwrap_or_else(PoisonError::into_inner) = Some(fetched);
                }
                Err(reason) => tracing::warn!(url, reason, "a chat's keys were not fetched"),
            }
            *tried = Some(now_ms);
        }
        kept(USABLE_MS).ok_or(Unavailable)
    }

    fn entry(&self, url: &str) -> Arc<Entry> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get(url) {
            return Arc::clone(entry);
        }
        // URLs come from manifests and settings: more than this are old ones.
        if entries.len() >= MOST_SETS {
            entries.clear();
        }
        Arc::clone(entries.entry(url.to_owned()).or_default())
    }

    async fn fetch(&self, url: &str) -> Result<KeySet, String> {
        let request = OutgoingRequest::new("GET", url, HeaderMap::new(), None)
            .map_err(|error| error.message)?;
        let answer = self.http.send(request).await.map_err(|error| error.message)?;
        if answer.response.status != 200 {
            return Err(format!("the answer has status {}", answer.response.status));
        }
        if answer.cut {
            return Err("the answer is too long".to_owned());
        }
        read(&answer.response.body).ok_or_else(|| "the answer is not a JSON Web Key Set".to_owned())
    }
}

/// Reads a set; keys of other kinds are left out.
fn read(text: &str) -> Option<KeySet> {
    #[derive(Deserialize)]
    struct Document {
        keys: Vec<Value>,
    }
    let document: Document = serde_json::from_str(text).ok()?;
    let keys = document.keys.into_iter().take(MOST_KEYS);
    Some(KeySet { keys: keys.filter_map(published).collect() })
}

fn published(key: Value) -> Option<PublishedKey> {
    let jwk: Jwk = serde_json::from_value(key).ok()?;
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(it) if it.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        _ => return None,
    };
    let usage = jwk.common.public_key_use.as_ref();
    if usage.is_some_and(|usage| *usage != PublicKeyUse::Signature) {
        return None;
    }
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    Some(PublishedKey { id: jwk.common.key_id, algorithm, key })
}
