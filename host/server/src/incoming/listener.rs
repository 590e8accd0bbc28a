//! Takes connections.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::address::Proxies;
use super::connection::{Connections, Stage};
use super::places::Places;
use super::refusal::Refusals;
use crate::config::Incoming;

/// First and longest pause after a connection could not be taken.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));

/// How often the log tells that connections cannot be taken.
const TELL: Duration = Duration::from_secs(10);

/// Takes connections until it is closed.
pub(crate) struct Listener {
    stage: watch::Sender<Stage>,
    connections: Arc<Connections>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Starts to take connections; needs a Tokio runtime.
    pub(crate) fn start(
        listener: TcpListener,
        router: Router,
        config: &Incoming,
        refusals: Arc<Refusals>,
    ) -> Self {
        let proxies = Proxies::new(config.trusted_proxies.clone());
        let places = Places::new(config.connections, config.connections_per_address, proxies);
        let (stage, watched) = watch::channel(Stage::Serving);
        let connections = Arc::new(Connections::new(router, config, Arc::clone(&refusals)));
        let taking = Taking {
            places: Arc::new(places),
            connections: Arc::clone(&connections),
            refusals,
            stage: watched,
            open: JoinSet::new(),
        };
        Self { stage, connections, task: tokio::spawn(taking.run(listener)) }
    }

    /// Answers say from now on that their connection is closed, and connections
    /// without a request are closed. New ones are taken.
    pub(crate) fn drain(&self) {
        self.connections.stop();
        self.stage.send_replace(Stage::Draining);
    }

    /// Takes no further connection, and waits until all are closed. Those that
    /// are open when this is dropped are cut off.
    pub(crate) async fn close(self) {
        self.connections.stop();
        self.stage.send_replace(Stage::Closing);
        let mut task = CutOff(self.task);
        if let Err(error) = (&mut task.0).await {
            tracing::error!(%error, "the HTTP server broke");
        }
    }
}

/// Ends a task when it is dropped.
struct CutOff(JoinHandle<()>);

impl Drop for CutOff {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The loop that takes connections.
struct Taking {
    places: Arc<Places>,
    connections: Arc<Connections>,
    refusals: Arc<Refusals>,
    stage: watch::Receiver<Stage>,
    open: JoinSet<()>,
}

impl Taking {
    async fn run(mut self, listener: TcpListener) {
        let mut pause = BACKOFF.0;
        let mut told: Option<tokio::time::Instant> = None;
        let mut stage = self.stage.clone();
        loop {
            let taken = tokio::select! {
                taken = listener.accept() => taken,
                Some(_) = self.open.join_next() => continue,
                // An error means that the server was dropped.
                _ = stage.wait_for(|stage| *stage == Stage::Closing) => break,
            };
            match taken {
                Ok((socket, peer)) => {
                    pause = BACKOFF.0;
                    self.take(socket, peer.ip());
                }
                Err(error) if is_of_one_connection(&error) => {}
                // E.g. no more files may be open: what is open goes on meanwhile.
                Err(error) => {
                    metrics::counter!("eclusa_incoming_accept_errors_total").increment(1);
                    if told.is_none_or(|told| told.elapsed() >= TELL) {
                        told = Some(tokio::time::Instant::now());
                        tracing::error!(
                            %error,
                            "no connection can be taken; trying again. If too many files are \
                             open, raise their limit (ulimit -n, LimitNOFILE) or lower \
                             `incoming.connections`"
                        );
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(BACKOFF.1);
                }
            }
        }
        // Those that the system has taken for us already get their answers.
        while let Ok(Ok((socket, peer))) =
            tokio::time::timeout(Duration::ZERO, listener.accept()).await
        {
            self.take(socket, peer.ip());
        }
        drop(listener);
        while self.open.join_next().await.is_some() {}
    }

    fn take(&mut self, socket: TcpStream, peer: std::net::IpAddr) {
        match self.places.take(peer) {
            Ok(place) => {
                // It fails for a connection that is closed already.
                let _ = socket.set_nodelay(true);
                let connections = Arc::clone(&self.connections);
                self.open.spawn(connections.serve(socket, peer, place, self.stage.clone()));
            }
            Err(refusal) => self.refusals.count(refusal),
        }
    }
}

/// Errors of the connection that was to be taken, which is gone; not of ours.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}
