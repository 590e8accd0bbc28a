//! Going live, by itself or by a person.

use eclusa_journal::registry::{
    AuditAction, CanaryRecord, Deployment, DeploymentState, Door, Mode, Served, TrialRecord,
};

use super::Deployer;
use super::core::{Core, State, Step};
use crate::DeployError;

impl Deployer {
    /// Puts a kept revision into service; `revision` may be its first digits. What
    /// waits for a person is approved by it, and a canary takes over at once.
    ///
    /// # Errors
    /// When there is no such adapter or revision, or it serves already.
    pub async fn activate(
        &self,
        adapter: &str,
        revision: &str,
        actor: &str,
    ) -> Result<Deployment, DeployError> {
        let slot = self.core.slot(adapter)?;
        let (revision, actor) = (revision.to_owned(), actor.to_owned());
        self.command(|core| async move {
            let mut state = slot.state.lock().await;
            let sha256 = kept(&state, &revision)?;
            if let Some(waiting) = &state.record.waiting
                && waiting.revision == sha256
            {
                // By name: whoever names it has seen what it is.
                return core.approve(&mut state, &actor).await;
            }
            if let Some(canary) = &state.record.canary
                && canary.candidate == sha256
            {
                let detail = "promoted before its time".to_owned();
                return core.promote(&mut state, &actor, detail).await;
            }
            if state.record.active.as_ref().is_some_and(|active| active.revision == sha256) {
                return Err(DeployError::state(
                    "already_active",
                    format!("revision {sha256} serves already"),
                    "Nothing.",
                ));
            }
            core.revision(&mut state, &sha256).await?;
            let deployment = core.of_kept(&state, &sha256, &actor);
            let mut step = Step::of(&state);
            // By hand at once, whatever the policy says of shares.
            core.go_live(&mut step, &state, deployment, &actor, "activated by hand".to_owned())
                .await?;
            let live = step.deployments.last().cloned();
            core.commit(&mut state, step).await?;
            live.ok_or(DeployError::Stopping)
        })
        .await
    }

    /// Lets go live what waits for a person.
    ///
    /// # Errors
    /// When nothing waits, or another revision serves than the one with which it
    /// was compared.
    pub async fn approve(&self, adapter: &str, actor: &str) -> Result<Deployment, DeployError> {
        let (slot, actor) = (self.core.slot(adapter)?, actor.to_owned());
        self.command(|core| async move {
            let mut state = slot.state.lock().await;
            core.check_evidence(&state).await?;
            core.approve(&mut state, &actor).await
        })
        .await
    }

    /// Declines what waits for a person.
    ///
    /// # Errors
    /// When nothing waits.
    pub async fn decline(
        &self,
        adapter: &str,
        actor: &str,
        why: Option<String>,
    ) -> Result<Deployment, DeployError> {
        let (slot, actor) = (self.core.slot(adapter)?, actor.to_owned());
        self.command(|core| async move {
            let mut state = slot.state.lock().await;
            let waiting = state.record.waiting.clone().ok_or_else(nothing_waits)?;
            let mut step = Step::of(&state);
            step.record.waiting = None;
            let declined = core
                .moved(&waiting.deployment, DeploymentState::Declined, None)
                .await?
                .ok_or_else(nothing_waits)?;
            let detail = why.unwrap_or_else(|| "declined".to_owned());
            let entry =
                core.audit_of(&actor, AuditAction::Declined, &step.record, &declined, detail);
            step.audit.push(entry);
            step.deployments.push(declined.clone());
            core.commit(&mut state, step).await?;
            Ok(declined)
        })
        .await
    }
}

fn nothing_waits() -> DeployError {
    DeployError::state(
        "nothing_waits",
        "no revision of this adapter waits for a decision",
        "See `eclusa adapter history NAME` for what became of its revisions.",
    )
}

/// The kept revision that begins with these digits.
pub(super) fn kept(state: &State, prefix: &str) -> Result<String, DeployError> {
    let mut found: Vec<String> = state
        .record
        .kept
        .iter()
        .filter(|kept| !prefix.is_empty() && kept.sha256.starts_with(prefix))
        .map(|kept| kept.sha256.clone())
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(DeployError::unknown("revision", prefix)),
        (Some(last), false) => {
            found.push(last);
            Err(DeployError::Ambiguous { prefix: prefix.to_owned(), found })
        }
    }
}

impl Core {
    /// What waits was compared with what serves.
    async fn check_evidence(&self, state: &State) -> Result<(), DeployError> {
        let waiting = state.record.waiting.as_ref().ok_or_else(nothing_waits)?;
        let deployment = self.registry.deployment(waiting.deployment.clone()).await?;
        let compared_with = deployment.and_then(|it| it.predecessor);
        if compared_with == state.record.active.as_ref().map(|it| it.revision.clone()) {
            return Ok(());
        }
        let (name, revision) = (&state.record.name, &waiting.revision);
        Err(DeployError::state(
            "evidence_stale",
            format!("another revision serves now than the one with which {revision} was compared"),
            format!(
                "See `eclusa adapter diff {name}`, which compares them now, then \
                 `eclusa adapter activate {name} {}`.",
                revision.get(..12).unwrap_or(revision)
            ),
        ))
    }

    async fn approve(&self, state: &mut State, actor: &str) -> Result<Deployment, DeployError> {
        let waiting = state.record.waiting.clone().ok_or_else(nothing_waits)?;
        self.revision(state, &waiting.revision).await?;
        let deployment = self
            .moved(&waiting.deployment, DeploymentState::Waiting, None)
            .await?
            .ok_or_else(nothing_waits)?;
        let mut step = Step::of(state);
        step.record.waiting = None;
        self.put_live(state, step, deployment, actor, "approved".to_owned()).await
    }

    /// Gives a deployment its share of conversations, or all of them, as the
    /// policy says, and records that.
    pub(super) async fn put_live(
        &self,
        state: &mut State,
        mut step: Step,
        mut deployment: Deployment,
        actor: &str,
        detail: String,
    ) -> Result<Deployment, DeployError> {
        self.end_canary(&mut step, DeploymentState::Superseded).await?;
        let canary = step.record.policy.canary.clone();
        match canary.filter(|_| step.record.active.is_some()) {
            Some(canary) => {
                let until = i64::from(canary.seconds).saturating_mul(1000);
                step.record.canary = Some(CanaryRecord {
                    deployment: deployment.id.clone(),
                    candidate: deployment.revision.clone(),
                    percent: canary.percent,
                    since: self.now(),
                    until_ms: self.clock.now_ms().saturating_add(until),
                    calls: canary.calls,
                });
                deployment.state = DeploymentState::Canary;
                deployment.updated_at = self.now();
                let detail = format!("{} % of the conversations; {detail}", canary.percent);
                let action = AuditAction::CanaryStarted;
                let entry = self.audit_of(actor, action, &step.record, &deployment, detail);
                step.audit.push(entry);
                step.deployments.push(deployment);
            }
            None => self.go_live(&mut step, state, deployment, actor, detail).await?,
        }
        let live = step.deployments.last().cloned();
        self.commit(state, step).await?;
        live.ok_or(DeployError::Stopping)
    }

    /// A canary takes over all conversations.
    pub(super) async fn promote(
        &self,
        state: &mut State,
        actor: &str,
        detail: String,
    ) -> Result<Deployment, DeployError> {
        let mut step = Step::of(state);
        let Some(canary) = step.record.canary.take() else {
            return Err(DeployError::state("no_canary", "there is no canary", "Nothing."));
        };
        let deployment = self
            .moved(&canary.deployment, DeploymentState::Canary, None)
            .await?
            .ok_or_else(|| DeployError::unknown("deployment", &canary.deployment))?;
        self.go_live(&mut step, state, deployment, actor, detail).await?;
        let live = step.deployments.last().cloned();
        self.commit(state, step).await?;
        live.ok_or(DeployError::Stopping)
    }

    /// Puts a deployment, as the last one of the step, in the place of what serves.
    pub(super) async fn go_live(
        &self,
        step: &mut Step,
        state: &State,
        mut deployment: Deployment,
        actor: &str,
        detail: String,
    ) -> Result<(), DeployError> {
        self.end_canary(step, DeploymentState::Superseded).await?;
        let new =
            Served { revision: deployment.revision.clone(), deployment: deployment.id.clone() };
        let before = step.record.active.replace(new);
        step.record.trial = None;
        deployment.state = DeploymentState::Live;
        deployment.updated_at = self.now();
        if let Some(before) = before {
            let state = DeploymentState::Superseded;
            step.deployments.extend(self.moved(&before.deployment, state, None).await?);
            let seconds = step.record.policy.rollback.seconds;
            if seconds > 0 && before.revision != deployment.revision {
                let until = i64::from(seconds).saturating_mul(1000);
                step.record.trial = Some(TrialRecord {
                    deployment: deployment.id.clone(),
                    predecessor: before.revision.clone(),
                    since: self.now(),
                    until_ms: self.clock.now_ms().saturating_add(until),
                });
                deployment.state = DeploymentState::Trial;
            }
            step.record.history.push(before);
        }
        // The newest is what is kept longest.
        if let Some(at) =
            step.record.kept.iter().position(|kept| kept.sha256 == deployment.revision)
        {
            let kept = step.record.kept.remove(at);
            step.record.kept.insert(0, kept);
        }
        let before = step.record.history.last().map(|served| served.revision.clone());
        self.hold(step, state, before.as_deref());
        let entry = self.audit_of(actor, AuditAction::WentLive, &step.record, &deployment, detail);
        step.audit.push(entry);
        step.deployments.push(deployment);
        Ok(())
    }

    /// Another one takes the place of a canary, unless it is that one itself.
    pub(super) async fn end_canary(
        &self,
        step: &mut Step,
        state: DeploymentState,
    ) -> Result<(), DeployError> {
        if let Some(canary) = step.record.canary.take() {
            step.deployments.extend(self.moved(&canary.deployment, state, None).await?);
        }
        Ok(())
    }

    /// A deployment of a revision that has passed its checks earlier.
    pub(super) fn of_kept(&self, state: &State, sha256: &str, actor: &str) -> Deployment {
        let record = &state.record;
        let kept = record.kept.iter().find(|kept| kept.sha256 == sha256);
        let now = self.now();
        Deployment {
            id: self.id(),
            adapter: record.name.clone(),
            revision: sha256.to_owned(),
            bytes: kept.map_or(0, |kept| kept.bytes),
            predecessor: record.active.as_ref().map(|served| served.revision.clone()),
            door: Door::Api,
            actor: actor.to_owned(),
            mode: Mode::Manual,
            created_at: now.clone(),
            updated_at: now,
            state: DeploymentState::Live,
            reason: None,
            stages: Vec::new(),
            changes: Vec::new(),
            shadow: None,
        }
    }
}
