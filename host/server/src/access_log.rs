//! What the log says of requests: all of them at level DEBUG, our own failures at
//! WARN.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use eclusa_model::Channel;

/// The channel of a request, for the log.
#[derive(Debug, Clone)]
pub(crate) struct LoggedChannel(pub(crate) Arc<Channel>);

/// What the log tells of a refusal.
pub(crate) struct Told<'a> {
    pub(crate) code: &'a str,
    pub(crate) detail: &'a str,
    /// It is our own failure, and nothing else tells of it.
    pub(crate) warns: bool,
}

/// What the log says of a request: its route and never its path, which may be an
/// ingress URL or a mistyped one.
pub(crate) struct LogLine {
    method: Method,
    route: Option<MatchedPath>,
    /// Where each request is logged.
    began: Option<Instant>,
}

impl LogLine {
    pub(crate) fn begin(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            began: tracing::enabled!(tracing::Level::DEBUG).then(Instant::now),
        }
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or("none", MatchedPath::as_str)
    }

    /// Why it was refused.
    pub(crate) fn refused(&self, told: Told<'_>, channel: Option<&LoggedChannel>, id: &str) {
        let (method, route, code) = (&self.method, self.route(), told.code);
        let channel = channel.map(|channel| channel.0.profile.id.as_str());
        // It may repeat the path.
        let detail = self.route.as_ref().map_or("", |_| told.detail);
        if told.warns {
            tracing::warn!(%method, route, channel, code, correlation_id = id, "{detail}");
        } else {
            tracing::debug!(%method, route, channel, code, correlation_id = id, "{detail}");
        }
    }

    pub(crate) fn answered(&self, status: StatusCode, channel: Option<&LoggedChannel>, id: &str) {
        let Some(began) = self.began else { return };
        let (method, route, status) = (&self.method, self.route(), status.as_u16());
        let channel = channel.map(|channel| channel.0.profile.id.as_str());
        let duration_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::debug!(
            %method, route, channel, status, duration_us, correlation_id = id, "answered"
        );
    }
}
