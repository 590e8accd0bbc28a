//! Messages to chats, and what becomes of their deliveries.

use eclusa_flow::Input;
use eclusa_model::{DeliveryState, OutboundMessage, Warning};

use super::letters::Failed;
use super::state::{Outbound, State};
use crate::event::{Subject, state_name};
use crate::{
    Attempt, Delivery, DeliveryId, Finish, HELD, Idempotency, JournalError, Lane, MessageState,
    Sender, SentBy, Submit, Target, body, key, reply,
};

impl State {
    /// Records a message; its number, its state, and whether it was there.
    pub(super) fn submit(
        &mut self,
        submit: Submit,
        body: String,
    ) -> Result<(i64, MessageState, bool), JournalError> {
        let Submit {
            channel,
            conversation,
            idempotency,
            start,
            sent_by,
            submitted_at,
            traceparent,
            ..
        } = submit;
        if let Some(given) = &idempotency
            && let Some((first, state)) = self.submitted(&channel, given)?
        {
            return Ok((first, state, true));
        }
        let idempotency =
            idempotency.map(|given| (key::idempotency(&channel, &given), given.fingerprint));
        let known = key::conversation(&channel, &conversation);
        if !start && !self.keys.contains_key(&known) {
            return Err(JournalError::UnknownConversation { channel, conversation });
        }
        let now = self.now_ms();
        let id = self.clock.next(now);
        self.keys.entry(known).or_insert(id);
        self.keys.extend(idempotency.map(|(key, _)| (key, id)));
        self.deliver(id, Target::Chat, &channel, &conversation);
        self.traceparents.extend(traceparent.map(|traceparent| (id, traceparent)));
        let attendance = self.open_in(&channel, &conversation).map(|(open, ..)| open);
        if let Some(open) = attendance {
            if sent_by == Sender::Platform {
                self.answer(open, id);
                self.said(open, id, false);
            }
            self.inbox_changed();
        }
        let message = Outbound {
            channel,
            external_id: None,
            state: MessageState::Queued,
            problem: None,
            body,
            created_at: submitted_at,
            updated_at_ms: now,
            conversation,
            fingerprint: idempotency.map(|(_, fingerprint)| fingerprint),
            attendance,
            sent_by: match sent_by {
                Sender::Platform => SentBy::Platform,
                Sender::Test => SentBy::Test,
            },
        };
        self.messages.insert(id, message);
        if let Some(open) = attendance.filter(|_| sent_by == Sender::Platform) {
            self.react(open, &Input::Answered, false, None);
        }
        Ok((id, MessageState::Queued, false))
    }

    /// Records an attempt; one of a delivery that is finished or held changes
    /// nothing.
    pub(super) fn finish(&mut self, id: DeliveryId, attempt: Attempt, finish: Finish) {
        let found = self.pending.get_mut(&id).filter(|delivery| delivery.due_at_ms != HELD);
        let Some(delivery) = found else { return };
        let revision = attempt.revision.clone();
        self.attempts.entry(id).or_default().push(attempt);
        if !matches!(finish, Finish::Wait { .. }) {
            delivery.attempts += 1;
        }
        if let Finish::Retry { due_at_ms } | Finish::Wait { due_at_ms } = finish {
            delivery.due_at_ms = due_at_ms.min(HELD - 1);
            return;
        }
        let Delivery { lane, attempts, .. } = delivery.clone();
        if matches!(finish, Finish::Held { .. }) {
            delivery.due_at_ms = HELD;
        } else {
            self.pending.remove(&id);
            self.chosen.remove(&id);
            self.traceparents.remove(&id);
        }
        self.redriven.remove(&id);
        match (finish, lane.target) {
            (Finish::Retry { .. } | Finish::Wait { .. }, _) => {}
            (Finish::Done { external_id }, Target::Chat) => self.sent(id, &lane, external_id),
            (Finish::Done { .. }, Target::Platform) => {
                self.pushed.insert(id, self.now_ms());
                self.waits_no_more(id, &lane.channel, &lane.conversation);
            }
            (Finish::Dead { problem } | Finish::Held { problem }, _) => {
                self.advance(id, MessageState::Failed, Some(problem.clone()));
                let letter = self.letter(id, lane, attempts, Failed { problem, revision });
                self.dead.insert(id, letter);
            }
        }
    }

    fn sent(&mut self, id: i64, lane: &Lane, external_id: Option<String>) {
        self.advance(id, MessageState::Sent, None);
        let Some(external_id) = external_id else { return };
        let Lane { channel, conversation, .. } = lane;
        self.keys.insert(key::outbound(channel, conversation, &external_id), id);
        self.keys.insert(key::outbound_anywhere(channel, &external_id), id);
        use DeliveryState::{Delivered, Failed, Read, Sent};
        for state in [Sent, Delivered, Read, Failed] {
            let early = key::early_status(channel, &external_id, state_name(state));
            let event = self.keys.get(&early).and_then(|event| self.events.get(event));
            if let Some(Subject::Status(news)) = event.map(|recorded| &recorded.event.subject) {
                let problem = news.problem.clone();
                self.advance(id, state.into(), problem);
            }
        }
        if let Some(message) = self.messages.get_mut(&id) {
            message.external_id = Some(external_id);
        }
    }

    /// A message to a chat as its adapter gets it.
    pub(super) fn for_adapter(
        &self,
        id: i64,
        stored: &Outbound,
    ) -> Result<(OutboundMessage, Option<Warning>), serde_json::Error> {
        let mut message = body::outbound_message(self.ids.text(id), &stored.body)?;
        let Some(given) = message.reply_to.take() else { return Ok((message, None)) };
        let Some(number) = self.ids.number(&given) else {
            message.reply_to = Some(given);
            return Ok((message, None));
        };
        message.reply_to = self.chats_id(stored, number);
        let warning = message.reply_to.is_none().then(|| reply::lost(&given));
        Ok((message, warning))
    }

    /// The chat's id of the message with this number, in the conversation of the
    /// answer to it.
    fn chats_id(&self, answer: &Outbound, number: i64) -> Option<String> {
        let same = |channel: &str, conversation: &str| {
            channel == answer.channel && conversation == answer.conversation
        };
        let ours = self.messages.get(&number);
        let ours = ours.filter(|it| same(&it.channel, &it.conversation));
        let theirs = self.events.get(&number);
        let theirs = theirs.filter(|it| same(&it.channel, &it.conversation));
        ours.map(|it| &it.external_id).or_else(|| theirs.map(|it| &it.event.external_id))?.clone()
    }

    /// What an earlier call with this key has recorded in a channel.
    pub(super) fn submitted(
        &self,
        channel: &str,
        idempotency: &Idempotency,
    ) -> Result<Option<(i64, MessageState)>, JournalError> {
        let first = self.keys.get(&key::idempotency(channel, idempotency));
        let found = first.and_then(|first| Some((*first, self.messages.get(first)?)));
        match found {
            Some((_, message)) if message.fingerprint != Some(idempotency.fingerprint) => {
                Err(JournalError::IdempotencyConflict)
            }
            Some((first, message)) => Ok(Some((first, message.state))),
            None => Ok(None),
        }
    }
}
