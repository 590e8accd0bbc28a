//! Channels on a revision of their own, and the rules of an adapter.

use eclusa_journal::registry::{AuditAction, Policy};

use super::activate::kept;
use super::core::Step;
use super::{Deployer, holds};
use crate::DeployError;

impl Deployer {
    /// Sets a channel to one kept revision, until it is unpinned.
    ///
    /// # Errors
    /// When there is no such adapter, revision or channel on it, or when the
    /// channel lacks what the revision needs.
    pub async fn pin(
        &self,
        adapter: &str,
        channel: &str,
        revision: &str,
        actor: &str,
    ) -> Result<(), DeployError> {
        let slot = self.core.slot(adapter)?;
        let (channel, revision) = (channel.to_owned(), revision.to_owned());
        let actor = actor.to_owned();
        self.command(|core| async move {
            let mut state = slot.state.lock().await;
            let sha256 = kept(&state, &revision)?;
            let pinned = core.channels.on(&slot.name);
            let Some(pinned) = pinned.iter().find(|it| it.profile.id == channel) else {
                return Err(DeployError::unknown("channel", channel));
            };
            let revision = core.revision(&mut state, &sha256).await?;
            let missing = holds::missing(&revision, pinned);
            if !missing.is_empty() {
                return Err(DeployError::Requirements { channel, revision: sha256, missing });
            }
            let mut step = Step::of(&state);
            step.record.pins.insert(channel.clone(), sha256.clone());
            step.record.holds.remove(&channel);
            let detail = "it stays on this revision until it is unpinned";
            let mut entry = core.audit(&actor, AuditAction::Pinned, &step.record, detail);
            entry.revision = Some(sha256);
            entry.channel = Some(channel);
            step.audit.push(entry);
            core.commit(&mut state, step).await
        })
        .await
    }

    /// Lets a channel follow its adapter again.
    ///
    /// # Errors
    /// When there is no such adapter, or the channel is not pinned.
    pub async fn unpin(
        &self,
        adapter: &str,
        channel: &str,
        actor: &str,
    ) -> Result<(), DeployError> {
        let slot = self.core.slot(adapter)?;
        let (channel, actor) = (channel.to_owned(), actor.to_owned());
        self.command(|core| async move {
            let mut state = slot.state.lock().await;
            let mut step = Step::of(&state);
            let Some(was) = step.record.pins.remove(&channel) else {
                return Err(DeployError::state(
                    "not_pinned",
                    format!("channel `{channel}` is not pinned"),
                    "Nothing: it follows its adapter.",
                ));
            };
            core.hold(&mut step, &state, Some(&was));
            let detail = "it follows its adapter again";
            let mut entry = core.audit(&actor, AuditAction::Unpinned, &step.record, detail);
            entry.revision = Some(was);
            entry.channel = Some(channel);
            step.audit.push(entry);
            core.commit(&mut state, step).await
        })
        .await
    }

    /// Changes by which rules an adapter's candidates go live; a canary or a trial
    /// that goes on keeps its end, and is judged by the new rules.
    ///
    /// # Errors
    /// When there is no such adapter, or a value makes no sense.
    pub async fn set_policy(
        &self,
        adapter: &str,
        policy: Policy,
        actor: &str,
    ) -> Result<(), DeployError> {
        policy.validate().map_err(DeployError::Policy)?;
        let (slot, actor) = (self.core.slot(adapter)?, actor.to_owned());
        self.command(|core| async move {
            let mut state = slot.state.lock().await;
            let mut step = Step::of(&state);
            let detail = serde_json::to_string(&policy).unwrap_or_default();
            step.record.policy = policy;
            let entry = core.audit(&actor, AuditAction::PolicyChanged, &step.record, detail);
            step.audit.push(entry);
            core.commit(&mut state, step).await
        })
        .await
    }
}
