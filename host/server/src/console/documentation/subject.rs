//! Whose documentation is read, and by whom.

use std::sync::Arc;

use axum::http::StatusCode;
use eclusa_deploy::live::Route;
use eclusa_engine::Revision;
use eclusa_model::{Channel, Manifest};

use crate::api::ingress_url;
use crate::app::App;
use crate::channels::ActiveChannel;
use crate::documentation::{Address, Executed};
use crate::problem::ApiProblem;

/// A channel whose documentation is read.
pub(super) struct Subject {
    pub(super) active: Arc<ActiveChannel>,
    /// What of the ingress URL the reader may see.
    pub(super) address: Address,
    /// Who answers for its adapter.
    route: Route,
}

impl Subject {
    /// A channel by its id, for who is signed in; operators see the ingress URL.
    pub(super) fn by_id(app: &App, id: &str, operates: bool) -> Result<Self, ApiProblem> {
        let active = app.channels.by_id(id).ok_or_else(|| ApiProblem::not_found("channel", id))?;
        let address = match operates {
            true => Address::Known(ingress_url(app, &active.channel)),
            false => Address::Hidden,
        };
        Self::new(app, active, address)
    }

    /// A channel by the key of its link, for anybody.
    pub(super) fn by_key(app: &App, key: &str) -> Result<Self, ApiProblem> {
        let active = app.channels.by_documentation_key(key).ok_or_else(|| {
            ApiProblem::new(
                StatusCode::NOT_FOUND,
                "documentation_unknown",
                "no documentation is shared by this link",
            )
            .action("Ask whoever gave it to you for the link that is right now.")
        })?;
        Self::new(app, active, Address::Hidden)
    }

    fn new(app: &App, active: Arc<ActiveChannel>, address: Address) -> Result<Self, ApiProblem> {
        let route = app.route(&active.channel).ok_or_else(|| {
            let adapter = &active.channel.profile.adapter;
            let detail = format!("no revision of the adapter `{adapter}` serves");
            ApiProblem::new(StatusCode::CONFLICT, "documentation_without_adapter", detail)
                .action("Deploy one; the documentation comes out of running it.")
        })?;
        Ok(Self { active, address, route })
    }

    pub(super) fn channel(&self) -> &Channel {
        &self.active.channel
    }

    pub(super) fn revision(&self) -> &Arc<Revision> {
        self.route.revision()
    }

    pub(super) fn manifest(&self) -> &Manifest {
        self.revision().manifest()
    }

    /// What became of the samples of its adapter.
    pub(super) async fn executed(&self, app: &App) -> Result<Arc<Executed>, ApiProblem> {
        app.documentation.of(self.revision(), &self.active).await
    }
}
