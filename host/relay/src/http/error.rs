//! What can go wrong on the way to another server and back.

use eclusa_model::Problem;

use super::Refusal;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpErrorKind {
    /// The URL is not an absolute http(s) URL.
    InvalidUrl,
    /// The method is not one of those that may be used.
    InvalidMethod,
    /// A header cannot be sent, or may not be set.
    InvalidHeader,
    /// The host is, or stands for, an address to which nothing is sent.
    AddressRefused,
    /// Nothing is sent there unencrypted.
    PlainHttpRefused,
    /// The port belongs to another protocol.
    PortRefused,
    /// The host's name could not be resolved.
    DnsFailed,
    /// There was no connection.
    ConnectFailed,
    /// The other side could not prove who it is, or speaks no TLS.
    TlsFailed,
    /// The time was up before the response was complete.
    Timeout,
    /// The connection broke before the response was complete.
    ResponseBroken,
}

impl HttpErrorKind {
    /// The one table of codes: stable code, whether another attempt may succeed,
    /// and what to do.
    fn row(self) -> (&'static str, bool, &'static str) {
        match self {
            Self::InvalidUrl => ("invalid_url", false, "Correct the channel's URL."),
            Self::InvalidMethod => ("invalid_method", false, "Correct the adapter."),
            Self::InvalidHeader => ("invalid_header", false, "Correct the channel's headers."),
            // A name may stand for something else later, by mistake or by malice,
            // and the operator may allow the address: the message waits for it.
            Self::AddressRefused => (
                "address_refused",
                true,
                "Correct the URL, or let the operator add the address to `outgoing.allow`.",
            ),
            Self::PlainHttpRefused => (
                "plain_http_refused",
                true,
                "Use https, or let the operator add the address to `outgoing.allow` or set \
                 `outgoing.plain_http`.",
            ),
            Self::PortRefused => ("port_refused", false, "Correct the channel's URL."),
            Self::DnsFailed => ("dns_failed", true, "Check the host in the channel's URL."),
            Self::ConnectFailed => {
                ("connect_failed", true, "Check that the other side is up and can be reached.")
            }
            Self::TlsFailed => ("tls_failed", true, "Check the other side's certificate."),
            Self::Timeout => ("timeout", true, "Check why the other side is slow."),
            Self::ResponseBroken => {
                ("response_broken", true, "Check why the other side ends its responses early.")
            }
        }
    }

    /// Stable, in snake case.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// Somebody has to change a URL, an adapter or the configuration.
    fn is_of_configuration(self) -> bool {
        match self {
            Self::InvalidUrl
            | Self::InvalidMethod
            | Self::InvalidHeader
            | Self::AddressRefused
            | Self::PlainHttpRefused
            | Self::PortRefused => true,
            Self::DnsFailed
            | Self::ConnectFailed
            | Self::TlsFailed
            | Self::Timeout
            | Self::ResponseBroken => false,
        }
    }

    /// Another attempt may succeed, though nobody changed the message.
    pub fn is_transient(self) -> bool {
        self.row().1
    }
}

/// A request that got no complete response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct HttpError {
    /// What went wrong.
    pub kind: HttpErrorKind,
    /// In one sentence, without URL and secrets.
    pub message: String,
    /// The status, where at least that came.
    pub status: Option<u16>,
}

impl HttpError {
    pub(crate) fn new(kind: HttpErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None }
    }

    /// For the trace of a delivery.
    pub fn problem(&self) -> Problem {
        let (code, transient, action) = self.kind.row();
        let problem = if self.kind.is_of_configuration() {
            Problem::configuration(code, &self.message)
        } else {
            Problem::refused(code, &self.message)
        };
        let problem = if transient { problem.retryable() } else { problem };
        problem.action(action)
    }

    /// Reads reqwest's error. Its own text may hold the URL, and with it a
    /// secret, so only texts of known sources are kept.
    pub(crate) fn from_reqwest(error: &reqwest::Error, status: Option<u16>) -> Self {
        if let Some(refusal) = find_source::<Refusal>(error) {
            return refusal.clone().into();
        }
        let (kind, message) = if error.is_timeout() {
            let message = if error.is_connect() {
                "no connection came about in time"
            } else if status.is_some() {
                "the response did not end in time"
            } else {
                "no response came in time"
            };
            (HttpErrorKind::Timeout, message.to_owned())
        } else if error.is_dns() {
            (HttpErrorKind::DnsFailed, "the name of the host could not be resolved".to_owned())
        } else if let Some(tls) = find_source::<rustls::Error>(error) {
            (HttpErrorKind::TlsFailed, format!("no secure connection: {tls}"))
        } else if error.is_connect() {
            let detail = find_source::<std::io::Error>(error)
                .map_or_else(String::new, |io| format!(": {}", io.kind()));
            (HttpErrorKind::ConnectFailed, format!("no connection{detail}"))
        } else {
            let message = match status {
                Some(status) => format!("the response (status {status}) broke off"),
                None => "the connection broke before a response came".to_owned(),
            };
            (HttpErrorKind::ResponseBroken, message)
        };
        Self { kind, message, status }
    }
}

impl From<Refusal> for HttpError {
    fn from(refusal: Refusal) -> Self {
        let kind = match &refusal {
            Refusal::Address { .. } | Refusal::Localhost { .. } => HttpErrorKind::AddressRefused,
            Refusal::PlainHttp { .. } => HttpErrorKind::PlainHttpRefused,
            Refusal::Port { .. } => HttpErrorKind::PortRefused,
        };
        Self::new(kind, refusal.to_string())
    }
}

/// The first error of a type among the sources, looking into I/O errors too.
fn find_source<'a, E: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a E> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // The source of an I/O error is that of the error it wraps; the wrapped
        // error itself is to be had by `get_ref` only.
        source = match error.downcast_ref::<std::io::Error>().and_then(|io| io.get_ref()) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}
