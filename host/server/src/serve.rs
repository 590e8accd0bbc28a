//! `eclusa serve`: starts a server, says so, and waits for the end.

use std::io::Write;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use crate::{Config, Server, TraceExport};

/// Runs a server until SIGTERM or Ctrl-C, or until its journal fails. `traces`
/// get out last.
///
/// # Errors
/// When it cannot start, or when the journal has failed: the process must end
/// then, so that nothing is acknowledged that is not kept.
pub async fn serve(config: Config, traces: Option<TraceExport>) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let server = Server::start(config).await?;
    announce(&server)?;
    let failed = async {
        match server.failed() {
            Some(mut failed) => {
                // An error means that the journal is gone, which only a stop does.
                let _ = failed.wait_for(|failed| *failed).await;
            }
            None => std::future::pending().await,
        }
    };
    let journal_failed = tokio::select! {
        _ = terminate.recv() => false,
        _ = tokio::signal::ctrl_c() => false,
        () = failed => true,
    };
    tracing::info!("stopping; once more stops at once");
    let again = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    };
    server.stop_or(again).await;
    if let Some(traces) = traces {
        traces.stop().await;
    }
    anyhow::ensure!(
        !journal_failed,
        "the journal could not write to its disk; check the disk and start again"
    );
    Ok(())
}

/// What people need who started it. Tokens go to standard output only, never to
/// the log.
fn announce(server: &Server) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if let Some(token) = server.new_admin_token() {
        writeln!(out, "admin token (shown only now): {}", token.expose())?;
    }
    if let Some(demo) = server.demo() {
        write!(out, "{}", demo.instructions())?;
    }
    writeln!(out, "ready: http://{}", server.address())?;
    out.flush()
}
