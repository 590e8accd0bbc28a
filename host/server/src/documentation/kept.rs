//! Documentation that was executed is kept as long as nothing has changed.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use eclusa_engine::Revision;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::execute::{Executed, execute};
use crate::channels::ActiveChannel;
use crate::operation::OPENAPI;
use crate::problem::ApiProblem;

/// So many channels' documentation is kept; each is a few hundred KiB at most.
const KEPT: usize = 32;

/// So long somebody waits for the documentation of others.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the documentation depends on: which build, which channel, and how that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    revision: String,
    channel: String,
    channel_revision: u64,
}

/// Documentation of channels, executed when it is asked for.
#[derive(Debug)]
pub(crate) struct Documentation {
    /// One channel's samples are run at a time, away from live traffic.
    running: Arc<Semaphore>,
    kept: Mutex<VecDeque<(Key, Arc<Executed>)>>,
    api: OnceLock<Value>,
}

impl Documentation {
    /// Of no channel yet.
    pub(crate) fn new() -> Self {
        Self { running: Arc::new(Semaphore::new(1)), kept: Mutex::default(), api: OnceLock::new() }
    }

    /// The document of the whole API, read when it is first asked for.
    pub(crate) fn api(&self) -> &Value {
        self.api.get_or_init(|| serde_json::from_str(OPENAPI).unwrap_or_default())
    }

    /// What became of the samples of this revision with this channel's settings.
    pub(crate) async fn of(
        &self,
        revision: &Arc<Revision>,
        active: &ActiveChannel,
    ) -> Result<Arc<Executed>, ApiProblem> {
        let channel = &active.channel;
        let key = Key {
            revision: revision.sha256().to_owned(),
            channel: channel.profile.id.clone(),
            channel_revision: channel.revision,
        };
        if let Some(executed) = self.find(&key) {
            return Ok(executed);
        }
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(&self.running).acquire_owned());
        let Ok(Ok(permit)) = permit.await else { return Err(busy()) };
        // Whoever was before may have asked for the same.
        if let Some(executed) = self.find(&key) {
            return Ok(executed);
        }
        let (revision, cx) = (Arc::clone(revision), active.context.clone());
        let run = tokio::task::spawn_blocking(move || {
            // It is taken as long as this runs, whoever still waits for it.
            let _permit = permit;
            execute(&revision, &cx)
        });
        let executed = Arc::new(run.await.map_err(|_| busy())?.map_err(|_| busy())?);
        let mut kept = self.kept.lock();
        kept.retain(|(known, _)| known.channel != key.channel);
        kept.push_front((key, Arc::clone(&executed)));
        kept.truncate(KEPT);
        Ok(executed)
    }

    fn find(&self, key: &Key) -> Option<Arc<Executed>> {
        let kept = self.kept.lock();
        kept.iter().find(|(known, _)| known == key).map(|(_, executed)| Arc::clone(executed))
    }
}

fn busy() -> ApiProblem {
    ApiProblem::unavailable("busy", "the documentation cannot be made right now", 2)
}
