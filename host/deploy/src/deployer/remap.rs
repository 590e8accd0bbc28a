//! Maps again what a revision that was taken back had failed.

use eclusa_engine::CallContext;
use eclusa_journal::registry::AuditAction;
use eclusa_journal::{JournalError, Remap, RequestRecord, RevisionRef};
use eclusa_model::Request;

use super::core::{Core, ITSELF, Slot, Step};
use crate::DeployError;
use crate::live::reference;

/// So many at a time.
const PAGE: u32 = 200;

impl Core {
    /// Maps again the requests that `failed` could not map, in the order accepted,
    /// by the revisions that serve their channels now. What these cannot map
    /// either stays as it is.
    pub(super) async fn remap(&self, slot: &Slot, failed: RevisionRef) -> Result<(), DeployError> {
        let mut after = None;
        let (mut mapped, mut left) = (0_u32, 0_u32);
        loop {
            let page = self.traffic.failed_by(failed.clone(), after.clone(), PAGE).await?;
            let is_last = page.len() < PAGE as usize;
            for request in page {
                after = Some(request.id.clone());
                match self.map_again(&slot.name, request).await? {
                    true => mapped += 1,
                    false => left += 1,
                }
            }
            if is_last {
                break;
            }
        }
        if mapped + left == 0 {
            return Ok(());
        }
        let mut state = slot.state.lock().await;
        let mut step = Step::of(&state);
        let detail = format!("{mapped} requests were mapped again, {left} still fail");
        let mut entry = self.audit(ITSELF, AuditAction::Remapped, &step.record, detail);
        entry.revision = Some(failed.sha256);
        step.audit.push(entry);
        self.commit(&mut state, step).await
    }

    /// Whether a request is mapped now.
    async fn map_again(&self, adapter: &str, record: RequestRecord) -> Result<bool, DeployError> {
        let channels = self.channels.on(adapter);
        let Some(channel) = channels.iter().find(|it| it.profile.id == record.channel) else {
            // The channel is gone, or on another adapter.
            return Ok(false);
        };
        let Some(route) = self.routes.route(adapter, &record.channel) else { return Ok(false) };
        let cx = CallContext::from(&**channel);
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
                Err(_) => return Ok(false),
            },
            Err(error) if error.retryable => return Err(DeployError::Busy(error.to_string())),
            Err(_) => return Ok(false),
        };
        let remap = Remap {
            request: record.id,
            revision,
            events: received.events,
            warnings: received.warnings,
            push: self.options.push,
        };
        match self.traffic.remap(remap).await {
            // Somebody else has mapped it meanwhile.
            Ok(_) | Err(JournalError::NotUnmapped { .. }) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }
}
