//! What all handlers share.

use std::sync::Arc;

use axum::extract::FromRef;
use eclusa_deploy::Deployer;
use eclusa_deploy::live::{Line, Route, Routes};
use eclusa_journal::{Journal, Upkeep, rfc3339};
use eclusa_model::Channel;
use eclusa_relay::Clock;
use tokio::sync::watch;

use crate::Config;
use crate::auth::Tokens;
use crate::channels::Channels;
use crate::incoming::Admission;

/// A running server, as its handlers see it.
#[derive(Clone, FromRef)]
pub(crate) struct App {
    pub(crate) config: Arc<Config>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) upkeep: Arc<dyn Upkeep>,
    pub(crate) deployer: Deployer,
    pub(crate) channels: Arc<Channels>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) metrics: metrics_exporter_prometheus::PrometheusHandle,
    /// Becomes `true` when the server is to stop.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl App {
    /// Which revision answers the calls of a channel.
    pub(crate) fn route(&self, channel: &Channel) -> Option<Route> {
        self.deployer.routes().route(&channel.profile.adapter, &channel.profile.id)
    }

    /// The time in RFC 3339 with milliseconds.
    pub(crate) fn now(&self) -> String {
        rfc3339(self.clock.now_ms())
    }
}

/// What the relay asks about channels.
pub(crate) struct Directory {
    pub(crate) channels: Arc<Channels>,
    pub(crate) routes: Arc<Routes>,
}

impl eclusa_relay::Channels for Directory {
    fn channel(&self, id: &str) -> Option<Arc<Channel>> {
        self.channels.by_id(id).map(|active| Arc::clone(&active.channel))
    }

    fn line(&self, channel: &Channel, conversation: &str) -> Option<Line> {
        let profile = &channel.profile;
        let route = self.routes.route(&profile.adapter, &profile.id)?;
        Some(route.line(&profile.id, conversation))
    }
}
