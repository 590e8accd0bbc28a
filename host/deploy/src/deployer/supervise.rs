//! Ends trials and canaries: by proof, by time, or by a failure.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::core::{Core, ITSELF, Slot, Step};
use super::roll_back::found;
use crate::DeployError;
use crate::live::Verdict;
use eclusa_journal::registry::{AuditAction, DeploymentState};

/// How often latency and time are looked at; failures wake at once.
const TICK: Duration = Duration::from_millis(500);

/// Works until the server stops.
pub(super) async fn run(core: Arc<Core>, mut stopping: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = core.alarm.notified() => {}
            () = tokio::time::sleep(TICK) => {}
            // An error means that the server is gone.
            _ = stopping.wait_for(|stop| *stop) => return,
        }
        for slot in core.slots() {
            if let Err(error) = core.judge(&slot).await {
                tracing::error!(adapter = slot.name, %error, "a trial could not be decided");
            }
        }
    }
}

impl Core {
    async fn judge(self: &Arc<Self>, slot: &Arc<Slot>) -> Result<(), DeployError> {
        // Whoever decides something now does not hold up the other adapters.
        let Ok(mut state) = slot.state.try_lock() else { return Ok(()) };
        let Some(trial) = state.trial.clone() else { return Ok(()) };
        let (calls, _) = trial.counts();
        let is_canary = state.record.canary.is_some();
        match trial.verdict(&state.record.policy.rollback, self.clock.now_ms()) {
            Verdict::Open => {}
            // A canary that nobody has written to has shown nothing.
            Verdict::Proven if is_canary && calls == 0 => {}
            Verdict::Worse(finding) => {
                self.take_back(slot, &mut state, None, found(&finding), ITSELF).await?;
            }
            Verdict::Proven if is_canary => {
                let detail = format!("no worse than its predecessor in {calls} calls");
                self.promote(&mut state, ITSELF, detail).await?;
            }
            Verdict::Proven => {
                let mut step = Step::of(&state);
                step.record.trial = None;
                let live = DeploymentState::Live;
                if let Some(proven) = self.moved(trial.deployment(), live, None).await? {
                    let detail = format!("no worse than its predecessor in {calls} calls");
                    let action = AuditAction::Proven;
                    let entry = self.audit_of(ITSELF, action, &step.record, &proven, detail);
                    step.audit.push(entry);
                    step.deployments.push(proven);
                }
                self.commit(&mut state, step).await?;
            }
        }
        Ok(())
    }
}
