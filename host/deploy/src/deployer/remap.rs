//! Maps again what a revision that was taken back had failed.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use eclusa_engine::CallContext;
use eclusa_journal::registry::{AuditAction, AuditEntry};
use eclusa_journal::{JournalError, Remap, RequestRecord, RevisionRef};
use eclusa_model::{Channel, Problem, Request};
use fail::fail_point;

use super::core::{Core, ITSELF, Slot, State, Step};
use super::redrive::{Remapped, same_scheme};
use crate::DeployError;
use crate::live::{Route, reference};

/// So many at a time.
const PAGE: u32 = 200;

/// How long to wait before looking again while a revision still has calls.
const PAUSE: Duration = Duration::from_millis(250);

/// How often at most: a call that hangs for minutes must not keep it looking.
const LOOKS: u32 = 240;

impl Core {
    /// Does [`Core::remap`] in the background for a revision that was taken back,
    /// until none of the calls that it had then can fail any more. Where nothing
    /// can be mapped again, that is told of only where `tell` says so.
    pub(super) fn begin_remap(self: &Arc<Self>, slot: &Arc<Slot>, sha256: String, tell: bool) {
        let failed = RevisionRef { adapter: slot.name.clone(), sha256 };
        let (core, slot) = (Arc::clone(self), Arc::clone(slot));
        tokio::spawn(async move {
            for look in 0..LOOKS {
                // Asked before looking: what is recorded after that is seen by the
                // next look.
                let has_calls = has_calls(&*slot.state.lock().await, &failed.sha256);
                if let Err(error) = core.remap(&slot, &failed, tell && look == 0).await {
                    let adapter = &slot.name;
                    tracing::error!(adapter, %error, "requests could not be mapped again");
                } else if !has_calls {
                    return;
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
    }

    /// Maps again the requests that `failed` could not map, in the order accepted,
    /// by the revisions that serve their channels now. What these cannot map
    /// either stays as it is.
    async fn remap(
        &self,
        slot: &Slot,
        failed: &RevisionRef,
        tell: bool,
    ) -> Result<(), DeployError> {
        let mut after = None;
        let (mut mapped, mut left) = (0_u32, 0_u32);
        loop {
            let page = self.traffic.failed_by(failed.clone(), after.clone(), PAGE).await?;
            let is_last = page.len() < PAGE as usize;
            for request in page {
                after = Some(request.id.clone());
                match self.map_by_what_serves(&slot.name, request).await? {
                    true => mapped += 1,
                    false => left += 1,
                }
            }
            if is_last {
                break;
            }
        }
        if mapped == 0 && (left == 0 || !tell) {
            return Ok(());
        }
        let mut state = slot.state.lock().await;
        let mut step = Step::of(&state);
        let detail = format!("{mapped} requests were mapped again, {left} still fail");
        let mut entry = self.audit(ITSELF, AuditAction::Remapped, &step.record, detail);
        entry.revision = Some(failed.sha256.clone());
        step.audit.push(entry);
        self.commit(&mut state, step).await
    }

    /// Whether a request is mapped now.
    async fn map_by_what_serves(
        &self,
        adapter: &str,
        record: RequestRecord,
    ) -> Result<bool, DeployError> {
        let channels = self.channels.on(adapter);
        let Some(channel) = channels.iter().find(|it| it.profile.id == record.channel) else {
            // The channel is gone, or on another adapter.
            return Ok(false);
        };
        let Some(route) = self.routes.route(adapter, &record.channel) else { return Ok(false) };
        if let Err(problem) = same_scheme(&route, channel, &record) {
            self.traffic.stays_unmapped(record.id, problem).await?;
            return Ok(false);
        }
        // Where it does not wait any more, somebody else has mapped it meanwhile.
        let mapped = self.map_record(&route, channel, record, None).await?;
        Ok(!matches!(mapped, Remapped::Failed(_)))
    }

    /// Maps a request, and records what it became.
    pub(super) async fn map_record(
        &self,
        route: &Route,
        channel: &Channel,
        record: RequestRecord,
        audit: Option<AuditEntry>,
    ) -> Result<Remapped, DeployError> {
        let cx = CallContext::from(channel);
        let raw = record.raw;
        let request = Request {
            method: raw.method,
            path: raw.path,
            query: raw.query,
            headers: raw.headers,
            body: raw.body,
            received_at: raw.received_at,
        };
        let answered = route.receive(&cx, &request).await;
        let revision = reference(&answered.revision);
        let received = match answered.result {
            Ok(called) => match called.value {
                Ok(received) => received,
                Err(problem) => return Ok(Remapped::Failed(problem)),
            },
            Err(error) if error.retryable => return Err(DeployError::Busy(error.to_string())),
            Err(error) => {
                let problem = Problem::unsupported(error.code, error.to_string());
                return Ok(Remapped::Failed(problem.action(error.action)));
            }
        };
        let verification = answered.revision.manifest().verification.as_ref();
        if !received.events.is_empty()
            && verification.is_some_and(|scheme| scheme.is_unsigned(&request.method))
        {
            // The ingress would not take its events either.
            return Ok(Remapped::Failed(Problem::refused(
                "unsigned_events",
                "the adapter reads events from a request that nobody has signed",
            )));
        }
        let audit =
            audit.map(|entry| AuditEntry { revision: Some(revision.sha256.clone()), ..entry });
        let remap = Remap {
            request: record.id,
            revision,
            events: received.events,
            warnings: received.warnings,
            push: self.options.push,
            audit,
        };
        fail_point!("deploy.remapping");
        match self.traffic.remap(remap).await {
            Ok(_) => Ok(Remapped::Mapped),
            Err(JournalError::NotUnmapped { .. }) => Ok(Remapped::NotWaiting),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether somebody may still record a failure of this revision: who calls it
/// holds it until the answer is recorded.
fn has_calls(state: &State, sha256: &str) -> bool {
    let record = &state.record;
    if record.active.as_ref().is_some_and(|active| active.revision == sha256) {
        // It serves again; what it fails now is another matter.
        return false;
    }
    let Some(revision) = state.loaded.get(sha256) else {
        let mut draining = state.draining.iter().filter_map(Weak::upgrade);
        return draining.any(|revision| revision.sha256() == sha256);
    };
    let held = record.holds.iter().filter(|(_, hold)| hold.revision == sha256);
    let pinned = record.pins.iter().filter(|(_, pinned)| *pinned == sha256);
    let on_it: BTreeSet<_> =
        held.map(|(channel, _)| channel).chain(pinned.map(|it| it.0)).collect();
    let watched = state.trial.iter().flat_map(|trial| [trial.candidate(), trial.predecessor()]);
    let of_trial = watched.filter(|it| Arc::ptr_eq(it, revision)).count();
    Arc::strong_count(revision) > 1 + on_it.len() + of_trial
}
