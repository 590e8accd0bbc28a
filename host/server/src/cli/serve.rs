//! `eclusa serve`: the server itself.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use eclusa_server::{Config, TraceExport};
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use super::Outcome;

const EXAMPLES: &str = "\
Examples:
  eclusa serve --demo --adapters target/adapters
  eclusa serve --config /etc/eclusa.toml

Each key of the configuration can be set in the environment too: ECLUSA_LISTEN,
ECLUSA_PLATFORM__URL. Options win over the environment, which wins over the file.
RUST_LOG sets what is logged to standard error (default: info); with --json the log
is written as JSON.";

/// The arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder for the journal and for compiled adapters [default: data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Folder of the adapters' .wasm files [default: adapters]
    #[arg(long, value_name = "DIR")]
    adapters: Option<PathBuf>,
    /// Create one channel for each adapter, and a chat to try them with.
    #[arg(long)]
    demo: bool,
}

/// Serves until the process is asked to stop.
pub(super) fn run(args: Args, json: bool) -> anyhow::Result<Outcome> {
    let mut config = Config::load(args.config.as_deref())?;
    config.data = args.data.unwrap_or(config.data);
    config.listen = args.listen.unwrap_or(config.listen);
    config.adapters = args.adapters.unwrap_or(config.adapters);
    config.demo |= args.demo;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    runtime.block_on(async {
        let traces = TraceExport::start(&config.traces)?;
        start_log(json, traces.as_ref());
        eclusa_server::serve(config, traces).await
    })?;
    // All that counts is done: a compilation that goes on is for nobody.
    runtime.shutdown_background();
    Ok(Outcome::Success)
}

/// They name the hosts of requests where they log in detail, and an adapter may put a
/// secret into a host's name.
const NAME_HOSTS: [&str; 3] = ["reqwest", "hyper_util", "rustls"];

/// Whether it can be logged without a secret in it, whatever `RUST_LOG` asks for.
fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    let library = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() <= Level::INFO || !NAME_HOSTS.contains(&library)
}

/// Standard output is for what the start prints; the log goes to standard error,
/// traces to their collector.
fn start_log(json: bool, traces: Option<&TraceExport>) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    let log = if json { log.json().boxed() } else { log.boxed() };
    tracing_subscriber::registry()
        .with(log.with_filter(filter.and(filter_fn(may_be_logged))))
        .with(traces.map(TraceExport::layer))
        .init();
}
