//! Configuration: one file, the environment, the command line; later ones win.

mod console;
mod delivery;
mod incoming;
mod limits;
mod outgoing;
mod storage;
mod traces;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use eclusa_deploy::watch::WatchOptions;
use eclusa_journal::KeySource;
use eclusa_model::Secret;
use eclusa_relay::Guard;
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use serde::Deserialize;

pub use console::Console;
pub use delivery::{Breaker, Delivery, Pause};
pub use incoming::{Drain, Incoming};
pub use limits::Limits;
pub use outgoing::Outgoing;
pub use storage::{Retention, Storage};
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
        let linked = std::env::var_os("ECLUSA_SERVICE_HOST").is_some();
        let variables = Env::prefixed("ECLUSA_").ignore(&ignored);
        let variables = variables.filter(move |key| !(linked && is_service_link(key.as_str())));
        figment = figment.merge(variables.split("__"));
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
        self.limits.validate()?;
        self.delivery.validate()?;
        self.storage.validate()?;
        self.retention.validate()?;
        check_least(&[
            ("deploy.keep", self.deploy.keep as u64, 2),
            ("deploy.quiet_ms", self.deploy.quiet_ms, 1),
            ("deploy.rescan_seconds", self.deploy.rescan_seconds, 1),
        ])?;
        self.traces.validate()?;
        self.console.validate()?;
        self.incoming.validate(self.limits.body_bytes.max(self.limits.channel_body_bytes))?;
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

/// Whether a variable tells of a service named `eclusa`, as Kubernetes sets them beside
/// `ECLUSA_SERVICE_HOST` (Service, "Environment variables", in its documentation):
/// `ECLUSA_PORT_8080_TCP_ADDR` and others.
fn is_service_link(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key == "port" || ["service_host", "service_port", "port_"].iter().any(|it| key.starts_with(it))
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
    fn a_service_of_the_same_name_is_no_configuration() {
        Jail::expect_with(|jail| {
            jail.set_env("ECLUSA_PORT", "tcp://10.0.0.7:8080");
            let error = Config::load(None).unwrap_err().to_string();
            assert!(error.to_lowercase().contains("port"), "alone it is a mistake: {error}");
            jail.set_env("ECLUSA_SERVICE_HOST", "10.0.0.7");
            for name in ["SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT_8080_TCP", "PORT_8080_TCP_ADDR"]
            {
                jail.set_env(format!("ECLUSA_{name}"), "8080");
            }
            jail.set_env("ECLUSA_LISTEN", "0.0.0.0:2");
            assert_eq!(Config::load(None).unwrap().listen.port(), 2);
            jail.set_env("ECLUSA_LISTN", "x");
            assert!(Config::load(None).is_err());
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
