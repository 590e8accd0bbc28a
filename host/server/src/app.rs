//! What all handlers share.

use std::sync::Arc;

use axum::extract::FromRef;
use eclusa_engine::Revision;
use eclusa_journal::Journal;
use eclusa_model::Channel;
use eclusa_relay::Clock;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::watch;

use crate::Config;
use crate::adapters::Adapters;
use crate::auth::Tokens;
use crate::channels::Channels;

/// A running server, as its handlers see it.
#[derive(Clone, FromRef)]
pub(crate) struct App {
    pub(crate) config: Arc<Config>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) adapters: Arc<Adapters>,
    pub(crate) channels: Arc<Channels>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: metrics_exporter_prometheus::PrometheusHandle,
    /// Becomes `true` when the server is to stop.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl App {
    /// The time in RFC 3339 with milliseconds.
    pub(crate) fn now(&self) -> String {
        rfc3339(self.clock.now_ms())
    }
}

fn rfc3339(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        // Only for clocks beyond the year 9999.
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

/// What the relay asks about channels.
pub(crate) struct Directory {
    pub(crate) channels: Arc<Channels>,
    pub(crate) adapters: Arc<Adapters>,
}

impl eclusa_relay::Channels for Directory {
    fn channel(&self, id: &str) -> Option<Arc<Channel>> {
        self.channels.by_id(id).map(|active| Arc::clone(&active.channel))
    }

    fn revision(&self, adapter: &str) -> Option<Arc<Revision>> {
        self.adapters.active(adapter)
    }
}
