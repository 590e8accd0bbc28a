//! The checks of a candidate, and what comes of them.

use std::sync::Arc;
use std::time::Instant;

use eclusa_engine::Revision;
use eclusa_journal::registry::{
    AuditAction, Deployment, DeploymentReason, DeploymentState, Door, KeptRevision, ShadowReport,
};

use super::core::{Core, ITSELF, Slot, State, Step};
use super::decide::{Decision, Evidence, decide};
use super::{holds, manifest, stages};
use crate::DeployError;
use crate::shadow::slower;

impl Core {
    /// Takes a candidate through its checks, and does with it what they and the
    /// policy say.
    pub(super) async fn check(
        &self,
        slot: &Slot,
        mut deployment: Deployment,
        bytes: Arc<Vec<u8>>,
    ) -> Result<Deployment, DeployError> {
        {
            let mut state = slot.state.lock().await;
            let record = &state.record;
            if record.active.as_ref().is_some_and(|it| it.revision == deployment.revision) {
                return self.unchanged(&mut state, deployment).await;
            }
        }
        let candidate = match self.load(&mut deployment, &bytes).await? {
            Ok(candidate) => candidate,
            Err(reason) => {
                let mut state = slot.state.lock().await;
                return self.reject(&mut state, deployment, reason).await;
            }
        };
        loop {
            let (baseline, served_before) = {
                let mut state = slot.state.lock().await;
                let active = state.record.active.as_ref().map(|it| it.revision.clone());
                match &active {
                    Some(sha256) => (Some(self.revision(&mut state, sha256).await?), active),
                    None => (None, active),
                }
            };
            let evidence =
                self.compare(slot, &mut deployment, &candidate, baseline.as_ref()).await?;
            let mut state = slot.state.lock().await;
            if state.record.active.as_ref().map(|it| &it.revision) != served_before.as_ref() {
                // Somebody rolled back or activated meanwhile: the evidence is
                // about another revision than the one that serves.
                deployment.stages.truncate(evidence.stages_before);
                continue;
            }
            return self.conclude(&mut state, deployment, candidate, &bytes, evidence).await;
        }
    }

    /// The stages of loading; the reason where one is not passed.
    async fn load(
        &self,
        deployment: &mut Deployment,
        bytes: &Arc<Vec<u8>>,
    ) -> Result<Result<Arc<Revision>, DeploymentReason>, DeployError> {
        let (engine, bytes) = (self.engine.clone(), Arc::clone(bytes));
        let name = deployment.adapter.clone();
        let (progress, mut passed) = tokio::sync::mpsc::unbounded_channel();
        let loading = tokio::task::spawn_blocking(move || {
            engine.load_with(&name, &bytes, &mut |stage| {
                // Nobody waits for progress when the server stops.
                let _ = progress.send(stages::loaded(stage));
            })
        });
        while let Some(stage) = passed.recv().await {
            deployment.stages.push(stage);
            self.show(deployment);
        }
        Ok(match loading.await.map_err(|_| DeployError::Stopping)? {
            Ok(loaded) => Ok(loaded.revision),
            Err(error) => Err(stages::not_loaded(&error)),
        })
    }

    /// Holds a candidate against its channels and against what serves.
    async fn compare(
        &self,
        slot: &Slot,
        deployment: &mut Deployment,
        candidate: &Arc<Revision>,
        baseline: Option<&Arc<Revision>>,
    ) -> Result<Compared, DeployError> {
        let stages_before = deployment.stages.len();
        let (policy, pins) = {
            let state = slot.state.lock().await;
            (state.record.policy.clone(), state.record.pins.clone())
        };
        deployment.predecessor = baseline.map(|revision| revision.sha256().to_owned());
        deployment.changes =
            baseline.map(|before| manifest::changes(before, candidate)).unwrap_or_default();
        let started = Instant::now();
        let channels = self.channels.on(&deployment.adapter);
        let mut lacking = Vec::new();
        let mut following = Vec::new();
        for channel in channels {
            if pins.contains_key(&channel.profile.id) {
                continue;
            }
            if baseline.is_some() && !holds::missing(candidate, &channel).is_empty() {
                lacking.push(channel.profile.id.clone());
            } else {
                following.push(channel);
            }
        }
        let message = match lacking.as_slice() {
            [] => "every channel has what it needs".to_owned(),
            ids => format!("these channels lack what it needs and stay behind: {}", ids.join(", ")),
        };
        deployment.stages.push(stages::passed(stages::REQUIREMENTS, started.elapsed(), message));
        self.show(deployment);
        let started = Instant::now();
        let mut compared =
            Compared { stages_before, shadow: None, started, held: lacking.len(), policy };
        if let Some(baseline) = baseline {
            let report =
                self.shadow(baseline, candidate, &following, &compared.policy.shadow).await?;
            compared.shadow = Some(report);
        }
        Ok(compared)
    }

    /// Decides, under the lock of the state.
    async fn conclude(
        &self,
        state: &mut State,
        mut deployment: Deployment,
        candidate: Arc<Revision>,
        bytes: &Arc<Vec<u8>>,
        compared: Compared,
    ) -> Result<Deployment, DeployError> {
        let Compared { shadow, started, held, policy, .. } = compared;
        let slower = shadow.as_ref().and_then(|report| slower(report, &policy.rollback));
        let decision = decide(
            &deployment.adapter,
            &Evidence {
                mode: deployment.mode,
                has_predecessor: state.record.active.is_some(),
                changes: &deployment.changes,
                shadow: shadow.as_ref(),
                slower: slower.as_ref(),
                held,
            },
        );
        let took = started.elapsed();
        let against = match &decision {
            Decision::Wait(reason) | Decision::Reject(reason) => {
                reason.stage.as_deref().map(|_| reason)
            }
            Decision::GoLive => None,
        };
        deployment.stages.push(match against {
            Some(reason) => stages::failed(reason, took),
            None => stages::passed(stages::SHADOW, took, summary(shadow.as_ref())),
        });
        deployment.shadow = shadow;
        if let Decision::Reject(reason) = decision {
            return self.reject(state, deployment, reason).await;
        }
        self.keep_file(&deployment.adapter, &deployment.revision, bytes).await?;
        let candidate =
            Arc::clone(state.loaded.entry(deployment.revision.clone()).or_insert(candidate));
        let mut step = Step::of(state);
        came_from_folder(&mut step, &deployment);
        keep(&mut step, &deployment, &candidate, self.now());
        self.supersede_waiting(&mut step).await?;
        match decision {
            Decision::Wait(reason) => {
                self.wait(&mut step, &mut deployment, reason);
                step.deployments.push(deployment.clone());
                self.commit(state, step).await?;
                Ok(deployment)
            }
            Decision::GoLive | Decision::Reject(_) => {
                let actor = deployment.actor.clone();
                let detail = summary(deployment.shadow.as_ref());
                self.put_live(state, step, deployment, &actor, detail).await
            }
        }
    }

    fn wait(&self, step: &mut Step, deployment: &mut Deployment, reason: DeploymentReason) {
        step.record.waiting = Some(eclusa_journal::registry::Served {
            revision: deployment.revision.clone(),
            deployment: deployment.id.clone(),
        });
        let entry = self.audit_of(
            ITSELF,
            AuditAction::Waiting,
            &step.record,
            deployment,
            format!("{}: {}", reason.code, reason.message),
        );
        step.audit.push(entry);
        deployment.state = DeploymentState::Waiting;
        deployment.reason = Some(reason);
        deployment.updated_at = self.now();
    }

    async fn reject(
        &self,
        state: &mut State,
        mut deployment: Deployment,
        reason: DeploymentReason,
    ) -> Result<Deployment, DeployError> {
        let mut step = Step::of(state);
        came_from_folder(&mut step, &deployment);
        let detail = format!("{}: {}", reason.code, reason.message);
        let entry = self.audit_of(ITSELF, AuditAction::Rejected, &step.record, &deployment, detail);
        step.audit.push(entry);
        deployment.state = DeploymentState::Rejected;
        deployment.reason = Some(reason);
        deployment.updated_at = self.now();
        step.deployments.push(deployment.clone());
        self.commit(state, step).await?;
        self.forget_unkept(&deployment.revision).await;
        Ok(deployment)
    }

    /// The same bytes serve already, and go on: what was to take their place does
    /// not.
    async fn unchanged(
        &self,
        state: &mut State,
        mut deployment: Deployment,
    ) -> Result<Deployment, DeployError> {
        let mut step = Step::of(state);
        came_from_folder(&mut step, &deployment);
        self.supersede_waiting(&mut step).await?;
        self.end_canary(&mut step, DeploymentState::Superseded).await?;
        deployment.state = DeploymentState::Unchanged;
        deployment.updated_at = self.now();
        deployment.reason = Some(DeploymentReason {
            stage: None,
            code: "unchanged".to_owned(),
            message: "this revision serves already".to_owned(),
            action: "Nothing.".to_owned(),
            details: Vec::new(),
        });
        step.deployments.push(deployment.clone());
        self.commit(state, step).await?;
        Ok(deployment)
    }

    /// A newer candidate was decided on: the one that waited does not any more.
    pub(super) async fn supersede_waiting(&self, step: &mut Step) -> Result<(), DeployError> {
        if let Some(waiting) = step.record.waiting.take() {
            let state = DeploymentState::Superseded;
            step.deployments.extend(self.moved(&waiting.deployment, state, None).await?);
        }
        Ok(())
    }

    /// Shows how far a candidate is to those who ask.
    fn show(&self, deployment: &Deployment) {
        if let Some(shown) = self.checking.lock().get_mut(&deployment.id) {
            *shown = deployment.clone();
        }
    }
}

/// What a candidate was held against.
struct Compared {
    stages_before: usize,
    shadow: Option<ShadowReport>,
    started: Instant,
    held: usize,
    policy: eclusa_journal::registry::Policy,
}

/// A restart need not take the same file again.
fn came_from_folder(step: &mut Step, deployment: &Deployment) {
    if deployment.door == Door::Folder {
        step.record.folder = Some(deployment.revision.clone());
    }
}

/// Keeps a revision ready, as the newest.
fn keep(step: &mut Step, deployment: &Deployment, revision: &Revision, now: String) {
    let kept = &mut step.record.kept;
    kept.retain(|kept| kept.sha256 != deployment.revision);
    let new = KeptRevision {
        sha256: deployment.revision.clone(),
        version: revision.manifest().version.clone(),
        interface: revision.interface_version().to_owned(),
        bytes: deployment.bytes,
        added_at: now,
    };
    kept.insert(0, new);
}

/// A report in one sentence.
fn summary(report: Option<&ShadowReport>) -> String {
    let Some(report) = report else {
        return "nothing served before, so there is nothing to compare with".to_owned();
    };
    let channels = match report.channels.len() {
        1 => "1 channel".to_owned(),
        count => format!("{count} channels"),
    };
    let total = match report.sum(|it| it.total) {
        1 => "1 recorded input".to_owned(),
        count => format!("{count} recorded inputs"),
    };
    format!(
        "{total} of {channels}: {} identical, {} changed, {} newly failing, \
         {} repaired",
        report.sum(|it| it.identical),
        report.sum(|it| it.changed),
        report.sum(|it| it.new_failures),
        report.sum(|it| it.repaired_failures),
    )
}
