//! One connection, from its first byte to its end.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::http::{HeaderValue, Request, Response, Version, header};
use hyper::body::Incoming as IncomingBody;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;
use tower::Service as _;

use super::activity::{Activity, Patience, Verdict};
use super::body::{Pace, Timed};
use super::io::Watched;
use super::places::Place;
use super::refusal::{Refusal, Refusals};
use super::response::Answer;
use crate::config::Incoming;

/// How long a connection above the limit may take for anything: it is there for
/// health, metrics and the API.
const SURPLUS: Patience = Patience {
    idle: Duration::from_secs(2),
    head: Duration::from_secs(2),
    write: Duration::from_secs(2),
};

/// How long a connection without a request stays open while the server stops, so
/// that a request which is on its way already is answered.
///
/// Whoever has begun a request has a little longer.
const STOPPING: Patience = Patience {
    idle: Duration::from_millis(250),
    head: Duration::from_secs(2),
    write: Duration::from_secs(2),
};

/// How long a connection that is being closed may take for it.
const CLOSING: Duration = Duration::from_secs(5);

/// Flow control of HTTP/2: what a stream and a connection may send ahead.
const STREAM_WINDOW: u32 = 64 << 10;
const CONNECTION_WINDOW: u32 = 512 << 10;

/// What HTTP/2 keeps of a response for a caller who is slow to take it.
const SEND_BUFFER: usize = 64 << 10;

/// Floods of resets end a connection of HTTP/2 (CVE-2023-44487): so many requests
/// that were taken back before they began, and so many that were so wrong that we
/// took them back.
const RESETS_WAITING: usize = 20;
const RESETS_CAUSED: usize = 1024;

/// Whether the server goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It does.
    Serving,
    /// It will stop: answers say so, and connections without a request are closed.
    Draining,
    /// The same, and no further connection is taken.
    Closing,
}

/// Why a connection is being closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closing {
    /// It did nothing, or the server stops.
    Idle,
    /// Its caller takes nothing of an answer.
    Stalled,
}

/// By which connection a request came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    /// The other end of the connection, perhaps a proxy.
    pub(super) peer: IpAddr,
    /// The connection is above the limit.
    pub(super) surplus: bool,
}

/// What all connections have in common.
pub(super) struct Connections {
    router: Router,
    protocol: auto::Builder<TokioExecutor>,
    patience: Patience,
    pace: Pace,
    refusals: Arc<Refusals>,
    /// Answers say that their connection is closed.
    stopping: AtomicBool,
}

impl Connections {
    pub(super) fn new(router: Router, config: &Incoming, refusals: Arc<Refusals>) -> Self {
        let mut protocol = auto::Builder::new(TokioExecutor::new());
        // Its time for heads would count from the last answer; `Activity` has one
        // for idleness and one for heads.
        protocol.http1().header_read_timeout(None).max_buf_size(config.header_bytes);
        protocol
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(config.http2_streams)
            .max_header_list_size(u32::try_from(config.header_bytes).unwrap_or(u32::MAX))
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_pending_accept_reset_streams(RESETS_WAITING)
            .max_local_error_reset_streams(RESETS_CAUSED)
            .max_send_buf_size(SEND_BUFFER);
        Self {
            router,
            protocol,
            patience: Patience {
                idle: Duration::from_millis(config.idle_ms),
                head: Duration::from_millis(config.header_ms),
                write: Duration::from_millis(config.write_ms),
            },
            pace: Pace {
                total: Duration::from_millis(config.body_ms),
                bytes_per_second: config.body_bytes_per_second,
                pause: Duration::from_millis(config.body_pause_ms),
            },
            refusals,
            stopping: AtomicBool::new(false),
        }
    }

    /// Answers say from now on that their connection is closed.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Serves a connection until one side ends it.
    pub(super) async fn serve(
        self: Arc<Self>,
        socket: TcpStream,
        peer: IpAddr,
        place: Place,
        mut stage: watch::Receiver<Stage>,
    ) {
        let activity = Arc::new(Activity::new());
        let origin = Origin { peer, surplus: place.surplus };
        let patience = if place.surplus { SURPLUS } else { self.patience };
        let service = {
            let (connections, activity) = (Arc::clone(&self), Arc::clone(&activity));
            service_fn(move |request| {
                let under_way = activity.begin();
                let answering = Arc::clone(&connections).answer(request, origin);
                async move {
                    let response = answering.await;
                    Ok::<_, Infallible>(response.map(|body| Answer::new(body, under_way)))
                }
            })
        };
        let socket = Watched::new(socket, Arc::clone(&activity), patience.write);
        let mut connection = pin!(self.protocol.serve_connection(TokioIo::new(socket), service));
        let mut look = pin!(tokio::time::sleep(patience.shortest()));
        let mut closing = None;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended
                        && closing != Some(Closing::Stalled)
                    {
                        self.broke(&*error);
                    }
                    return;
                }
                () = look.as_mut() => {}
                changed = stage.changed(), if closing.is_none() => {
                    // An error means that nobody is left who waits for us.
                    if changed.is_err() {
                        return;
                    }
                }
            }
            let stopping = *stage.borrow_and_update() > Stage::Serving;
            let next = match activity.verdict(if stopping { STOPPING } else { patience }) {
                Verdict::Wait(next) if closing.is_none() => next,
                Verdict::Wait(_) if activity.is_under_way() => Instant::now() + CLOSING,
                Verdict::Wait(_) => return,
                Verdict::HeadLate => {
                    self.refusals.count(Refusal::HeadTimeout);
                    return;
                }
                Verdict::Idle if closing.is_some() => return,
                Verdict::Stalled if closing == Some(Closing::Stalled) => return,
                Verdict::Idle => {
                    closing = Some(Closing::Idle);
                    connection.as_mut().graceful_shutdown();
                    Instant::now() + CLOSING
                }
                Verdict::Stalled => {
                    self.refusals.count(Refusal::WriteTimeout);
                    closing = Some(Closing::Stalled);
                    // Other requests on the connection may end.
                    connection.as_mut().graceful_shutdown();
                    Instant::now() + CLOSING
                }
            };
            look.as_mut().reset(next);
        }
    }

    /// Answers a request.
    async fn answer(
        self: Arc<Self>,
        request: Request<IncomingBody>,
        origin: Origin,
    ) -> Response<Body> {
        let is_http1 = request.version() <= Version::HTTP_11;
        // Where a length stood too, proxies may not agree where the request ends:
        // what follows it on the connection is not to be trusted (RFC 9112, 6.1).
        let chunked = is_http1 && request.headers().contains_key(header::TRANSFER_ENCODING);
        let pace = self.pace;
        let mut request = request.map(|body| {
            if body.is_end_stream() { Body::empty() } else { Body::new(Timed::new(body, pace)) }
        });
        request.extensions_mut().insert(origin);
        let mut response = match self.router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let closing = origin.surplus || self.stopping.load(Ordering::Relaxed);
        if chunked || (closing && is_http1) {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    fn broke(&self, error: &(dyn std::error::Error + 'static)) {
        let mut cause = Some(error);
        let mut stalled = false;
        while let Some(error) = cause {
            stalled |= error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut);
            cause = error.source();
        }
        if stalled {
            self.refusals.count(Refusal::WriteTimeout);
        } else {
            tracing::debug!(error, "a connection broke");
        }
    }
}
