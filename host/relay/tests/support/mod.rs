//! A chat and a platform on real sockets, channels, and adapters in the sandbox.

pub(crate) mod journals;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Response};
use eclusa_deploy::live::Line;
use eclusa_engine::{Engine, EngineConfig, Limits, Revision};
use eclusa_journal::{Journal, MemoryJournal, MessageRecord, RevisionRef, Sender, Submit};
use eclusa_model::{Channel, Content, Extra, Problem, Secret};
use eclusa_relay::{
    Channels, Guard, HttpClient, HttpConfig, Platform, Relay, RelayConfig, RelayParts, Resolver,
    RetryPolicy, SystemResolver,
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::watch;

/// A request that came to a [`Server`].
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What a [`Server`] answers: status, headers, body.
pub(crate) type Reply = (u16, Vec<(&'static str, String)>, String);

/// Another machine: it keeps what it is sent, and answers as it is told, with
/// `200 {"id":"chat-1"}` once there is nothing left to say.
pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    count: watch::Receiver<usize>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let replies: Arc<Mutex<VecDeque<Reply>>> = Arc::default();
        let (counter, count) = watch::channel(0);
        let router = {
            let (seen, replies) = (Arc::clone(&seen), Arc::clone(&replies));
            let answer = move |uri: axum::http::Uri, headers: HeaderMap, body: String| async move {
                let path = uri.to_string();
                let count = {
                    let mut seen = seen.lock();
                    seen.push(Seen { path, headers, body });
                    seen.len()
                };
                let ok = || (200, Vec::new(), format!(r#"{{"id":"chat-{count}"}}"#));
                let (status, headers, body) = replies.lock().pop_front().unwrap_or_else(ok);
                counter.send_replace(count);
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(body)).unwrap()
            };
            Router::new().fallback(answer)
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, seen, replies, count }
    }

    pub(crate) fn reply(&self, status: u16, body: impl Into<String>) {
        self.replies.lock().push_back((status, Vec::new(), body.into()));
    }

    pub(crate) fn reply_with(&self, status: u16, header: (&'static str, &str)) {
        let headers = vec![(header.0, header.1.to_owned())];
        self.replies.lock().push_back((status, headers, String::new()));
    }

    /// Waits until so many requests have come, and returns them.
    pub(crate) async fn requests(&self, count: usize) -> Vec<Seen> {
        let mut seen = self.count.clone();
        let came = seen.wait_for(|seen| *seen >= count);
        // Only so that a test that fails does not hang instead.
        match tokio::time::timeout(Duration::from_secs(120), came).await {
            Ok(came) => drop(came.unwrap()),
            Err(_) => panic!("{count} requests expected, {} came", self.so_far().len()),
        }
        self.seen.lock().clone()
    }

    pub(crate) fn so_far(&self) -> Vec<Seen> {
        self.seen.lock().clone()
    }
}

/// An adapter from the folder of built ones, loaded once.
pub(crate) fn adapter(folder: &str, name: &str) -> Arc<Revision> {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    static LOADED: Mutex<BTreeMap<String, Arc<Revision>>> = Mutex::new(BTreeMap::new());
    let mut loaded = LOADED.lock();
    if let Some(revision) = loaded.get(name) {
        return Arc::clone(revision);
    }
    let target = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target"));
    let file = target.join(folder).join(format!("{name}.wasm"));
    let bytes = std::fs::read(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; run `make adapters`", file.display()));
    let engine = ENGINE.get_or_init(|| {
        // A busy machine must not decide what comes of a test.
        let guest_time = Duration::from_secs(30);
        let limits = Limits { guest_time, queue_time: guest_time, ..Limits::default() };
        Engine::new(EngineConfig { limits, ..EngineConfig::default() }).unwrap()
    });
    let revision = engine.load(name, &bytes).unwrap().revision;
    loaded.insert(name.to_owned(), Arc::clone(&revision));
    revision
}

/// Channels and adapters that stay as they are.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) channels: HashMap<String, Arc<Channel>>,
    pub(crate) adapters: HashMap<String, Arc<Revision>>,
}

#[async_trait::async_trait]
impl Channels for Known {
    fn channel(&self, id: &str) -> Option<Arc<Channel>> {
        self.channels.get(id).cloned()
    }

    fn line(&self, channel: &Channel, _conversation: &str) -> Option<Line> {
        self.adapters.get(&channel.profile.adapter).cloned().map(Line::steady)
    }

    async fn chosen(&self, revision: &RevisionRef) -> Result<Line, Problem> {
        let found = self.adapters.values().find(|it| it.sha256() == revision.sha256);
        let gone = || Problem::configuration("revision_not_kept", "it is not kept");
        found.cloned().map(Line::steady).ok_or_else(gone)
    }
}

pub(crate) fn channel(
    adapter: &str,
    url: &str,
    secrets: &[(&str, &str)],
    settings: Value,
) -> Channel {
    let profile = json!({
        "id": "sales", "name": "Sales", "color": "#2A9D8F", "adapter": adapter, "url": url,
        "settings": settings, "flow": "office-hours",
    });
    let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), Secret::new(*value));
    Channel {
        profile: serde_json::from_value(profile).unwrap(),
        headers: [("x-tenant".to_owned(), Secret::new("acme-tenant"))].into(),
        secrets: secrets.iter().map(secret).map(|(name, value)| (name, value.into())).collect(),
        ingress_key: Secret::new("key"),
        previous_ingress: None,
        documentation_key: None,
        revision: 1,
        created_at: "2026-01-02T03:04:05Z".to_owned(),
        updated_at: "2026-01-02T03:04:05Z".to_owned(),
    }
}

/// A journal, and the channel `sales` on one adapter.
pub(crate) struct Setup<J = MemoryJournal> {
    pub(crate) journal: Arc<J>,
    pub(crate) known: Known,
    pub(crate) platform: Option<Platform>,
    pub(crate) clock: Arc<dyn eclusa_relay::Clock>,
    pub(crate) resolver: Arc<dyn Resolver>,
    /// It retries at once, as far as it ever does.
    pub(crate) config: RelayConfig,
}

impl Setup {
    pub(crate) fn new(channel: Channel, adapter: Option<Arc<Revision>>) -> Self {
        Self::on(Arc::default(), channel, adapter)
    }
}

impl<J: Journal> Setup<J> {
    pub(crate) fn on(journal: Arc<J>, channel: Channel, adapter: Option<Arc<Revision>>) -> Self {
        let mut known = Known::default();
        if let Some(adapter) = adapter {
            known.adapters.insert(channel.profile.adapter.clone(), adapter);
        }
        known.channels.insert(channel.profile.id.clone(), Arc::new(channel));
        Self {
            journal,
            known,
            platform: None,
            clock: Arc::new(eclusa_relay::SystemClock),
            resolver: Arc::new(SystemResolver),
            config: RelayConfig {
                retry: RetryPolicy::default().with_pauses(&[Duration::ZERO; 2]),
                ..RelayConfig::default()
            },
        }
    }

    /// Submits a text and returns its id.
    pub(crate) async fn say(&self, conversation: &str, text: &str, extra: Value) -> String {
        say(&self.journal, conversation, text, extra).await
    }

    /// Starts the relay.
    pub(crate) async fn start(self) -> (Relay, Arc<J>) {
        let patient = HttpConfig {
            total_timeout: Duration::from_secs(60),
            guard: loopback(),
            ..HttpConfig::default()
        };
        let http = HttpClient::with_resolver(&patient, self.resolver).unwrap();
        let mut parts = RelayParts::new(self.journal.clone(), Arc::new(self.known), http);
        parts.platform = self.platform;
        parts.clock = self.clock;
        parts.random = Arc::new(|| 0.0);
        parts.config = self.config;
        (Relay::start(parts).await.unwrap(), self.journal)
    }
}

/// Submits a text to a conversation of `sales` and returns its id.
pub(crate) async fn say(
    journal: &Arc<impl Journal>,
    conversation: &str,
    text: &str,
    extra: Value,
) -> String {
    let Value::Object(extra) = extra else { panic!("extra is an object") };
    let submit = Submit {
        channel: "sales".to_owned(),
        conversation: conversation.to_owned(),
        content: Content::text(text),
        reply_to: None,
        extra: Extra::from(extra),
        idempotency: None,
        start: true,
        sent_by: Sender::Platform,
        submitted_at: "2026-01-02T03:04:05Z".to_owned(),
        traceparent: None,
    };
    journal.submit(submit).await.unwrap().id
}

/// Asks until there is an answer.
pub(crate) async fn eventually<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                break answer;
            }
            tokio::task::yield_now().await;
        }
    };
    // Only so that a test that fails does not hang instead.
    let answer = tokio::time::timeout(Duration::from_secs(60), asking).await;
    answer.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// Lets requests go to this machine.
pub(crate) fn loopback() -> Guard {
    Guard::new(["127.0.0.0/8".parse().unwrap()], false)
}

pub(crate) async fn record(journal: &Arc<impl Journal>, id: &str) -> MessageRecord {
    journal.message(id.to_owned()).await.unwrap().unwrap()
}
