//! Starting a server from its configuration, and stopping it.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use eclusa_deploy::watch::WatchError;
use eclusa_deploy::{DeployError, DeployOptions, DeployParts, Deployer, FolderParts};
use eclusa_engine::{Engine, EngineConfig, EngineError};
use eclusa_ingress::Verifier;
use eclusa_journal::{
    Attendances, Flows, Journal, JournalError, Letters, MemoryJournal, OpenError, Registry,
    SqliteJournal, SqliteOptions, Traffic, Upkeep, remove_partial_backups,
};
use eclusa_model::Secret;
use eclusa_relay::{
    Clock, HttpClient, HttpConfig, HttpStartError, InvalidPlatform, Platform, Relay, RelayParts,
    SystemClock, UnderWay,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::api::ADMIN;
use crate::app::{App, Directory, Parts};
use crate::auth::{Sessions, SignIns, Tokens, new_token};
use crate::channels::Channels;
use crate::config::{Config, Drain, JournalKind};
use crate::console::{Texts, Watchers};
use crate::demo::{self, Demo};
use crate::documentation::Documentation;
use crate::echo::Echoes;
use crate::figures::Figures;
use crate::incoming::{Admission, Listener, Refusals};
use crate::live::Live;
use crate::picture::Drawer;
use crate::routes::routes;
use crate::{deleted_channels, flows, retention, scrub};

/// Bounds of the histograms of times, in seconds: from a mapping in native code to
/// a response that a chat takes its time for.
const SECONDS: [f64; 16] = [
    0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1,
    0.5, 1.0, 5.0, 15.0,
];

/// How often samples of the metrics are summed up.
const UPKEEP: Duration = Duration::from_secs(5);

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The configuration makes no sense.
    #[error(transparent)]
    Config(#[from] crate::ConfigError),
    /// The folder of adapters cannot be read or watched.
    #[error("the folder of adapters: {0}; name another with --adapters")]
    Adapters(#[from] WatchError),
    /// What served cannot be taken up again.
    #[error("the adapters: {0}")]
    Deploy(#[from] DeployError),
    /// The journal cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The WebAssembly engine cannot start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The HTTP client cannot start.
    #[error(transparent)]
    Http(#[from] HttpStartError),
    /// The platform of the configuration cannot be used.
    #[error("`platform` of the configuration: {0}")]
    Platform(#[from] InvalidPlatform),
    /// The relay cannot start.
    #[error(transparent)]
    Relay(#[from] eclusa_relay::StartError),
    /// There is nothing whose token could be reset.
    #[error(
        "there is no journal in {}; name the server's data folder with --data", .0.display()
    )]
    NoJournal(std::path::PathBuf),
    /// The configuration sets the admin token at each start.
    #[error(
        "the configuration sets the admin token (`admin_token`, ECLUSA_ADMIN_TOKEN): use that \
         one, or change it there"
    )]
    AdminConfigured,
    /// This program's own file is not known.
    #[error("the file of this program cannot be found, and it draws logos: {0}")]
    Program(std::io::Error),
    /// A thread of the start broke.
    #[error("the start broke: {0}")]
    Broken(String),
}

/// So many pages of live traffic are open at once.
const WATCHING: usize = 64;

/// A running server.
pub struct Server {
    address: SocketAddr,
    new_admin_token: Option<Secret>,
    demo: Option<Demo>,
    stop: watch::Sender<bool>,
    drain: Drain,
    http: Listener,
    relay: Relay,
    sqlite: Option<Arc<SqliteJournal>>,
}

impl Server {
    /// Starts a server; needs a Tokio runtime. When it returns, requests are
    /// taken.
    ///
    /// # Errors
    /// What is wrong with the configuration or the machine.
    pub async fn start(mut config: Config) -> Result<Self, StartError> {
        config.validate()?;
        // Before anything counts: a counter that is made earlier counts nothing.
        let metrics = metrics_handle();
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|source| StartError::Listen { address: config.listen, source })?;
        config.listen = listener
            .local_addr()
            .map_err(|source| StartError::Listen { address: config.listen, source })?;
        let guard = config.guard();
        let platform = match &config.platform {
            Some(platform) => Some(Platform::new(&platform.url, &platform.secret, &guard)?),
            None => None,
        };
        let Stores {
            journal,
            registry,
            traffic,
            upkeep,
            letters,
            attendances,
            flows,
            sessions,
            sqlite,
        } = open_stores(&config).await?;
        let engine = Engine::new(EngineConfig {
            limits: config.limits.engine(),
            cache_dir: (config.journal == JournalKind::Sqlite)
                .then(|| config.data.join("compiled")),
        })?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (stop, stopping) = watch::channel(false);
        let channels = Arc::new(Channels::load(Arc::clone(&journal)).await?);
        let parts = DeployParts {
            engine,
            registry,
            traffic: Arc::clone(&traffic),
            journal: Arc::clone(&journal),
            channels: Arc::clone(&channels) as Arc<dyn eclusa_deploy::Channels>,
            clock: Arc::clone(&clock),
            options: DeployOptions { keep: config.deploy.keep, push: platform.is_some() },
        };
        let deployer = Deployer::start(parts, stopping.clone()).await?;
        let folder =
            FolderParts { folder: config.adapters.clone(), options: config.watch_options() };
        deployer.serve_folder(folder, stopping.clone()).await?;
        let refusals = Arc::new(Refusals::new(Arc::clone(&clock)));
        let http = HttpClient::new(&HttpConfig {
            total_timeout: Duration::from_millis(config.delivery.timeout_ms),
            guard: config.guard(),
            ..HttpConfig::default()
        })?;
        let directory = Directory { channels: Arc::clone(&channels), deployer: deployer.clone() };
        let under_way = Arc::new(UnderWay::default());
        let live = Arc::new(Live::new(Arc::clone(&clock)));
        let parts = RelayParts {
            platform,
            clock: Arc::clone(&clock),
            under_way: Arc::clone(&under_way),
            observer: Arc::clone(&live) as Arc<dyn eclusa_relay::Observer>,
            config: config.delivery.relay(),
            ..RelayParts::new(Arc::clone(&journal), Arc::new(directory), http.clone())
        };
        let relay = Relay::start(parts).await?;
        let app = App::from(Parts {
            relay: relay.handle(),
            journal: Arc::clone(&journal),
            upkeep,
            letters,
            traffic,
            attendances,
            flows,
            channels,
            deployer,
            tokens: Tokens::load(Arc::clone(&journal)).await?,
            sessions: Arc::new(Sessions::load(sessions, config.console.sessions()).await?),
            sign_ins: Arc::new(SignIns::new()),
            clock: Arc::clone(&clock),
            admission: Admission::new(&config.incoming, Arc::clone(&refusals)),
            echoes: Arc::new(Echoes::new(under_way)),
            verifier: Arc::new(Verifier::new(Arc::new(http.clone()))),
            figures: Figures::new(metrics.clone()),
            texts: Arc::new(Texts::new()),
            documentation: Arc::new(Documentation::new()),
            drawer: Drawer::new().map_err(StartError::Program)?,
            watchers: Watchers::new(),
            playing: Arc::new(Semaphore::new(2)),
            watching: Arc::new(Semaphore::new(WATCHING)),
            live,
            stopping,
            config: Arc::new(config),
        });
        tokio::spawn(retention::run(
            Arc::clone(&app.upkeep),
            Arc::clone(&clock),
            app.config.retention.clone(),
            stop.subscribe(),
        ));
        tokio::spawn(flows::run(
            Arc::clone(&app.flows),
            Arc::clone(&clock),
            app.config.platform.is_some(),
            stop.subscribe(),
        ));
        tokio::spawn(deleted_channels::run(app.clone(), stop.subscribe()));
        let scrub_days = app.config.storage.scrub_days;
        tokio::spawn(scrub::run(Arc::clone(&app.upkeep), scrub_days, stop.subscribe()));
        let demo = if app.config.demo { Some(demo::set_up(&app).await?) } else { None };
        let router = routes(app.clone(), demo.as_ref().map(|demo| demo.chats.clone()));
        let address = app.config.listen;
        // Last, so that a start which fails does not use up the one time at which
        // the token is shown.
        let new_admin_token = admin_token(&app).await?;
        tokio::spawn(keep_up(metrics, stop.subscribe()));
        let http = Listener::start(listener, router, &app.config.incoming, refusals);
        let drain = app.config.drain.clone();
        Ok(Self { address, new_admin_token, demo, stop, drain, http, relay, sqlite })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The admin token, if this start has made one; it is nowhere kept.
    pub fn new_admin_token(&self) -> Option<&Secret> {
        self.new_admin_token.as_ref()
    }

    /// What to try, where the configuration asks for a demo.
    pub fn demo(&self) -> Option<&Demo> {
        self.demo.as_ref()
    }

    /// Becomes `true` when the journal cannot write any more and the process must
    /// end. Never for a journal in memory.
    pub fn failed(&self) -> Option<watch::Receiver<bool>> {
        self.sqlite.as_ref().map(|journal| journal.failed())
    }

    /// Drains the server: takes no further request, finishes those under way and
    /// deliveries under way, each for as long as `drain` of the configuration
    /// says, and closes the journal.
    pub async fn stop(self) {
        self.stop_or(std::future::pending()).await;
    }

    /// The same, but waits for nothing any more once `hurry` is over. What is cut
    /// off then was not acknowledged, or is delivered again after the next start.
    pub async fn stop_or(self, hurry: impl Future<Output = ()>) {
        let Self { stop, drain, http, relay, sqlite, .. } = self;
        // It ends long polls, and `/readyz` says so.
        stop.send_replace(true);
        http.drain();
        let drained = async {
            tokio::time::sleep(drain.delay()).await;
            let requests = async {
                if tokio::time::timeout(drain.requests(), http.close()).await.is_err() {
                    tracing::warn!("some requests were still under way and are cut off");
                }
            };
            let deliveries = async {
                if tokio::time::timeout(drain.deliveries(), relay.stop()).await.is_err() {
                    tracing::warn!(
                        "some deliveries were still under way and are cut off; they are made \
                         again after the next start, with the same ids"
                    );
                }
            };
            tokio::join!(requests, deliveries);
        };
        tokio::select! {
            () = drained => {}
            () = hurry => tracing::warn!("asked to stop again: whatever is under way is cut off"),
        }
        if let Some(journal) = sqlite {
            // It waits for the writer's thread.
            let _ = tokio::task::spawn_blocking(move || journal.close()).await;
        }
    }
}

/// One journal, by its parts.
struct Stores {
    journal: Arc<dyn Journal>,
    registry: Arc<dyn Registry>,
    traffic: Arc<dyn Traffic>,
    upkeep: Arc<dyn Upkeep>,
    letters: Arc<dyn Letters>,
    attendances: Arc<dyn Attendances>,
    flows: Arc<dyn Flows>,
    sessions: Arc<dyn eclusa_journal::Sessions>,
    sqlite: Option<Arc<SqliteJournal>>,
}

impl Stores {
    fn of<J>(journal: &Arc<J>, sqlite: Option<Arc<SqliteJournal>>) -> Self
    where
        J: Journal
            + Registry
            + Traffic
            + Upkeep
            + Letters
            + Attendances
            + Flows
            + eclusa_journal::Sessions,
    {
        Self {
            journal: Arc::clone(journal) as Arc<dyn Journal>,
            registry: Arc::clone(journal) as Arc<dyn Registry>,
            traffic: Arc::clone(journal) as Arc<dyn Traffic>,
            upkeep: Arc::clone(journal) as Arc<dyn Upkeep>,
            letters: Arc::clone(journal) as Arc<dyn Letters>,
            attendances: Arc::clone(journal) as Arc<dyn Attendances>,
            flows: Arc::clone(journal) as Arc<dyn Flows>,
            sessions: Arc::clone(journal) as Arc<dyn eclusa_journal::Sessions>,
            sqlite,
        }
    }
}

async fn open_stores(config: &Config) -> Result<Stores, StartError> {
    if config.journal == JournalKind::Memory {
        return Ok(Stores::of(&Arc::new(MemoryJournal::new()), None));
    }
    let journal = open_sqlite(config).await?;
    let backups = config.backups();
    let removed = tokio::task::spawn_blocking(move || remove_partial_backups(&backups)).await;
    match removed.map_err(|error| StartError::Broken(error.to_string()))? {
        Ok(()) => {}
        // Messages come first.
        Err(error) => tracing::warn!(%error, "what is left of backups cannot be removed"),
    }
    Ok(Stores::of(&journal, Some(Arc::clone(&journal))))
}

/// Opens the journal of the data folder.
pub(crate) async fn open_sqlite(config: &Config) -> Result<Arc<SqliteJournal>, StartError> {
    let folder = config.data.clone();
    let options = SqliteOptions {
        min_free_bytes: config.storage.min_free_bytes,
        keys: config.keys(),
        ..SqliteOptions::default()
    };
    let opened = tokio::task::spawn_blocking(move || SqliteJournal::open(folder, options));
    Ok(Arc::new(opened.await.map_err(|error| StartError::Broken(error.to_string()))??))
}

/// The configured admin token, or at the very first start a new one, which is
/// returned.
async fn admin_token(app: &App) -> Result<Option<Secret>, JournalError> {
    let (token, made, actor) = match &app.config.admin_token {
        // Files and variables often end with a newline, which no header can bring.
        Some(token) => (Secret::new(token.expose().trim()), None, "configuration"),
        None if app.tokens.all().is_empty() => {
            let token = new_token();
            (token.clone(), Some(token), "eclusa")
        }
        None => return Ok(None),
    };
    app.tokens.put_admin(ADMIN, &token, actor, (app.now(), app.clock.now_ms())).await?;
    Ok(made)
}

/// Sums up the samples of histograms: they pile up where nobody asks for the
/// metrics.
async fn keep_up(metrics: PrometheusHandle, mut stopped: watch::Receiver<bool>) {
    while tokio::time::timeout(UPKEEP, stopped.wait_for(|stop| *stop)).await.is_err() {
        metrics.run_upkeep();
    }
}

/// The recorder of metrics is one for the whole process, also where tests start
/// several servers.
fn metrics_handle() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let seconds = Matcher::Suffix("_seconds".to_owned());
            let builder = builder
                .set_buckets_for_metric(seconds, &SECONDS)
                // It fails for an empty list only.
                .unwrap_or_else(|_| PrometheusBuilder::new());
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another recorder of metrics serves already; /metrics stays empty");
            }
            handle
        })
        .clone()
}
