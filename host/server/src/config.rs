//! Configuration: one file, the environment, the command line; later ones win.

mod console;
mod incoming;
mod outgoing;
mod traces;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use eclusa_deploy::watch::WatchOptions;
use eclusa_engine::Limits as EngineLimits;
use eclusa_journal::KeySource;
use eclusa_model::{Seconds, Secret};
use eclusa_relay::{BreakerPolicy, Guard, PausePolicy, RelayConfig, RetryPolicy, STANDARD_PAUSES};
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use serde::Deserialize;

pub use console::Console;
pub use incoming::{Drain, Incoming};
pub use outgoing::Outgoing;
pub use traces::Traces;

/// Variables which the command line's client commands read; they are no
/// configuration of the server.
const CLIENT_VARIABLES: [&str; 2] = ["url", "token"];

/// Variables that are taken as they stand, with their keys. The common reading
/// would make a number of a secret that consists of digits, and name it in its
/// error.
const VERBATIM_VARIABLES: [(&str, &str); 4] = [
    ("ECLUSA_ADMIN_TOKEN", "admin_token"),
    ("ECLUSA_PLATFORM__SECRET", "platform.secret"),
    ("ECLUSA_SECRETS__KEY", "secrets.key"),
    ("ECLUSA_OUTGOING_ALLOW", "outgoing.allow"),
];

/// All that a server can be told. In the file (TOML) the keys are as here; in the
/// environment they are in upper case behind `ECLUSA_`, with `__` for each dot,
/// e.g. `ECLUSA_PLATFORM__URL`. Unknown keys are errors.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address to listen on. Default `127.0.0.1:8080`. Change it to serve other
    /// machines; put a TLS proxy before it then.
    pub listen: SocketAddr,
    /// Base of the URLs that are given to chats, without a `/` at its end. Default
    /// `http://` and the listening address. Set it to what chats can reach.
    pub public_url: Option<String>,
    /// Folder for the journal and for compiled adapters. Default `data`. One
    /// process at a time can use it.
    pub data: PathBuf,
    /// Folder of the adapters' `.wasm` files; a file's name is the adapter's name.
    /// Default `adapters`.
    pub adapters: PathBuf,
    /// The admin token. Without it the first start makes one and prints it. Give
    /// it by `ECLUSA_ADMIN_TOKEN`, so that it stands in no file.
    pub admin_token: Option<Secret>,
    /// Where events are pushed to. Without it they wait to be pulled.
    pub platform: Option<Platform>,
    /// Which key encrypts the channels' secrets on the disk.
    pub secrets: Secrets,
    /// What requests and adapters may use up.
    pub limits: Limits,
    /// What connections and requests that come in may use up.
    pub incoming: Incoming,
    /// How long people stay signed in to the console.
    pub console: Console,
    /// How the server stops.
    pub drain: Drain,
    /// Where traces go (OpenTelemetry).
    pub traces: Traces,
    /// How messages are handed on.
    pub delivery: Delivery,
    /// Where requests to chats and to the platform may go.
    pub outgoing: Outgoing,
    /// How the journal uses its disk.
    pub storage: Storage,
    /// How long what was recorded is kept.
    pub retention: Retention,
    /// How adapters are deployed.
    pub deploy: Deploy,
    /// Where messages are kept. Default `sqlite`.
    pub journal: JournalKind,
    /// Creates one channel for each adapter and a chat to try them with. Default
    /// `false`; `serve --demo` sets it.
    pub demo: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            data: PathBuf::from("data"),
            adapters: PathBuf::from("adapters"),
            admin_token: None,
            platform: None,
            secrets: Secrets::default(),
            limits: Limits::default(),
            incoming: Incoming::default(),
            console: Console::default(),
            drain: Drain::default(),
            traces: Traces::default(),
            delivery: Delivery::default(),
            outgoing: Outgoing::default(),
            storage: Storage::default(),
            retention: Retention::default(),
            deploy: Deploy::default(),
            journal: JournalKind::Sqlite,
            demo: false,
        }
    }
}

/// Where events are pushed to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Absolute URL; each event is one `POST` to it.
    pub url: String,
    /// Key of the signatures (Standard Webhooks), `whsec_` and base64. Give it by
    /// `ECLUSA_PLATFORM__SECRET`.
    pub secret: Secret,
}

/// Which key encrypts the channels' header values, secrets and ingress keys on the
/// disk. Without a key here, the first start makes one in `secrets.key` in the data
/// folder: that protects copies of the database, not the folder as a whole.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Secrets {
    /// File with the keys, newest first: base64 of 32 bytes in each line. No other
    /// user may be able to read it. Set it to keep the key apart from the data.
    pub key_file: Option<PathBuf>,
    /// The keys themselves, newest first, with commas between them. Give them by
    /// `ECLUSA_SECRETS__KEY`, so that they stand in no file.
    pub key: Option<Secret>,
}

/// What requests and adapters may use up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest body of a request from a chat, in bytes. Default 4 MiB. A channel
    /// can have a limit of its own: `limits.body_bytes` of its profile.
    pub body_bytes: usize,
    /// Largest limit that a channel may set for itself, in bytes. Default 32 MiB.
    pub channel_body_bytes: usize,
    /// How deep its JSON may be nested. Default 64.
    pub json_depth: usize,
    /// How long one call of an adapter may run, in milliseconds. Default 50.
    /// Raise it for adapters in JavaScript or Python.
    pub guest_time_ms: u64,
    /// How large an adapter's memory may become, in bytes. Default 64 MiB.
    pub guest_memory_bytes: usize,
    /// How much one call may return, in bytes. Default 1 MiB.
    pub guest_output_bytes: usize,
    /// How many events one request may become. Default 500.
    pub guest_events: usize,
    /// How many calls may run at the same time. Default 64. Each may take up to
    /// `guest_memory_bytes`.
    pub concurrent_calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let engine = EngineLimits::default();
        Self {
            body_bytes: 4 << 20,
            channel_body_bytes: 32 << 20,
            json_depth: 64,
            guest_time_ms: u64::try_from(engine.guest_time.as_millis()).unwrap_or(50),
            guest_memory_bytes: engine.memory_bytes,
            guest_output_bytes: engine.output_bytes,
            guest_events: engine.max_events,
            concurrent_calls: engine.max_concurrent_calls,
        }
    }
}

impl Limits {
    /// The part of it that the engine keeps.
    pub fn engine(&self) -> EngineLimits {
        EngineLimits {
            guest_time: Duration::from_millis(self.guest_time_ms),
            memory_bytes: self.guest_memory_bytes,
            output_bytes: self.guest_output_bytes,
            max_events: self.guest_events,
            max_concurrent_calls: self.concurrent_calls,
            ..EngineLimits::default()
        }
    }
}

/// How messages are handed on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// How long a request to a chat or to the platform may take, with its body,
    /// in milliseconds. Default 15,000.
    pub timeout_ms: u64,
    /// How many requests may be under way at once. Default 256.
    pub concurrent: usize,
    /// How many of them to one destination: a channel's chat, or the platform.
    /// Default 32. A channel may say otherwise.
    pub concurrent_per_destination: usize,
    /// The pauses between the attempts of a message or event, in seconds. It becomes
    /// a dead letter when the attempt after the last one fails. Default: the
    /// schedule of Standard Webhooks, 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20
    /// and 24 hours. A channel may say otherwise.
    pub retry: Vec<Seconds>,
    /// By how much a pause may be longer at random: 0.2 for up to a fifth. Default
    /// 0.2. It keeps what failed together from coming back together.
    pub retry_jitter: f64,
    /// When a host that fails is left alone for a while.
    pub breaker: Breaker,
    /// When a destination is paused without a person.
    pub pause: Pause,
}

/// When a host that fails is left alone for a while. What is for it waits, and uses
/// up no attempts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Breaker {
    /// After so many failures in a row: no connection, no complete response, a
    /// status of 500 or above. Default 10; 0 switches it off.
    pub failures: u32,
    /// The first pause, in seconds; each further one is twice as long. Default 5.
    pub first_pause: Seconds,
    /// The longest pause, in seconds: so long a host that is well again may wait
    /// for its first request. Default 60.
    pub longest_pause: Seconds,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { failures: 10, first_pause: Seconds::new(5.0), longest_pause: Seconds::new(60.0) }
    }
}

/// When a destination is paused without a person.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pause {
    /// After so many dead letters in a row, with no success between them. Default
    /// 20; 0 switches it off.
    pub letters: u32,
    /// And only where the first and the last of them are so far apart, in seconds.
    /// Default 60.
    pub over: Seconds,
}

impl Default for Pause {
    fn default() -> Self {
        Self { letters: 20, over: Seconds::new(60.0) }
    }
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            timeout_ms: 15_000,
            concurrent: 256,
            concurrent_per_destination: 32,
            retry: STANDARD_PAUSES.map(|seconds| Seconds::new(seconds as f64)).into(),
            retry_jitter: 0.2,
            breaker: Breaker::default(),
            pause: Pause::default(),
        }
    }
}

impl Delivery {
    /// The part of it that the relay keeps.
    pub(crate) fn relay(&self) -> RelayConfig {
        let over_ms = i64::try_from(self.pause.over.duration().as_millis()).unwrap_or(i64::MAX);
        RelayConfig {
            retry: RetryPolicy {
                pauses: self.retry.iter().map(|pause| pause.duration()).collect(),
                jitter: self.retry_jitter,
                ..RetryPolicy::default()
            },
            breaker: BreakerPolicy {
                failures: self.breaker.failures,
                first_pause: self.breaker.first_pause.duration(),
                longest_pause: self.breaker.longest_pause.duration(),
                // One that tries has its time, and some for the adapter.
                patience: Duration::from_millis(self.timeout_ms.saturating_mul(2)),
            },
            pause: PausePolicy { letters: self.pause.letters, over_ms },
            concurrency: self.concurrent,
            per_destination: self.concurrent_per_destination,
        }
    }

    /// What the types alone cannot say.
    fn validate(&self) -> Result<(), ConfigError> {
        let wrong = |key, what: &str| Err(ConfigError::Value(key, what.to_owned()));
        let week = "0 to 604800 seconds";
        if self.retry.len() > 1000 || !self.retry.iter().all(|pause| pause.is_valid()) {
            return wrong("delivery.retry", "at most 1000 pauses of 0 to 604800 seconds");
        }
        if !(0.0..=1.0).contains(&self.retry_jitter) {
            return wrong("delivery.retry_jitter", "0 to 1");
        }
        if !self.pause.over.is_valid() {
            return wrong("delivery.pause.over", week);
        }
        let at_least_a_moment =
            |pause: Seconds| pause.is_valid() && pause.duration() >= Duration::from_millis(10);
        if !at_least_a_moment(self.breaker.first_pause) {
            return wrong("delivery.breaker.first_pause", "0.01 to 604800 seconds");
        }
        if !at_least_a_moment(self.breaker.longest_pause) {
            return wrong("delivery.breaker.longest_pause", "0.01 to 604800 seconds");
        }
        Ok(())
    }
}

/// How the journal uses its disk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// Requests and messages are refused with 503 while less than this is free on
    /// the data folder's disk, in bytes; deliveries go on and can be recorded.
    /// Backups leave as much free on their disk. Default 256 MiB. Raise it where much
    /// is pending and the disk is shared.
    pub min_free_bytes: u64,
    /// Where `POST /v1/backups` and `eclusa backup` put backups. Default `backups`
    /// in the data folder. Set it to another disk.
    pub backups: Option<PathBuf>,
}

impl Default for Storage {
    fn default() -> Self {
        Self { min_free_bytes: 256 << 20, backups: None }
    }
}

/// How long what was recorded is kept. Without any of it all is kept. What is still
/// to be handed on, channels, adapters and deployments are never removed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Requests, events and messages with their attempts, in days. Default: for
    /// ever. At least `dedupe_days`.
    pub days: Option<u32>,
    /// Requests that could not be mapped, and dead letters, in days. A letter goes
    /// with the message or event it is of, so not before `days`. Default: for ever.
    pub letter_days: Option<u32>,
    /// Entries of the audit log, in days. Default: for ever.
    pub audit_days: Option<u32>,
    /// The oldest goes while the journal's records take more than this, in bytes.
    /// Default: no limit. At least 1 MiB.
    pub max_bytes: Option<u64>,
    /// For so many days a message that comes again is known as such; nothing
    /// younger is removed by `max_bytes`. Default 7. Raise it for chats that
    /// deliver again after longer.
    pub dedupe_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: None, letter_days: None, audit_days: None, max_bytes: None, dedupe_days: 7 }
    }
}

/// How adapters are deployed. By which rules a candidate goes live is each
/// adapter's policy (`PUT /v1/adapters/{name}/policy`), not configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deploy {
    /// So many revisions of each adapter stay ready for a rollback. Default 5, at
    /// least 2. Each takes some 3 MiB of memory and its file's size on the disk.
    pub keep: usize,
    /// How long a file of the adapters' folder must stand still before it counts,
    /// in milliseconds. Default 40. Raise it where files are copied in slowly.
    pub quiet_ms: u64,
    /// How often the folder is read for changes that nobody announces, in seconds.
    /// Default 10. Lower it where it is on a network.
    pub rescan_seconds: u64,
}

impl Default for Deploy {
    fn default() -> Self {
        Self { keep: 5, quiet_ms: 40, rescan_seconds: 10 }
    }
}

/// Where messages are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JournalKind {
    /// In the data folder, each acknowledged message on the disk.
    Sqlite,
    /// In memory: all is lost when the process ends. For measurements.
    Memory,
}

impl Config {
    /// Reads the file, if one is named, and the environment.
    ///
    /// # Errors
    /// When the file cannot be read, or a key is unknown or has a wrong value;
    /// the error names the key and where it was set.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::new();
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::NoFile(file.to_owned()));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let verbatim =
            VERBATIM_VARIABLES.map(|(name, _)| name.replacen("ECLUSA_", "", 1).to_lowercase());
        let ignored: Vec<&str> =
            CLIENT_VARIABLES.into_iter().chain(verbatim.iter().map(String::as_str)).collect();
        figment = figment.merge(Env::prefixed("ECLUSA_").ignore(&ignored).split("__"));
        for (variable, key) in VERBATIM_VARIABLES {
            if let Ok(value) = std::env::var(variable) {
                figment = figment.merge((key, value));
            }
        }
        figment.extract().map_err(|error| ConfigError::Invalid(Box::new(error)))
    }

    /// Where the keys of secrets come from.
    pub(crate) fn keys(&self) -> KeySource {
        match (&self.secrets.key, &self.secrets.key_file) {
            (Some(key), _) => KeySource::Given(key.clone()),
            (None, Some(file)) => KeySource::File(file.clone()),
            (None, None) => KeySource::Folder,
        }
    }

    /// The folder of the backups that the server makes.
    pub(crate) fn backups(&self) -> PathBuf {
        self.storage.backups.clone().unwrap_or_else(|| self.data.join("backups"))
    }

    /// How the adapters' folder is watched.
    pub(crate) fn watch_options(&self) -> WatchOptions {
        WatchOptions {
            quiet: Duration::from_millis(self.deploy.quiet_ms),
            rescan: Duration::from_secs(self.deploy.rescan_seconds),
            max_bytes: self.limits.engine().component_bytes as u64,
        }
    }

    /// Checks what the types alone cannot say.
    ///
    /// # Errors
    /// The key, and what is expected of it.
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        let (limits, delivery) = (&self.limits, &self.delivery);
        let at_least = [
            ("limits.body_bytes", limits.body_bytes as u64, 1024),
            ("limits.channel_body_bytes", limits.channel_body_bytes as u64, 1024),
            ("limits.json_depth", limits.json_depth as u64, 1),
            ("limits.guest_time_ms", limits.guest_time_ms, 1),
            ("limits.guest_memory_bytes", limits.guest_memory_bytes as u64, 1 << 20),
            ("limits.guest_output_bytes", limits.guest_output_bytes as u64, 1024),
            ("limits.guest_events", limits.guest_events as u64, 1),
            ("limits.concurrent_calls", limits.concurrent_calls as u64, 1),
            ("delivery.timeout_ms", delivery.timeout_ms, 1),
            ("delivery.concurrent", delivery.concurrent as u64, 1),
            ("retention.dedupe_days", u64::from(self.retention.dedupe_days), 1),
            (
                "retention.days",
                u64::from(self.retention.days.unwrap_or(u32::MAX)),
                u64::from(self.retention.dedupe_days),
            ),
            ("retention.letter_days", u64::from(self.retention.letter_days.unwrap_or(1)), 1),
            ("retention.audit_days", u64::from(self.retention.audit_days.unwrap_or(1)), 1),
            ("retention.max_bytes", self.retention.max_bytes.unwrap_or(u64::MAX), 1 << 20),
            ("delivery.concurrent_per_destination", delivery.concurrent_per_destination as u64, 1),
            ("storage.min_free_bytes", self.storage.min_free_bytes, 1 << 20),
            ("deploy.keep", self.deploy.keep as u64, 2),
            ("deploy.quiet_ms", self.deploy.quiet_ms, 1),
            ("deploy.rescan_seconds", self.deploy.rescan_seconds, 1),
        ];
        check_least(&at_least)?;
        self.traces.validate()?;
        self.console.validate()?;
        self.incoming.validate(limits.body_bytes.max(limits.channel_body_bytes))?;
        delivery.validate()?;
        if self.secrets.key.is_some() && self.secrets.key_file.is_some() {
            let expected = "it or `secrets.key_file`, not both".to_owned();
            return Err(ConfigError::Value("secrets.key", expected));
        }
        match self.admin_token.as_ref().map(|token| token.expose().trim().len()) {
            Some(0) => {
                return Err(ConfigError::Value(
                    "admin_token",
                    "a token, or no such key".to_owned(),
                ));
            }
            Some(1..16) => {
                tracing::warn!("the admin token is short; use 16 random characters or more")
            }
            _ => {}
        }
        if let Some(url) = &self.public_url
            && !url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
        {
            return Err(ConfigError::Value("public_url", "an absolute http(s) URL".to_owned()));
        }
        Ok(())
    }

    /// Where this server reaches itself.
    pub(crate) fn own_address(&self) -> SocketAddr {
        let ip = match self.listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.listen.port())
    }

    /// Where requests may go. The chats of a demo are this server itself.
    pub(crate) fn guard(&self) -> Guard {
        self.outgoing.guard(self.demo.then(|| self.own_address()))
    }

    /// Base of the URLs that are given to chats.
    pub fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }
}

/// Keys with their values and the least that each may be.
fn check_least(keys: &[(&'static str, u64, u64)]) -> Result<(), ConfigError> {
    for (key, value, least) in keys {
        if value < least {
            return Err(ConfigError::Value(key, format!("at least {least}, not {value}")));
        }
    }
    Ok(())
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there.
    #[error("the configuration file {} does not exist", .0.display())]
    NoFile(PathBuf),
    /// A key is unknown or has a wrong value.
    #[error("the configuration is wrong: {0}")]
    Invalid(Box<figment::Error>),
    /// A value makes no sense.
    #[error("the configuration is wrong: `{0}`: expected {1}")]
    Value(&'static str, String),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    #![allow(clippy::result_large_err, reason = "the signature of figment's test jail")]

    use figment::Jail;

    use super::*;

    #[test]
    fn the_environment_wins_over_the_file() {
        Jail::expect_with(|jail| {
            jail.create_file("e.toml", "listen = \"0.0.0.0:1\"\n[limits]\njson_depth = 9")?;
            jail.set_env("ECLUSA_LISTEN", "0.0.0.0:2");
            jail.set_env("ECLUSA_ADMIN_TOKEN", "1234567890123456");
            jail.set_env("ECLUSA_TOKEN", "not ours");
            let config = Config::load(Some(Path::new("e.toml"))).unwrap();
            assert_eq!(config.listen.port(), 2);
            assert_eq!(config.limits.json_depth, 9);
            assert_eq!(config.admin_token.unwrap().expose(), "1234567890123456");
            Ok(())
        });
    }

    #[test]
    fn unknown_keys_are_named() {
        Jail::expect_with(|jail| {
            jail.create_file("e.toml", "[limits]\njson_dept = 9")?;
            let error = Config::load(Some(Path::new("e.toml"))).unwrap_err().to_string();
            assert!(error.contains("json_dept") && error.contains("e.toml"), "{error}");
            Ok(())
        });
        Jail::expect_with(|jail| {
            jail.set_env("ECLUSA_LISTN", "x");
            let error = Config::load(None).unwrap_err().to_string();
            assert!(error.to_lowercase().contains("listn"), "{error}");
            Ok(())
        });
    }
}
