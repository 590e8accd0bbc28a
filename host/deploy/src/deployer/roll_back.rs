//! Back to what served before, by itself or by a person.

use std::sync::Arc;

use eclusa_journal::registry::{
    AuditAction, Deployment, DeploymentReason, DeploymentState, Served,
};

use super::Deployer;
use super::activate::kept;
use super::core::{Core, Slot, State, Step};
use crate::DeployError;
use crate::live::Finding;

impl Deployer {
    /// Takes back what went live last: a canary, else what serves. `revision` (or
    /// its first digits) takes over, where not the one that served before. What
    /// had failed in the revision taken back is mapped again.
    ///
    /// `from` names the revision that is to be taken back, so that a command given
    /// twice, or after it was taken back by itself, does not go one step further.
    ///
    /// # Errors
    /// When there is nothing to go back to, or `from` is not what went live last.
    pub async fn roll_back(
        &self,
        adapter: &str,
        revision: Option<&str>,
        from: Option<&str>,
        actor: &str,
        why: Option<String>,
    ) -> Result<Deployment, DeployError> {
        let (slot, actor) = (self.core.slot(adapter)?, actor.to_owned());
        let (revision, from) = (revision.map(str::to_owned), from.map(str::to_owned));
        self.command(|core| async move {
            let mut state = slot.state.lock().await;
            if let Some(from) = from {
                let canary = state.record.canary.as_ref().map(|it| &it.candidate);
                let last = canary.or(state.record.active.as_ref().map(|it| &it.revision));
                if from.is_empty() || !last.is_some_and(|last| last.starts_with(&from)) {
                    return Err(DeployError::state(
                        "not_live",
                        format!("revision {from} is not what went live last"),
                        "See `eclusa adapter show`; it may have been taken back already.",
                    ));
                }
            }
            let message = why.unwrap_or_else(|| format!("taken back by {actor}"));
            let reason = by_hand(message);
            let to = match revision {
                Some(prefix) => Some(kept(&state, &prefix)?),
                None => None,
            };
            core.take_back(&slot, &mut state, to, reason, &actor).await
        })
        .await
    }
}

fn by_hand(message: String) -> DeploymentReason {
    DeploymentReason {
        stage: None,
        code: "rolled_back_by_hand".to_owned(),
        message,
        action: "Correct it, and deploy it again.".to_owned(),
        details: Vec::new(),
    }
}

/// Why a candidate is taken back by itself.
pub(super) fn found(finding: &Finding) -> DeploymentReason {
    let (code, message, details) = match finding {
        Finding::Failures { calls, worse, causes } => (
            "live_failures",
            format!("{worse} of its {calls} calls failed in it only"),
            causes
                .iter()
                .map(|(code, cause)| {
                    let (count, channel) = (cause.count, &cause.channel);
                    format!("{count} × {code}, first on channel {channel}: {}", cause.message)
                })
                .collect(),
        ),
        Finding::Latency { candidate_ms, predecessor_ms } => (
            "live_slower",
            format!(
                "its calls take {candidate_ms:.1} ms, its predecessor's {predecessor_ms:.1} ms \
                 (95th percentile of guest time)"
            ),
            Vec::new(),
        ),
    };
    DeploymentReason {
        stage: None,
        code: code.to_owned(),
        message,
        action: "Its predecessor serves again. Correct it, and deploy it again.".to_owned(),
        details,
    }
}

impl Core {
    /// Takes back a canary, else what serves. `to` takes over, where not the one
    /// that served before.
    pub(super) async fn take_back(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        state: &mut State,
        to: Option<String>,
        reason: DeploymentReason,
        actor: &str,
    ) -> Result<Deployment, DeployError> {
        let mut step = Step::of(state);
        let canary = step.record.canary.take();
        let taken_back = match (canary, to) {
            (Some(canary), None) => {
                self.moved(&canary.deployment, DeploymentState::RolledBack, Some(reason)).await?
            }
            (_, to) => {
                let to = match to {
                    Some(sha256) => self.chosen(state, &sha256)?,
                    None => state.record.history.last().cloned().ok_or_else(nothing_before)?,
                };
                self.revision(state, &to.revision).await?;
                self.end_canary(&mut step, DeploymentState::RolledBack).await?;
                let history = &mut step.record.history;
                if let Some(at) = history.iter().rposition(|it| it.revision == to.revision) {
                    history.truncate(at);
                }
                step.record.trial = None;
                let state_then = DeploymentState::Live;
                step.deployments.extend(self.moved(&to.deployment, state_then, None).await?);
                if step.record.waiting.as_ref().is_some_and(|it| it.revision == to.revision) {
                    self.supersede_waiting(&mut step).await?;
                }
                let before = step.record.active.replace(to);
                let stays_on = before.as_ref().map(|served| served.revision.as_str());
                self.hold(&mut step, state, stays_on);
                match before {
                    Some(before) => {
                        let then = DeploymentState::RolledBack;
                        self.moved(&before.deployment, then, Some(reason)).await?
                    }
                    None => None,
                }
            }
        };
        let taken_back = taken_back.ok_or_else(nothing_before)?;
        let why = taken_back.reason.as_ref();
        let detail = why.map(|it| format!("{}: {}", it.code, it.message)).unwrap_or_default();
        let action = AuditAction::RolledBack;
        let entry = self.audit_of(actor, action, &step.record, &taken_back, detail);
        step.audit.push(entry);
        step.deployments.push(taken_back.clone());
        self.commit(state, step).await?;
        metrics::counter!("eclusa_adapter_rollbacks_total", "adapter" => slot.name.clone())
            .increment(1);
        self.begin_remap(slot, taken_back.revision.clone(), true);
        Ok(taken_back)
    }

    /// A revision that has served and is kept, and by which deployment.
    fn chosen(&self, state: &State, sha256: &str) -> Result<Served, DeployError> {
        let record = &state.record;
        if record.active.as_ref().is_some_and(|active| active.revision == sha256) {
            return Err(nothing_before());
        }
        let known = record.history.iter().rev().find(|served| served.revision == sha256);
        known.cloned().ok_or_else(|| {
            DeployError::state(
                "has_not_served",
                format!("revision {sha256} has not served before the one that serves"),
                format!(
                    "Put it into service by `eclusa adapter activate {} REVISION`.",
                    record.name
                ),
            )
        })
    }
}

fn nothing_before() -> DeployError {
    DeployError::state(
        "nothing_to_roll_back_to",
        "no other revision has served before this one, or it is not kept any more",
        "See `eclusa adapter list`; deploy an older file again, or activate a kept revision.",
    )
}
