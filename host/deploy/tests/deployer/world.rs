//! A deployer over a journal in memory, with real components and recorded
//! traffic.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use eclusa_deploy::live::Answered;
use eclusa_deploy::{Channels, DeployOptions, DeployParts, Deployer, Submission};
use eclusa_engine::{CallContext, Engine, EngineConfig, Limits};
use eclusa_journal::registry::{
    AuditAbout, AuditAction, AuditEntry, Deployment, DeploymentState, Door, Mode, SubjectKind,
};
use eclusa_journal::{
    Accept, Accepted, Clock, Journal, Mapping, MemoryJournal, Page, RawRequest, Sender, Submit,
};
use eclusa_model::{Channel, Content, Extra, Problem, Received, Request, Secret};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::watch;

/// The name under which everything is deployed.
pub(crate) const SHOP: &str = "shop";

/// A clock that stands still until it is told.
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Channels that a test changes.
#[derive(Default)]
pub(crate) struct TestChannels(Mutex<BTreeMap<String, Arc<Channel>>>);

impl Channels for TestChannels {
    fn on(&self, adapter: &str) -> Vec<Arc<Channel>> {
        let all = self.0.lock();
        all.values().filter(|it| it.profile.adapter == adapter).cloned().collect()
    }
}

/// A deployer, and all that it works with.
pub(crate) struct World {
    pub(crate) journal: Arc<MemoryJournal>,
    pub(crate) channels: Arc<TestChannels>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) deployer: Deployer,
    pub(crate) keep: usize,
    _stop: watch::Sender<bool>,
}

/// The component of a revision of the shop's adapter.
pub(crate) fn shop(revision: &str) -> Vec<u8> {
    component(&format!("shop-{revision}"))
}

/// A component of the tests.
pub(crate) fn component(name: &str) -> Vec<u8> {
    let target = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/hostile"));
    let file = target.join(format!("{name}.wasm"));
    std::fs::read(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; run `make adapters`", file.display()))
}

fn engine() -> Engine {
    static ENGINE: std::sync::OnceLock<(Engine, tempfile::TempDir)> = std::sync::OnceLock::new();
    // One for all tests, so that each component is compiled once.
    let (engine, _) = ENGINE.get_or_init(|| {
        let cache = tempfile::tempdir().unwrap();
        // A busy machine must not decide what comes of a test.
        let guest_time = Duration::from_secs(10);
        let limits = Limits { guest_time, queue_time: guest_time, ..Limits::default() };
        let config = EngineConfig { limits, cache_dir: Some(cache.path().join("compiled")) };
        (Engine::new(config).unwrap(), cache)
    });
    engine.clone()
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::keeping(5).await
    }

    pub(crate) async fn keeping(keep: usize) -> Self {
        let journal = Arc::new(MemoryJournal::new());
        let clock = Arc::new(TestClock(AtomicI64::new(1_767_225_600_000)));
        let channels = Arc::<TestChannels>::default();
        let (stop, deployer) = start(&journal, &clock, &channels, keep).await;
        let world = Self { journal, channels, clock, deployer, keep, _stop: stop };
        world.channel("site", json!({}));
        world
    }

    /// The next process, with the same data.
    pub(crate) async fn restart(self) -> Self {
        let Self { journal, channels, clock, deployer, keep, _stop } = self;
        drop((_stop, deployer));
        let (stop, deployer) = start(&journal, &clock, &channels, keep).await;
        Self { journal, channels, clock, deployer, keep, _stop: stop }
    }

    /// Creates or changes a channel; `secrets` and `settings` may be in `with`.
    pub(crate) fn channel(&self, id: &str, with: Value) {
        let profile = json!({
            "id": id, "name": id, "color": "#2A9D8F", "adapter": SHOP,
            "url": "https://shop.example", "settings": with.get("settings").unwrap_or(&json!({})),
        });
        let secrets = with.get("secrets").and_then(Value::as_object).cloned().unwrap_or_default();
        let channel = Channel {
            profile: serde_json::from_value(profile).unwrap(),
            headers: BTreeMap::new(),
            secrets: secrets
                .into_iter()
                .map(|(name, value)| (name, Secret::new(value.as_str().unwrap()).into()))
                .collect(),
            ingress_key: Secret::new("key"),
            previous_ingress: None,
            documentation_key: None,
            revision: 1,
            created_at: "2026-01-02T03:04:05Z".to_owned(),
            updated_at: "2026-01-02T03:04:05Z".to_owned(),
        };
        self.channels.0.lock().insert(id.to_owned(), Arc::new(channel));
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Deploys, and waits for what becomes of it.
    pub(crate) async fn deploy(&self, bytes: Vec<u8>) -> Deployment {
        self.deploy_by(bytes, None).await
    }

    pub(crate) async fn deploy_by(&self, bytes: Vec<u8>, mode: Option<Mode>) -> Deployment {
        let submission = Submission {
            name: SHOP.to_owned(),
            bytes,
            door: Door::Api,
            actor: "ana".to_owned(),
            mode,
        };
        self.deployer.submit_and_wait(submission).await.unwrap()
    }

    /// SHA-256 of what serves.
    pub(crate) fn active(&self) -> String {
        self.deployer.routes().active(SHOP).unwrap().sha256().to_owned()
    }

    /// What the chat of a channel sends, mapped and recorded as the ingress does.
    pub(crate) async fn chat(&self, channel: &str, body: &Value) -> (Answer, Accepted) {
        self.chat_by(channel, body, Some("none")).await
    }

    /// The same, let in by this scheme.
    pub(crate) async fn chat_by(
        &self,
        channel: &str,
        body: &Value,
        verified_by: Option<&str>,
    ) -> (Answer, Accepted) {
        let request = Request {
            method: "POST".to_owned(),
            path: String::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: body.to_string(),
            received_at: "2026-03-01T12:00:00Z".to_owned(),
        };
        let on = self.channels.on(SHOP);
        let known = on.iter().find(|it| it.profile.id == channel).unwrap();
        let route = self.deployer.routes().route(SHOP, channel).unwrap();
        let answered = route.receive(&CallContext::from(&**known), &request).await;
        let raw = RawRequest {
            received_at: request.received_at,
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request.headers,
            body: request.body,
        };
        let revision = answered.reference();
        let (mapping, answer) = mapping(answered, &revision.sha256);
        let accept = Accept {
            channel: channel.to_owned(),
            raw,
            mapping,
            verified_by: verified_by.map(str::to_owned),
            push: false,
            traceparent: None,
        };
        (answer, self.journal.accept(accept).await.unwrap())
    }

    /// Records a message to the chat.
    pub(crate) async fn say(&self, channel: &str, conversation: &str, text: &str) -> String {
        let submit = Submit {
            channel: channel.to_owned(),
            conversation: conversation.to_owned(),
            content: Content::text(text),
            reply_to: None,
            extra: Extra::default(),
            idempotency: None,
            start: true,
            sent_by: Sender::Platform,
            submitted_at: "2026-03-01T12:00:00Z".to_owned(),
            traceparent: None,
        };
        self.journal.submit(submit).await.unwrap().id
    }

    pub(crate) async fn audit(&self) -> Vec<AuditEntry> {
        let page = Page { channel: None, before: None, limit: 500 };
        let about = AuditAbout { kind: SubjectKind::Adapter, id: Some(SHOP.to_owned()) };
        let mut entries = self.deployer.audit(Some(about), page).await.unwrap();
        entries.reverse();
        entries
    }

    /// Waits for an entry of the audit.
    pub(crate) async fn wait_for(&self, action: AuditAction) -> AuditEntry {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(entry) = self.audit().await.into_iter().find(|it| it.action == action) {
                return entry;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "no {action:?}: {:#?}",
                self.audit().await
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn state_of(&self, deployment: &Deployment) -> DeploymentState {
        self.deployer.deployment(&deployment.id).await.unwrap().state
    }
}

/// What a request has become.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) revision: String,
    pub(crate) received: Result<Received, String>,
}

fn mapping(answered: Answered<Result<Received, Problem>>, sha256: &str) -> (Mapping, Answer) {
    let revision = answered.reference();
    let answer = |received| Answer { revision: sha256.to_owned(), received };
    match answered.result {
        Ok(called) => match called.value {
            Ok(received) => {
                let (events, warnings) = (received.events.clone(), received.warnings.clone());
                (Mapping::Mapped { revision, events, warnings }, answer(Ok(received)))
            }
            Err(problem) => {
                let code = problem.code.clone();
                (Mapping::Unmapped { revision: Some(revision), problem }, answer(Err(code)))
            }
        },
        Err(error) => {
            let problem = Problem::unsupported(error.code, error.to_string());
            let code = problem.code.clone();
            (Mapping::Unmapped { revision: Some(revision), problem }, answer(Err(code)))
        }
    }
}

async fn start(
    journal: &Arc<MemoryJournal>,
    clock: &Arc<TestClock>,
    channels: &Arc<TestChannels>,
    keep: usize,
) -> (watch::Sender<bool>, Deployer) {
    let (stop, stopping) = watch::channel(false);
    let parts = DeployParts {
        engine: engine(),
        registry: Arc::clone(journal) as Arc<dyn eclusa_journal::Registry>,
        traffic: Arc::clone(journal) as Arc<dyn eclusa_journal::Traffic>,
        journal: Arc::clone(journal) as Arc<dyn Journal>,
        channels: Arc::clone(channels) as Arc<dyn Channels>,
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        options: DeployOptions { keep, push: false },
    };
    (stop, Deployer::start(parts, stopping).await.unwrap())
}

/// A text from a person.
pub(crate) fn text(id: u32, thread: &str, text: &str) -> Value {
    entry(id, thread, "text", json!({ "text": text }))
}

/// A place from a person.
pub(crate) fn place(id: u32, thread: &str) -> Value {
    entry(id, thread, "place", json!({ "lat": -23.56, "lon": -46.65, "text": "MASP" }))
}

fn entry(id: u32, thread: &str, kind: &str, fields: Value) -> Value {
    let mut entry = json!({
        "id": id.to_string(), "thread": thread, "user": { "id": "u1", "name": "Ana" },
        "kind": kind, "order": "A-1001",
    });
    for (name, value) in fields.as_object().unwrap() {
        entry[name] = value.clone();
    }
    entry
}
