//! What all handlers share.

use std::ops::Deref;
use std::sync::Arc;

use async_trait::async_trait;
use axum::http::HeaderMap;
use eclusa_deploy::live::{Line, Route};
use eclusa_deploy::{DeployError, Deployer};
use eclusa_ingress::Verifier;
use eclusa_journal::registry::{AuditAction, AuditEntry, AuditSubject, SubjectKind};
use eclusa_journal::{Attendances, Flows, Journal, Letters, RevisionRef, Traffic, Upkeep, rfc3339};
use eclusa_model::{Channel, Problem};
use eclusa_relay::{Clock, RelayHandle};
use tokio::sync::{Semaphore, watch};

use crate::Config;
use crate::auth::{Sessions, SignIns, SignedIn, Tokens};
use crate::channels::Channels;
use crate::console::{Texts, Watchers};
use crate::documentation::Documentation;
use crate::echo::Echoes;
use crate::figures::Figures;
use crate::incoming::Admission;
use crate::live::Live;
use crate::picture::Drawer;

/// A running server, as its handlers see it; cheap to clone, which each request does
/// several times.
#[derive(Clone)]
pub(crate) struct App(Arc<Parts>);

/// What a running server consists of.
pub(crate) struct Parts {
    pub(crate) config: Arc<Config>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) upkeep: Arc<dyn Upkeep>,
    pub(crate) letters: Arc<dyn Letters>,
    pub(crate) traffic: Arc<dyn Traffic>,
    pub(crate) attendances: Arc<dyn Attendances>,
    pub(crate) flows: Arc<dyn Flows>,
    pub(crate) deployer: Deployer,
    pub(crate) relay: RelayHandle,
    pub(crate) channels: Arc<Channels>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) sign_ins: Arc<SignIns>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) echoes: Arc<Echoes>,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) figures: Figures,
    pub(crate) live: Arc<Live>,
    pub(crate) texts: Arc<Texts>,
    pub(crate) documentation: Arc<Documentation>,
    pub(crate) drawer: Drawer,
    pub(crate) watchers: Watchers,
    /// Adapters are tried out so many at a time, beside live traffic.
    pub(crate) playing: Arc<Semaphore>,
    /// So many pages of live traffic are open at a time.
    pub(crate) watching: Arc<Semaphore>,
    /// Becomes `true` when the server is to stop.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl From<Parts> for App {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Which revision answers the calls of a channel.
    pub(crate) fn route(&self, channel: &Channel) -> Option<Route> {
        self.deployer.routes().route(&channel.profile.adapter, &channel.profile.id)
    }

    /// Who makes a request of a browser; `None` where nobody is signed in.
    pub(crate) fn signed_in(&self, headers: &HeaderMap) -> Option<SignedIn> {
        SignedIn::of(headers, &self.sessions, &self.tokens, self.clock.now_ms())
    }

    /// An entry of the audit, for what somebody does now; it goes into the commit
    /// of the change, or by itself into [`Journal::note`].
    pub(crate) fn audit(
        &self,
        actor: &str,
        action: AuditAction,
        kind: SubjectKind,
        id: &str,
        detail: impl Into<String>,
    ) -> AuditEntry {
        let subject = AuditSubject::new(kind, id);
        AuditEntry::new(self.clock.now_ms(), actor, action, subject, detail)
    }

    /// The time in RFC 3339 with milliseconds.
    pub(crate) fn now(&self) -> String {
        rfc3339(self.clock.now_ms())
    }
}

/// What the relay asks about channels.
pub(crate) struct Directory {
    pub(crate) channels: Arc<Channels>,
    pub(crate) deployer: Deployer,
}

#[async_trait]
impl eclusa_relay::Channels for Directory {
    fn channel(&self, id: &str) -> Option<Arc<Channel>> {
        self.channels.by_id(id).map(|active| Arc::clone(&active.channel))
    }

    fn line(&self, channel: &Channel, conversation: &str) -> Option<Line> {
        let profile = &channel.profile;
        let route = self.deployer.routes().route(&profile.adapter, &profile.id)?;
        Some(route.line(&profile.id, conversation))
    }

    async fn chosen(&self, revision: &RevisionRef) -> Result<Line, Problem> {
        self.deployer.line_by(revision).await.map_err(|error| match error {
            DeployError::Busy(_) | DeployError::Journal(_) | DeployError::Stopping => {
                Problem::refused("revision_not_ready", error.to_string()).retryable()
            }
            error => Problem::configuration("revision_not_kept", error.to_string())
                .action("Redrive it by a revision that is kept, or by the one that serves."),
        })
    }
}
