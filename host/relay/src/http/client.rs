//! The one client for everything that goes out.

use std::sync::Arc;
use std::time::Duration;

use eclusa_model::HttpResponse;
use reqwest::redirect;

use super::guard::{GuardedResolver, Scheme};
use super::{Guard, HttpError, OutgoingRequest, Resolver, SystemResolver, header_pairs};

/// How the client behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// From the first packet to the last byte of the response.
    pub total_timeout: Duration,
    /// For the connection alone, TLS included.
    pub connect_timeout: Duration,
    /// Longest response body; the rest is not read.
    pub max_response_bytes: usize,
    /// Where requests may go. Default: to public addresses by https.
    pub guard: Guard,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            total_timeout: Duration::from_secs(15),
            connect_timeout: Duration::from_secs(5),
            max_response_bytes: 1 << 20,
            guard: Guard::default(),
        }
    }
}

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot start: {0}")]
pub struct HttpStartError(String);

/// The one client for everything that goes out. Cheap to clone; all clones share
/// their connections.
///
/// It goes where its [`Guard`] lets it and to no other address than the one that
/// was checked. It follows no redirect, asks no proxy of the environment, keeps no
/// cookie and unpacks no body.
#[derive(Debug, Clone)]
pub struct HttpClient {
    guard: Guard,
    /// Two, since what a name may stand for depends on the scheme, and a resolver
    /// is not told the scheme.
    http: reqwest::Client,
    https: reqwest::Client,
    max_response_bytes: usize,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// What came; in the body, what is not UTF-8 is replaced.
    pub response: HttpResponse,
    /// The body was longer than allowed and is cut.
    pub cut: bool,
}

impl HttpClient {
    /// Sets the client up; it asks the system for the addresses of names.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(config: &HttpConfig) -> Result<Self, HttpStartError> {
        Self::with_resolver(config, Arc::new(SystemResolver))
    }

    /// Sets the client up, with somebody else to ask for the addresses of names.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn with_resolver(
        config: &HttpConfig,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, HttpStartError> {
        // Fails where the process has a provider already, which then serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let failed = |error: reqwest::Error| HttpStartError(error.to_string());
        let builder = |scheme| builder(config, &resolver, scheme);
        let https = match builder(Scheme::Https).https_only(true).build() {
            Ok(client) => client,
            // A machine without certificate authorities can still reach chats by
            // plain HTTP; https then fails with `tls_failed` and not at start.
            Err(error) => {
                let client = builder(Scheme::Https).https_only(true).tls_certs_only([]).build();
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "no certificate authorities found; https will not work"
                );
                client.map_err(failed)?
            }
        };
        let http = builder(Scheme::Http).tls_certs_only([]).build().map_err(failed)?;
        let guard = config.guard.clone();
        Ok(Self { guard, http, https, max_response_bytes: config.max_response_bytes })
    }

    /// Makes a request and reads the response.
    ///
    /// # Errors
    /// When the guard lets nothing go there, or no complete response came.
    pub async fn send(&self, request: OutgoingRequest) -> Result<Response, HttpError> {
        let OutgoingRequest { method, url, headers, body } = request;
        self.guard.check_url(&url)?;
        let client = if url.scheme() == "https" { &self.https } else { &self.http };
        let mut builder = client.request(method, url).headers(headers);
        if let Some(body) = body {
            builder = builder.body(body);
        }
        let mut response =
            builder.send().await.map_err(|error| HttpError::from_reqwest(&error, None))?;
        let status = response.status().as_u16();
        let headers = header_pairs(response.headers());
        let mut bytes = Vec::new();
        let mut cut = false;
        while let Some(chunk) =
            response.chunk().await.map_err(|error| HttpError::from_reqwest(&error, Some(status)))?
        {
            let room = self.max_response_bytes.saturating_sub(bytes.len());
            bytes.extend(chunk.iter().take(room));
            if chunk.len() > room {
                cut = true;
                break;
            }
        }
        let body = into_text(bytes, cut);
        Ok(Response { response: HttpResponse { status, headers, body }, cut })
    }
}

fn builder(
    config: &HttpConfig,
    resolver: &Arc<dyn Resolver>,
    scheme: Scheme,
) -> reqwest::ClientBuilder {
    let (resolver, guard) = (Arc::clone(resolver), config.guard.clone());
    reqwest::Client::builder()
        .dns_resolver(Arc::new(GuardedResolver { resolver, guard, scheme }))
        .user_agent(concat!("Eclusa/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .timeout(config.total_timeout)
        .connect_timeout(config.connect_timeout)
        .pool_idle_timeout(Duration::from_secs(60))
        .tcp_nodelay(true)
}

/// Bytes as text. Where they were cut, half a character at the end is left out.
fn into_text(mut bytes: Vec<u8>, cut: bool) -> String {
    if cut
        && let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        bytes.truncate(error.valid_up_to());
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::into_text;

    #[test]
    fn text_is_cut_between_characters() {
        let bytes = "né".as_bytes().to_vec();
        assert_eq!(into_text(bytes.clone(), false), "né");
        assert_eq!(into_text(bytes.get(..2).unwrap_or_default().to_vec(), true), "n");
        assert_eq!(into_text(bytes.get(..2).unwrap_or_default().to_vec(), false), "n\u{fffd}");
        assert_eq!(into_text(vec![0xff, b'a'], true), "\u{fffd}a");
    }
}
