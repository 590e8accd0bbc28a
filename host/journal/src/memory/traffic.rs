//! Recorded traffic, in memory.

use async_trait::async_trait;
use eclusa_model::{HttpResponse, Problem};

use super::state::{Outbound, State};
use super::{MemoryJournal, external_ids, is_unmapped, on, position, storage};
use crate::event::PreparedEvent;
use crate::{
    Accepted, FailedMapping, JournalError, OutboundRecord, Page, Remap, RequestRecord, RevisionRef,
    StoredEvent, Traffic, key,
};

#[async_trait]
impl Traffic for MemoryJournal {
    async fn request(&self, id: String) -> Result<Option<RequestRecord>, JournalError> {
        let state = self.state.lock();
        let number = state.ids.number(&id);
        Ok(number.and_then(|number| state.requests.get(&number)).cloned())
    }

    async fn requests(&self, page: Page) -> Result<Vec<RequestRecord>, JournalError> {
        let before = page.before.as_deref().map_or(Ok(i64::MAX), position)?;
        let state = self.state.lock();
        let requests = state.requests.range(..before).rev().map(|(_, request)| request);
        Ok(requests
            .filter(|request| on(&page, &request.channel))
            .take(page.limit.clamp(1, 500) as usize)
            .cloned()
            .collect())
    }

    async fn events_of(&self, request: String) -> Result<Vec<StoredEvent>, JournalError> {
        let state = self.state.lock();
        let Some(number) = state.ids.number(&request) else { return Ok(Vec::new()) };
        // A model may look at all of them.
        let found = state.events.iter().filter(|(_, event)| event.request == number);
        found.map(|(id, event)| event.parts(*id).stored(state.ids).map_err(storage)).collect()
    }

    async fn outbound(&self, page: Page) -> Result<Vec<OutboundRecord>, JournalError> {
        let before = page.before.as_deref().map_or(Ok(i64::MAX), position)?;
        let state = self.state.lock();
        let messages = state.messages.range(..before).rev();
        messages
            .filter(|(_, message)| on(&page, &message.channel))
            .take(page.limit.clamp(1, 500) as usize)
            .map(|(id, message)| outbound(&state, *id, message))
            .collect()
    }

    async fn outbound_message(&self, id: String) -> Result<Option<OutboundRecord>, JournalError> {
        let state = self.state.lock();
        let Some(number) = state.ids.number(&id) else { return Ok(None) };
        let found = state.messages.get(&number);
        found.map(|message| outbound(&state, number, message)).transpose()
    }

    async fn message_of_chat(
        &self,
        channel: String,
        conversation: Option<String>,
        external_id: String,
    ) -> Result<Option<String>, JournalError> {
        let keys = key::of_chat(&channel, conversation.as_deref(), &external_id);
        let state = self.state.lock();
        let found = keys.iter().find_map(|key| state.keys.get(key));
        Ok(found.map(|id| state.ids.text(*id)))
    }

    async fn failed_by(
        &self,
        revision: RevisionRef,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<RequestRecord>, JournalError> {
        let after = after.as_deref().map_or(Ok(0), position)?;
        let state = self.state.lock();
        let requests = state.requests.range(after.saturating_add(1)..).map(|(_, it)| it);
        Ok(requests
            .filter(|it| is_unmapped(it) && it.revision.as_ref() == Some(&revision))
            .take(limit.clamp(1, 500) as usize)
            .cloned()
            .collect())
    }

    async fn stays_unmapped(&self, request: String, problem: Problem) -> Result<(), JournalError> {
        let mut state = self.state.lock();
        let number = state.ids.number(&request);
        let found = number.and_then(|number| state.requests.get_mut(&number));
        let Some(record) = found.filter(|it| it.discarded.is_none()) else { return Ok(()) };
        match &record.problem {
            Some(before) if before.code != problem.code => {
                let failed =
                    FailedMapping { revision: record.revision.clone(), problem: before.clone() };
                record.earlier.push(failed);
                record.problem = Some(problem);
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    async fn remap(&self, mut remap: Remap) -> Result<Accepted, JournalError> {
        let mut state = self.state.lock();
        let number = state.ids.number(&remap.request);
        let found = number.and_then(|number| Some((number, state.requests.get(&number)?)));
        let Some((number, record)) = found else {
            return Err(JournalError::NotUnmapped { id: remap.request });
        };
        let prepared = std::mem::take(&mut remap.events)
            .into_iter()
            .map(|event| PreparedEvent::new(&record.channel, &record.raw.received_at, event))
            .collect::<Result<Vec<_>, _>>()
            .map_err(storage)?;
        let external_ids = external_ids(&prepared);
        let audit = remap.audit.take();
        let recorded = state.remap(number, remap, prepared)?;
        audit.map_or(Ok(()), |audit| self.registry.lock().note(audit))?;
        Ok(self.accepted(&state, number, recorded, external_ids))
    }
}

impl State {
    /// Records what a request that could not be mapped has become.
    fn remap(
        &mut self,
        request: i64,
        remap: Remap,
        prepared: Vec<PreparedEvent>,
    ) -> Result<Vec<crate::event::Recorded>, JournalError> {
        let Remap { request: id, revision, warnings, push, .. } = remap;
        let found = self.requests.get_mut(&request).filter(|it| it.discarded.is_none());
        let Some(record) = found else {
            return Err(JournalError::NotUnmapped { id });
        };
        let Some(problem) = record.problem.take() else {
            return Err(JournalError::NotUnmapped { id });
        };
        let failed = record.revision.replace(revision);
        record.earlier.push(FailedMapping { revision: failed, problem });
        record.warnings = warnings;
        let (channel, received_at) = (record.channel.clone(), record.raw.received_at.clone());
        Ok(prepared
            .into_iter()
            .map(|event| self.record(request, &channel, &received_at, event, push, true))
            .collect())
    }
}

fn outbound(state: &State, id: i64, message: &Outbound) -> Result<OutboundRecord, JournalError> {
    let attempts = state.attempts.get(&id).map(Vec::as_slice).unwrap_or_default();
    let response = attempts.iter().rev().find_map(|attempt| {
        let (status, body) = (attempt.status?, attempt.response_body.clone()?);
        Some(HttpResponse { status, headers: Vec::new(), body })
    });
    Ok(OutboundRecord {
        channel: message.channel.clone(),
        message: state.for_adapter(id, message).map_err(storage)?.0,
        response,
        revision: attempts.last().and_then(|attempt| attempt.revision.clone()),
    })
}
