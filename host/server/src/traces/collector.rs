//! The way to the collector.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use tokio::runtime::Handle;

/// Longest request to the collector.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Sends spans to the collector. It belongs to the operator, so its address is
/// not guarded as those of chats are.
#[derive(Debug)]
pub(super) struct Collector {
    client: reqwest::Client,
    /// Spans come from a thread that has no runtime.
    runtime: Handle,
    /// It did not take the last ones.
    failing: AtomicBool,
}

impl Collector {
    pub(super) fn new(runtime: Handle) -> Result<Self, reqwest::Error> {
        // Fails where the process has a provider already, which then serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(TIMEOUT)
        };
        // A machine without certificate authorities can still use plain HTTP.
        let client = builder().build().or_else(|_| builder().tls_certs_only([]).build())?;
        Ok(Self { client, runtime, failing: AtomicBool::new(false) })
    }

    /// Tells the operator once when it begins to fail, and when it is over.
    fn tell(&self, error: Option<&str>) {
        let was = self.failing.swap(error.is_some(), Ordering::Relaxed);
        match error {
            Some(error) if !was => tracing::warn!(
                error,
                "the collector takes no traces; those that do not fit in the queue are lost, \
                 nothing else is. Check `traces.endpoint`"
            ),
            None if was => tracing::info!("the collector takes traces again"),
            _ => {}
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let request = self
            .client
            .request(parts.method, parts.uri.to_string())
            .headers(parts.headers)
            .body(body);
        let sent = self.runtime.spawn(async move {
            let response = request.send().await.map_err(|error| format!("{error:?}"))?;
            let status = response.status();
            if !status.is_success() {
                return Err(format!("it answered with status {status}"));
            }
            Ok((status, response.bytes().await.unwrap_or_default()))
        });
        match sent.await.map_err(|error| error.to_string()).and_then(|sent| sent) {
            Ok((status, body)) => {
                self.tell(None);
                Ok(Response::builder().status(status).body(body)?)
            }
            Err(error) => {
                self.tell(Some(&error));
                Err(error.into())
            }
        }
    }
}
