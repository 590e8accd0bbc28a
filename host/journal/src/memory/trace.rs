//! A message with all that happened to it.

use super::state::State;
use crate::clock::rfc3339;
use crate::event::Kind;
use crate::{HELD, MessageRecord, MessageState, body};

/// A message of either direction.
pub(super) fn message(state: &State, id: &str) -> Result<Option<MessageRecord>, serde_json::Error> {
    let Some(number) = state.ids.number(id) else { return Ok(None) };
    let id = state.ids.text(number);
    let attempts = state.attempts.get(&number).cloned().unwrap_or_default();
    let due = state.pending.get(&number).map(|pending| pending.due_at_ms);
    let next_attempt_at = due.filter(|due_at_ms| *due_at_ms != HELD).map(rfc3339);
    if let Some(message) = state.messages.get(&number) {
        return Ok(Some(MessageRecord {
            channel: message.channel.clone(),
            direction: "outbound".to_owned(),
            state: message.state,
            message: body::outbound_json(&id, &message.channel, &message.body)?,
            id,
            sent_by: Some(message.sent_by),
            external_id: message.external_id.clone(),
            created_at: message.created_at.clone(),
            updated_at: rfc3339(message.updated_at_ms),
            problem: message.problem.clone(),
            request: None,
            attempts,
            next_attempt_at,
        }));
    }
    // An edit tells of a message only where it is the first to.
    let tells = |kind, message: Option<i64>| match kind {
        Kind::Received => true,
        Kind::Edited => message.is_none(),
        _ => false,
    };
    let found = state.events.get(&number);
    let Some(event) = found.filter(|event| tells(event.event.kind, event.message)) else {
        return Ok(None);
    };
    let dead = state.dead.get(&number);
    let pushed = state.pushed.get(&number);
    let (message_state, updated_at) = match (dead, pushed) {
        (Some(letter), _) => (MessageState::Failed, letter.died_at.clone()),
        (None, Some(at_ms)) => (MessageState::Pushed, rfc3339(*at_ms)),
        (None, None) => (MessageState::Mapped, event.received_at.clone()),
    };
    Ok(Some(MessageRecord {
        id,
        channel: event.channel.clone(),
        direction: "inbound".to_owned(),
        state: message_state,
        message: event.parts(number).object(state.ids)?,
        sent_by: None,
        external_id: event.event.external_id.clone(),
        created_at: event.received_at.clone(),
        updated_at,
        problem: dead.map(|letter| letter.problem.clone()),
        request: state.requests.get(&event.request).cloned(),
        attempts,
        next_attempt_at,
    }))
}
