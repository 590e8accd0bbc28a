//! Deployments from the first byte to the last rollback.

mod activate;
mod checks;
mod core;
mod decide;
mod folder;
mod holds;
mod manifest;
mod pins;
mod prune;
mod publish;
mod redrive;
mod remap;
mod replay;
mod restore;
mod roll_back;
mod shadow;
mod stages;
mod submit;
mod supervise;
mod view;

use std::sync::Arc;

use eclusa_engine::Engine;
use eclusa_journal::{Clock, Journal, Registry, Traffic};
use eclusa_model::Channel;
use tokio::sync::watch;

use self::core::Core;
use crate::DeployError;
use crate::live::Routes;

pub use folder::FolderParts;
pub use redrive::{Remapped, Trust};
pub use replay::{Replay, Replayed};
pub use submit::Submission;
pub use view::{AdapterView, RevisionFigures, RevisionView, TrialView};

/// What deployments ask about channels; must answer at once.
pub trait Channels: Send + Sync + 'static {
    /// The channels on an adapter, by id.
    fn on(&self, adapter: &str) -> Vec<Arc<Channel>>;
}

/// What a deployer works with.
pub struct DeployParts {
    /// Loads and runs adapters.
    pub engine: Engine,
    /// Where revisions and decisions are kept.
    pub registry: Arc<dyn Registry>,
    /// The recorded traffic.
    pub traffic: Arc<dyn Traffic>,
    /// Where messages are read for a replay.
    pub journal: Arc<dyn Journal>,
    /// The channels as they are now.
    pub channels: Arc<dyn Channels>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How it works.
    pub options: DeployOptions,
}

/// How a deployer works.
#[derive(Debug, Clone)]
pub struct DeployOptions {
    /// So many revisions of each adapter are kept ready, at least 2. Default 5.
    pub keep: usize,
    /// Whether events of requests that are mapped again are pushed to a platform.
    pub push: bool,
}

impl Default for DeployOptions {
    fn default() -> Self {
        Self { keep: 5, push: false }
    }
}

/// Puts revisions into service, watches them and takes them back. Cheap to
/// clone. Its commands go on to their end even when nobody waits for them.
#[derive(Clone)]
pub struct Deployer {
    core: Arc<Core>,
}

impl Deployer {
    /// Takes up what the registry says: the same revisions serve as before.
    /// `stopping` ends its tasks.
    ///
    /// # Errors
    /// When the registry cannot be read.
    pub async fn start(
        parts: DeployParts,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, DeployError> {
        let core = Arc::new(Core::new(parts));
        core.restore().await?;
        tokio::spawn(supervise::run(Arc::clone(&core), stopping));
        Ok(Self { core })
    }

    /// The data path's view.
    pub fn routes(&self) -> &Arc<Routes> {
        &self.core.routes
    }

    /// Runs a command in a task of its own: a caller who hangs up must not leave a
    /// decision recorded that the data path does not follow.
    async fn command<T, F, Fut>(&self, command: F) -> Result<T, DeployError>
    where
        T: Send + 'static,
        F: FnOnce(Arc<Core>) -> Fut,
        Fut: Future<Output = Result<T, DeployError>> + Send + 'static,
    {
        let task = tokio::spawn(command(Arc::clone(&self.core)));
        task.await.unwrap_or(Err(DeployError::Stopping))
    }
}
