//! Takes up what the registry says.

use std::collections::BTreeSet;
use std::sync::Arc;

use eclusa_journal::registry::{AdapterRecord, AuditAction, DeploymentState};
use eclusa_journal::{Page, RegistryChange};

use super::core::{Core, ITSELF, Slot, State, Step};
use crate::DeployError;

/// The revisions that must be there before the first request.
fn serving(record: &AdapterRecord) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    all.extend(record.active.iter().map(|served| served.revision.clone()));
    all.extend(record.trial.iter().map(|trial| trial.predecessor.clone()));
    all.extend(record.canary.iter().map(|canary| canary.candidate.clone()));
    all.extend(record.pins.values().cloned());
    all.extend(record.holds.values().map(|hold| hold.revision.clone()));
    all
}

impl Core {
    /// Loads what served when the last process ended, and then, in the
    /// background, what else is kept.
    pub(super) async fn restore(self: &Arc<Self>) -> Result<(), DeployError> {
        let records = self.registry.adapters().await?;
        {
            let mut files = self.files.lock().await;
            for record in &records {
                for kept in &record.kept {
                    files.entry(kept.sha256.clone()).or_default().insert(record.name.clone());
                }
            }
        }
        for record in records {
            let slot = self.slot_or_new(&record.name);
            let mut state = slot.state.lock().await;
            state.record = record;
            let taken_back = self.end_interrupted(&mut state).await?;
            for sha256 in serving(&state.record) {
                match self.revision(&mut state, &sha256).await {
                    Ok(_) => {}
                    // What cannot be read now may be there: to serve an older one
                    // for good because of that would be wrong.
                    Err(error @ DeployError::Journal(_)) => return Err(error),
                    Err(error) => tracing::error!(
                        adapter = slot.name,
                        revision = sha256,
                        %error,
                        "a kept revision does not load"
                    ),
                }
            }
            self.do_without_lost(&mut state).await?;
            self.publish(&mut state, None);
            drop(state);
            for sha256 in taken_back {
                self.begin_remap(&slot, sha256, false);
            }
            let core = Arc::clone(self);
            tokio::spawn(async move { core.load_others(&slot).await });
        }
        Ok(())
    }

    /// Deployments whose checks the end of the last process cut off. Returns the
    /// revisions taken back of late: it may have cut off the mapping again of what
    /// they had failed.
    async fn end_interrupted(&self, state: &mut State) -> Result<BTreeSet<String>, DeployError> {
        let mut taken_back = BTreeSet::new();
        let page = Page { channel: None, before: None, limit: 50 };
        let deployments = self.registry.deployments(Some(state.record.name.clone()), page).await?;
        state.latest = deployments.first().cloned();
        let active = state.record.active.as_ref().map(|active| active.revision.clone());
        for mut deployment in deployments {
            let serves_again = active.as_ref() == Some(&deployment.revision);
            if deployment.state == DeploymentState::RolledBack && !serves_again {
                taken_back.insert(deployment.revision.clone());
            }
            if deployment.state != DeploymentState::Checking {
                continue;
            }
            deployment.state = DeploymentState::Interrupted;
            deployment.updated_at = self.now();
            if state.latest.as_ref().is_some_and(|latest| latest.id == deployment.id) {
                state.latest = Some(deployment.clone());
            }
            self.registry
                .record(RegistryChange { deployments: vec![deployment], ..Default::default() })
                .await?;
        }
        Ok(taken_back)
    }

    /// Where what served cannot be loaded any more, the last one before it that
    /// can takes over; canaries, trials, pins and holds on lost ones end.
    async fn do_without_lost(&self, state: &mut State) -> Result<(), DeployError> {
        let mut step = Step::of(state);
        let record = &mut step.record;
        let is_lost = |sha256: &String| !state.loaded.contains_key(sha256);
        let active_is_lost = record.active.as_ref().is_some_and(|it| is_lost(&it.revision));
        record.canary = record.canary.take().filter(|it| !is_lost(&it.candidate));
        record.trial = record.trial.take().filter(|it| !is_lost(&it.predecessor));
        let lost_pins: Vec<(String, String)> =
            record.pins.clone().into_iter().filter(|(_, sha256)| is_lost(sha256)).collect();
        record.pins.retain(|_, sha256| !is_lost(sha256));
        record.holds.retain(|_, hold| !is_lost(&hold.revision));
        for (channel, sha256) in lost_pins {
            let detail = "the revision that it was set to is lost";
            let mut entry = self.audit(ITSELF, AuditAction::Unpinned, &step.record, detail);
            entry.revision = Some(sha256);
            entry.channel = Some(channel);
            step.audit.push(entry);
        }
        if !active_is_lost {
            return if step.record == state.record {
                Ok(())
            } else {
                self.commit(state, step).await
            };
        }
        step.record.canary = None;
        step.record.trial = None;
        let lost = step.record.active.take();
        while let Some(served) = step.record.history.pop() {
            if self.revision(state, &served.revision).await.is_ok() {
                step.record.active = Some(served);
                break;
            }
        }
        let detail = "its component or compiled code is lost; the last one before it that loads \
                      takes over";
        let mut entry = self.audit(ITSELF, AuditAction::RolledBack, &step.record, detail);
        entry.revision = lost.as_ref().map(|lost| lost.revision.clone());
        step.audit.push(entry);
        let states = [
            (lost.as_ref(), DeploymentState::RolledBack),
            (step.record.active.as_ref(), DeploymentState::Live),
        ];
        for (served, then) in states {
            if let Some(served) = served {
                step.deployments.extend(self.moved(&served.deployment, then, None).await?);
            }
        }
        let before = lost.map(|lost| lost.revision);
        self.hold(&mut step, state, before.as_deref());
        self.commit(state, step).await
    }

    /// Loads the other kept revisions, so that a rollback takes no time.
    async fn load_others(&self, slot: &Slot) {
        let kept: Vec<String> = {
            let state = slot.state.lock().await;
            state.record.kept.iter().map(|kept| kept.sha256.clone()).collect()
        };
        for sha256 in kept {
            if slot.state.lock().await.loaded.contains_key(&sha256) {
                continue;
            }
            match self.load_kept(&slot.name, &sha256).await {
                Ok(revision) => {
                    let mut state = slot.state.lock().await;
                    if state.record.kept.iter().any(|kept| kept.sha256 == sha256) {
                        state.loaded.entry(sha256).or_insert(revision);
                    }
                }
                Err(error) => tracing::warn!(
                    adapter = slot.name,
                    revision = sha256,
                    %error,
                    "a kept revision does not load"
                ),
            }
        }
    }
}
