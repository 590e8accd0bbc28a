//! The chats and the platform: they live on when the host is killed, and know all
//! that they have taken.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::chat::{CHANNELS, is_of_attendance, read_event};
use crate::ledger::{Direction, Key, Ledger};
use crate::visits::{self, Visits, is_of_visit};

/// How many of all requests are answered with 503.
const UNAVAILABLE: f64 = 0.02;

/// Longest time that an answer takes, in microseconds.
const SLOWEST_US: u64 = 3_000;

/// Both fakes on one port.
#[derive(Debug)]
pub(crate) struct Witness {
    address: SocketAddr,
    open: watch::Receiver<usize>,
    task: tokio::task::JoinHandle<()>,
    visits: Visits,
}

#[derive(Clone)]
struct Shared {
    ledger: Ledger,
    random: Arc<Mutex<StdRng>>,
    visits: Visits,
}

impl Witness {
    /// Starts them on a free port.
    pub(crate) async fn start(ledger: &Ledger, seed: u64) -> anyhow::Result<Self> {
        let random = Arc::new(Mutex::new(StdRng::seed_from_u64(seed)));
        let visits = Visits::new(ledger);
        let shared = Shared { ledger: ledger.clone(), random, visits: visits.clone() };
        let router = Router::new()
            .route("/events", post(platform))
            .route("/chat/{channel}", post(chat))
            .route("/chat/{channel}/messages", post(chat))
            .with_state(shared);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (count, open) = watch::channel(0);
        let task = tokio::spawn(serve(listener, router, count));
        Ok(Self { address, open, task, visits })
    }

    /// Where a channel's messages go.
    pub(crate) fn chat_url(&self, channel: &str) -> String {
        format!("http://{}/chat/{channel}", self.address)
    }

    /// What came to those who visit.
    pub(crate) fn visits(&self) -> &Visits {
        &self.visits
    }

    /// Where events go.
    pub(crate) fn platform_url(&self) -> String {
        format!("http://{}/events", self.address)
    }

    /// Waits until all is answered that a dead host has sent, so that it is not
    /// counted for the next one.
    pub(crate) async fn idle(&self) {
        // An error means that the server is gone.
        let _ = self.open.clone().wait_for(|open| *open == 0).await;
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, router: Router, open: watch::Sender<usize>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Counted before the next one is waited for.
        open.send_modify(|open| *open += 1);
        let (open, service) = (open.clone(), TowerToHyperService::new(router.clone()));
        tokio::spawn(async move {
            // It breaks off when the host is killed.
            let _ = Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
            open.send_modify(|open| *open -= 1);
        });
    }
}

impl Shared {
    /// Takes its time, so that a kill meets what is under way; whether it takes the
    /// request at all.
    async fn is_willing(&self) -> bool {
        let (pause_us, is_willing) = {
            let mut random = self.random.lock();
            (random.random_range(0..SLOWEST_US), !random.random_bool(UNAVAILABLE))
        };
        tokio::time::sleep(Duration::from_micros(pause_us)).await;
        is_willing
    }
}

async fn platform(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    if !shared.is_willing().await {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let event: Value = serde_json::from_slice(&body).unwrap_or_default();
    if is_of_attendance(&event) || is_of_visit(&event) {
        return StatusCode::NO_CONTENT.into_response();
    }
    match read_event(&event) {
        Ok((id, channel, conversation, number)) => {
            let given = headers.get("webhook-id").and_then(|given| given.to_str().ok());
            if given != Some(&*id) {
                shared.ledger.odd(format!("the push of {id} has the webhook-id {given:?}"));
            }
            let key = Key::new(Direction::In, &channel, &conversation);
            shared.ledger.taken(&key, number, &id);
        }
        Err(error) => shared.ledger.odd(format!("the platform got: {error:#}")),
    }
    StatusCode::NO_CONTENT.into_response()
}

/// The path may end in `/messages`, as the shop's does.
async fn chat(State(shared): State<Shared>, Path(channel): Path<String>, body: Bytes) -> Response {
    if !shared.is_willing().await {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    if channel == visits::CHANNEL {
        return match shared.visits.came(&message) {
            Ok(id) => Json(json!({ "id": own_id(&id) })).into_response(),
            Err(error) => {
                shared.ledger.odd(format!("a chat got: {message} ({error:#})"));
                StatusCode::UNPROCESSABLE_ENTITY.into_response()
            }
        };
    }
    let channel = CHANNELS.iter().find(|known| known.id == channel);
    let read = channel.map(|channel| (channel, channel.read(&message)));
    match read {
        Some((channel, Ok((id, conversation, number)))) => {
            let key = Key::new(Direction::Out, channel.id, &conversation);
            shared.ledger.taken(&key, number, &id);
            Json(json!({ "id": own_id(&id) })).into_response()
        }
        other => {
            shared.ledger.odd(format!("a chat got: {message} ({other:?})"));
            StatusCode::UNPROCESSABLE_ENTITY.into_response()
        }
    }
}

/// The chat's id of a message to it, the same however often it comes.
pub(crate) fn own_id(id: &str) -> String {
    format!("own-{id}")
}
