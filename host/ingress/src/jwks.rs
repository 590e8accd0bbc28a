//! Keys that chats publish, fetched and kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;

/// How long keys are taken as they are, in milliseconds: a chat that withdraws one
/// is followed within this time.
const FRESH_MS: u64 = 60 * 60 * 1000;

/// How long they are used where they cannot be fetched again, in milliseconds.
const USABLE_MS: u64 = 24 * FRESH_MS;

/// Shortest time between two fetches of the same URL, in milliseconds, whatever
/// key ids are asked for: anyone can make one up.
const PAUSE_MS: u64 = 30 * 1000;

/// How long a fetch may hold up a request for which an older key is kept. The
/// chat may have withdrawn that key, so it is not taken without asking.
const PATIENCE: Duration = Duration::from_secs(2);

/// So many keys of one set are read.
const MOST_KEYS: usize = 100;

/// So many sets are kept.
const MOST_SETS: usize = 256;

/// Fetches what chats publish.
#[async_trait]
pub trait KeySource: Send + Sync + 'static {
    /// The text at a URL. Must end by itself, and bound the text's length.
    ///
    /// # Errors
    /// Why there is none, for the log.
    async fn fetch(&self, url: &str) -> Result<String, String>;
}

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

/// What is known of one URL.
#[derive(Default)]
struct Entry(Mutex<State>);

#[derive(Default)]
struct State {
    fetched: Option<Fetched>,
    /// When a fetch last began.
    tried_at_ms: Option<i64>,
    /// It is closed when the fetch that began last is over.
    fetching: Option<watch::Receiver<()>>,
    /// The last fetch failed, or takes too long: it holds up nobody who can do
    /// without it.
    failing: bool,
}

impl State {
    fn kept(&self, max_age_ms: u64, now_ms: i64) -> Option<Arc<KeySet>> {
        let young = |it: &&Fetched| now_ms.abs_diff(it.at_ms) < max_age_ms;
        self.fetched.as_ref().filter(young).map(|it| Arc::clone(&it.set))
    }

    /// The fetch that is under way.
    fn fetching(&self) -> Option<watch::Receiver<()>> {
        self.fetching.clone().filter(|fetching| fetching.has_changed().is_ok())
    }

    fn may_fetch(&self, now_ms: i64) -> bool {
        self.tried_at_ms.is_none_or(|at_ms| now_ms.abs_diff(at_ms) >= PAUSE_MS)
    }
}

impl Entry {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The keys by their URLs.
pub(super) struct JwksCache {
    source: Arc<dyn KeySource>,
    entries: Mutex<HashMap<String, Arc<Entry>>>,
}

impl JwksCache {
    pub(super) fn new(source: Arc<dyn KeySource>) -> Self {
        Self { source, entries: Mutex::default() }
    }

    /// The keys at a URL: those that are kept, where they are fresh and have the
    /// key id, else fetched.
    ///
    /// Everybody waits for the same fetch; who could do with keys that are kept,
    /// not for long, and not at all while the chat's server is failing.
    pub(super) async fn keys(
        &self,
        url: &str,
        id: Option<&str>,
        algorithm: Algorithm,
        now_ms: i64,
    ) -> Result<Arc<KeySet>, Unavailable> {
        let entry = self.entry(url);
        let known = |set: &Arc<KeySet>| set.candidates(id, algorithm).next().is_some();
        let (usable, failing, fetching) = {
            let mut state = entry.state();
            if let Some(set) = state.kept(FRESH_MS, now_ms).filter(known) {
                return Ok(set);
            }
            if state.fetching().is_none() && state.may_fetch(now_ms) {
                state.tried_at_ms = Some(now_ms);
                state.fetching = Some(self.fetch(url, &entry, now_ms));
            }
            (state.kept(USABLE_MS, now_ms).filter(known), state.failing, state.fetching())
        };
        match (usable, fetching) {
            (Some(set), _) if failing => return Ok(set),
            (Some(_), Some(mut fetching)) => {
                if tokio::time::timeout(PATIENCE, fetching.changed()).await.is_err() {
                    entry.state().failing = true;
                }
            }
            // It is closed at the end of the fetch.
            (None, Some(mut fetching)) => drop(fetching.changed().await),
            (_, None) => {}
        }
        let state = entry.state();
        // A key that is missing may have been published since they were fetched.
        let whole = |set: &Arc<KeySet>| !state.failing || known(set);
        state.kept(USABLE_MS, now_ms).filter(whole).ok_or(Unavailable)
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

    /// Begins a fetch in a task of its own: a caller who hangs up does not end it.
    fn fetch(&self, url: &str, entry: &Arc<Entry>, now_ms: i64) -> watch::Receiver<()> {
        let (done, fetching) = watch::channel(());
        let (source, entry, url) = (Arc::clone(&self.source), Arc::clone(entry), url.to_owned());
        tokio::spawn(async move {
            let set = source.fetch(&url).await.and_then(|text| {
                read(&text).ok_or_else(|| "the answer is not a JSON Web Key Set".to_owned())
            });
            let mut state = entry.state();
            state.failing = set.is_err();
            match set {
                Ok(set) => {
                    state.fetched = Some(Fetched { at_ms: now_ms, set: Arc::new(set) });
                }
                Err(reason) => tracing::warn!(url, reason, "a chat's keys were not fetched"),
            }
            // Whoever waits must find what was fetched.
            drop(state);
            drop(done);
        });
        fetching
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
