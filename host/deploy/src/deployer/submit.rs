//! A candidate comes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use eclusa_journal::RegistryChange;
use eclusa_journal::registry::{
    AdapterRecord, AuditAction, Deployment, DeploymentReason, DeploymentState, Door, Mode,
};
use eclusa_model::validate_channel_id;
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;

use super::Deployer;
use super::core::{Core, Slot};
use crate::DeployError;

/// A candidate.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The adapter's name.
    pub name: String,
    /// The component.
    pub bytes: Vec<u8>,
    /// The way it came.
    pub door: Door,
    /// Who brought it.
    pub actor: String,
    /// How it is decided, where not by the adapter's policy.
    pub mode: Option<Mode>,
}

impl Deployer {
    /// Takes a candidate and begins its checks; the deployment tells how far they
    /// are. A newer candidate of the same adapter takes the place of an older one
    /// that is not checked yet.
    ///
    /// # Errors
    /// When the name is none, or the journal takes no writes.
    pub async fn submit(&self, submission: Submission) -> Result<Deployment, DeployError> {
        self.command(|core| async move {
            let (deployment, _checks) = begin(&core, submission).await?;
            Ok(deployment)
        })
        .await
    }

    /// Takes a candidate, and waits for what becomes of it.
    ///
    /// # Errors
    /// As for [`Deployer::submit`].
    pub async fn submit_and_wait(&self, submission: Submission) -> Result<Deployment, DeployError> {
        self.command(|core| async move {
            let (_, checks) = begin(&core, submission).await?;
            checks.await.unwrap_or(Err(DeployError::Stopping))
        })
        .await
    }
}

type Checks = JoinHandle<Result<Deployment, DeployError>>;

/// Records that it came, and has it checked.
pub(super) async fn begin(
    core: &Arc<Core>,
    submission: Submission,
) -> Result<(Deployment, Checks), DeployError> {
    let Submission { name, bytes, door, actor, mode } = submission;
    // The name stands in URLs, as a channel's id does.
    validate_channel_id(&name).map_err(|_| DeployError::Name(name.clone()))?;
    let slot = core.slot_or_new(&name);
    let now = core.now();
    let (deployment, ticket) = {
        let mut state = slot.state.lock().await;
        let deployment = Deployment {
            id: core.id(),
            adapter: name,
            revision: hex::encode(Sha256::digest(&bytes)),
            bytes: bytes.len() as u64,
            predecessor: state.record.active.as_ref().map(|served| served.revision.clone()),
            door,
            actor: actor.clone(),
            mode: mode.unwrap_or(state.record.policy.mode),
            created_at: now.clone(),
            updated_at: now,
            state: DeploymentState::Checking,
            reason: None,
            stages: Vec::new(),
            changes: Vec::new(),
            shadow: None,
        };
        let detail = format!("{} bytes", deployment.bytes);
        let audit =
            core.audit_of(&actor, AuditAction::Submitted, &state.record, &deployment, detail);
        // The next process looks for deployments under the names that it knows.
        let new = (state.record.revision == 0)
            .then(|| AdapterRecord { revision: 1, ..state.record.clone() });
        core.registry
            .record(RegistryChange {
                adapter: new.clone(),
                deployments: vec![deployment.clone()],
                audit: vec![audit],
            })
            .await?;
        state.record = new.unwrap_or_else(|| std::mem::take(&mut state.record));
        state.latest = Some(deployment.clone());
        // Only one that is recorded takes the place of those before it.
        let ticket = slot.newest.fetch_add(1, Ordering::AcqRel) + 1;
        (deployment, ticket)
    };
    core.checking.lock().insert(deployment.id.clone(), deployment.clone());
    let checks =
        tokio::spawn(run(Arc::clone(core), slot, deployment.clone(), Arc::new(bytes), ticket));
    Ok((deployment, checks))
}

async fn run(
    core: Arc<Core>,
    slot: Arc<Slot>,
    deployment: Deployment,
    bytes: Arc<Vec<u8>>,
    ticket: u64,
) -> Result<Deployment, DeployError> {
    let id = deployment.id.clone();
    let adapter = deployment.adapter.clone();
    let one_at_a_time = slot.checks.lock().await;
    let result = if slot.newest.load(Ordering::Acquire) > ticket {
        core.skip(&slot, deployment).await
    } else {
        core.check(&slot, deployment, bytes).await
    };
    if let Err(error) = &result {
        tracing::error!(adapter, deployment = id, %error, "a deployment could not be decided");
        core.give_up(&slot, &id, error).await;
    }
    drop(one_at_a_time);
    core.checking.lock().remove(&id);
    result
}

impl Core {
    /// The host could not do the checks: whoever waits for them must not wait for
    /// ever. A file of the folder is taken again at the next start.
    async fn give_up(&self, slot: &Slot, id: &str, error: &DeployError) {
        let shown = self.checking.lock().get(id).cloned();
        let Some(mut deployment) = shown else { return };
        deployment.state = DeploymentState::Interrupted;
        deployment.updated_at = self.now();
        deployment.reason = Some(DeploymentReason {
            stage: None,
            code: "not_decided".to_owned(),
            message: format!("its checks could not be done: {error}"),
            action: "Deploy it again.".to_owned(),
            details: Vec::new(),
        });
        let mut state = slot.state.lock().await;
        if state.latest.as_ref().is_some_and(|latest| latest.id == id) {
            state.latest = Some(deployment.clone());
        }
        let change = RegistryChange { deployments: vec![deployment], ..Default::default() };
        if let Err(error) = self.registry.record(change).await {
            tracing::error!(deployment = id, %error, "this could not be recorded");
        }
    }

    /// A newer candidate has come before this one was checked.
    async fn skip(
        &self,
        slot: &Slot,
        mut deployment: Deployment,
    ) -> Result<Deployment, DeployError> {
        deployment.state = DeploymentState::Superseded;
        deployment.updated_at = self.now();
        deployment.reason = Some(DeploymentReason {
            stage: None,
            code: "newer_candidate".to_owned(),
            message: "a newer candidate came before this one was checked".to_owned(),
            action: "Nothing; submit it again if it is the one that is wanted.".to_owned(),
            details: Vec::new(),
        });
        let _state = slot.state.lock().await;
        self.registry
            .record(RegistryChange {
                deployments: vec![deployment.clone()],
                ..RegistryChange::default()
            })
            .await?;
        Ok(deployment)
    }
}
