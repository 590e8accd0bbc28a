//! A server that records every request and answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::Response;
use axum::response::IntoResponse;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::DEADLINE;

/// The fakes' own runtime, so that they answer also while a test is busy.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
});

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path, with the query.
    pub path: String,
    /// The headers, in order, with lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// The same, byte for byte.
    pub bytes: axum::body::Bytes,
    /// What was answered.
    pub reply: Reply,
}

impl Request {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body, read as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What a fake answers.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// The id that the body gives to the message.
    pub external_id: Option<String>,
}

impl Reply {
    /// JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { status, headers, body: body.to_string(), external_id: None }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As the one that gives the message this id.
    #[must_use]
    pub(crate) fn giving(mut self, external_id: impl Into<String>) -> Self {
        self.external_id = Some(external_id.into());
        self
    }
}

/// Decides what is answered to a request, given its number (from 1).
type Rule = dyn Fn(&Request, u64) -> Option<Reply> + Send + Sync;

struct Shared {
    state: Mutex<Recorded>,
    changed: Notify,
}

#[derive(Default)]
struct Recorded {
    requests: Vec<Request>,
    rule: Option<Arc<Rule>>,
    usual: Option<Arc<Rule>>,
}

/// A server that records every request and answers as it is told.
#[derive(Clone)]
pub(crate) struct FakeServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for FakeServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakeServer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl FakeServer {
    /// Starts one on a free port.
    pub(crate) fn start(usual: impl Fn(&Request, u64) -> Reply + Send + Sync + 'static) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let usual: Arc<Rule> = Arc::new(move |request, number| Some(usual(request, number)));
        let state = Mutex::new(Recorded { usual: Some(usual), ..Recorded::default() });
        let shared = Arc::new(Shared { state, changed: Notify::new() });
        let router = Router::new().fallback(take).with_state(Arc::clone(&shared));
        RUNTIME.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a socket");
            axum::serve(listener, router).await
        });
        Self { address, shared }
    }

    /// Its base URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets a rule answer before the usual answer.
    pub(crate) fn rule(
        &self,
        rule: impl Fn(&Request, u64) -> Option<Reply> + Send + Sync + 'static,
    ) {
        self.shared.state.lock().rule = Some(Arc::new(rule));
    }

    /// Answers as usual again.
    pub(crate) fn no_rule(&self) {
        self.shared.state.lock().rule = None;
    }

    /// All requests so far, in the order in which they were answered.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.state.lock().requests.clone()
    }

    /// All requests, as soon as they are as many as asked for.
    pub(crate) async fn requests_when(&self, enough: impl Fn(&[Request]) -> bool) -> Vec<Request> {
        let waiting = async {
            loop {
                let changed = self.shared.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                let requests = self.requests();
                if enough(&requests) {
                    return requests;
                }
                changed.await;
            }
        };
        match tokio::time::timeout(DEADLINE, waiting).await {
            Ok(requests) => requests,
            Err(_) => panic!("the requests did not come; there are {:#?}", self.requests()),
        }
    }
}

async fn take(
    State(shared): State<Arc<Shared>>,
    request: axum::extract::Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 16 << 20).await else {
        return Response::default();
    };
    let headers = parts.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let mut request = Request {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
        bytes: body,
        reply: Reply::default(),
    };
    let reply = {
        let mut state = shared.state.lock();
        let number = state.requests.len() as u64 + 1;
        let rules = [state.rule.clone(), state.usual.clone()];
        let reply = rules.iter().flatten().find_map(|rule| rule(&request, number));
        let reply = reply.expect("there is a usual answer");
        request.reply = reply.clone();
        state.requests.push(request);
        reply
    };
    shared.changed.notify_waiters();
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    response
        .body(Body::from(reply.body))
        .map_or_else(|_| Response::default(), IntoResponse::into_response)
}
