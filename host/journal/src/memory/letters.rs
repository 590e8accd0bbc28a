//! Letters, in memory.

use async_trait::async_trait;

use super::state::State;
use super::{MemoryJournal, position, storage};
use crate::clock::unix_ms;
use crate::id::Ids;
use crate::registry::AuditEntry;
use crate::{
    DeadLetter, Delivery, DeliveryChange, Discard, Handled, JournalError, Lane, LetterContent,
    LetterFilter, LetterKind, LetterRecord, LetterState, Letters, MessageState, Redrive,
    RequestRecord, RevisionRef, Skip, Target, Window, body,
};

#[async_trait]
impl Letters for MemoryJournal {
    async fn letters(
        &self,
        filter: LetterFilter,
        window: Window,
    ) -> Result<Vec<DeadLetter>, JournalError> {
        let state = self.state.lock();
        // A model may look at all of them.
        let mut found: Vec<(i64, DeadLetter)> = state
            .all_letters()
            .filter(|(number, letter)| meets(&filter, *number, letter))
            .collect();
        found.sort_by_key(|(number, _)| *number);
        let (limit, found): (u32, Vec<_>) = match &window {
            Window::Newest { before, limit } => {
                let before = before.as_deref().map_or(Ok(i64::MAX), position)?;
                (*limit, found.into_iter().rev().filter(|(number, _)| *number < before).collect())
            }
            Window::Oldest { after, limit } => {
                let after = after.as_deref().map_or(Ok(0), position)?;
                (*limit, found.into_iter().filter(|(number, _)| *number > after).collect())
            }
        };
        let limit = limit.clamp(1, 500) as usize;
        Ok(found.into_iter().take(limit).map(|(_, letter)| letter).collect())
    }

    async fn letter(&self, id: String) -> Result<Option<LetterRecord>, JournalError> {
        let state = self.state.lock();
        let Some(number) = state.ids.number(&id) else { return Ok(None) };
        let found = state.all_letters().find(|(it, _)| *it == number);
        let Some((_, letter)) = found else { return Ok(None) };
        let content = match letter.kind {
            LetterKind::Message => state.messages.get(&number).map(|message| {
                body::outbound_json(&letter.id, &message.channel, &message.body)
                    .map(LetterContent::Message)
            }),
            LetterKind::Event => state.events.get(&number).map(|recorded| {
                let request = state.requests.get(&recorded.request).cloned().map(Box::new);
                let event = recorded.parts(number).stored(state.ids)?;
                Ok(LetterContent::Event { event, request })
            }),
            LetterKind::Request => state
                .requests
                .get(&number)
                .map(|record| Ok(LetterContent::Request(Box::new(record.clone())))),
        };
        let attempts = state.attempts.get(&number).cloned().unwrap_or_default();
        let content = content.transpose().map_err(storage)?;
        Ok(content.map(|content| LetterRecord { letter, content, attempts }))
    }

    async fn redrive(&self, mut letters: Vec<Redrive>) -> Result<Vec<Handled>, JournalError> {
        letters.sort_by(|a, b| a.id.cmp(&b.id));
        let mut state = self.state.lock();
        let handled = letters.into_iter().map(|Redrive { id, revision, audit }| {
            let skipped = state.redrive(&id, revision).err();
            self.handled(skipped, audit)?;
            Ok(Handled { id, skipped })
        });
        handled.collect()
    }

    async fn discard(&self, mut letters: Vec<Discard>) -> Result<Vec<Handled>, JournalError> {
        letters.sort_by(|a, b| a.id.cmp(&b.id));
        let mut state = self.state.lock();
        let handled = letters.into_iter().map(|Discard { id, discarded, audit }| {
            let skipped = match state.found(&id) {
                Found::Delivery(number) => {
                    if let Some(letter) = state.dead.get_mut(&number) {
                        letter.discarded = Some(discarded);
                    }
                    state.redriven.remove(&number);
                    if let Some(Delivery { id, lane, .. }) = state.pending.remove(&number) {
                        state.tell(DeliveryChange::Remove { id, lane });
                    }
                    None
                }
                Found::Request(number) => {
                    if let Some(request) = state.requests.get_mut(&number) {
                        request.discarded = Some(discarded);
                    }
                    None
                }
                Found::Not(skip) => Some(skip),
            };
            self.handled(skipped, audit)?;
            Ok(Handled { id, skipped })
        });
        handled.collect()
    }
}

impl MemoryJournal {
    /// Records who did it, where it was done.
    fn handled(&self, skipped: Option<Skip>, audit: AuditEntry) -> Result<(), JournalError> {
        if skipped.is_some() {
            return Ok(());
        }
        self.registry.lock().note(audit)
    }
}

/// What an id stands for.
enum Found {
    Delivery(i64),
    Request(i64),
    Not(Skip),
}

impl State {
    fn all_letters(&self) -> impl Iterator<Item = (i64, DeadLetter)> {
        let deliveries = self.dead.iter().map(|(number, letter)| {
            (*number, DeadLetter { held: self.pending.contains_key(number), ..letter.clone() })
        });
        let requests = self.requests.iter().filter_map(|(number, it)| Some((*number, of(it)?)));
        deliveries.chain(requests)
    }

    fn found(&self, id: &str) -> Found {
        let Some(number) = self.ids.number(id) else { return Found::Not(Skip::NotFound) };
        if let Some(letter) = self.dead.get(&number) {
            return match letter.discarded {
                Some(_) => Found::Not(Skip::Discarded),
                None => Found::Delivery(number),
            };
        }
        if let Some(request) = self.requests.get(&number) {
            return match (&request.problem, &request.discarded) {
                (Some(_), None) => Found::Request(number),
                (Some(_), Some(_)) => Found::Not(Skip::Discarded),
                (None, _) => Found::Not(Skip::NotWaiting),
            };
        }
        let known = self.messages.contains_key(&number) || self.events.contains_key(&number);
        Found::Not(if known { Skip::NotWaiting } else { Skip::NotFound })
    }

    fn redrive(&mut self, id: &str, revision: Option<RevisionRef>) -> Result<(), Skip> {
        let number = match self.found(id) {
            Found::Delivery(number) => number,
            Found::Request(_) => return Err(Skip::IsRequest),
            Found::Not(skip) => return Err(skip),
        };
        let Some(letter) = self.dead.get(&number).cloned() else { return Err(Skip::NotWaiting) };
        let conversation = letter.conversation.unwrap_or_default();
        let target = match letter.kind {
            LetterKind::Message => Target::Chat,
            LetterKind::Event | LetterKind::Request => Target::Platform,
        };
        let now = self.now_ms();
        if let Some(message) = self.messages.get_mut(&number) {
            if message.state != MessageState::Failed {
                return Err(Skip::Arrived);
            }
            message.state = MessageState::Queued;
            message.problem = None;
            message.updated_at_ms = now;
        } else {
            if revision.is_some() {
                return Err(Skip::NotMapped);
            }
            let passed = self.passed.remove(&number);
            if let Some(event) = self.events.get_mut(&number) {
                event.late |= passed;
                self.redriven.insert(number);
            }
        }
        self.dead.remove(&number);
        self.chosen.remove(&number);
        self.chosen.extend(revision.map(|revision| (number, revision)));
        self.deliver(number, target, &letter.channel, &conversation);
        Ok(())
    }

    /// An event is handed on, or never was to be: older letters of its conversation,
    /// and those that go out again, are passed by it.
    pub(super) fn waits_no_more(&mut self, event: i64, channel: &str, conversation: &str) {
        if conversation.is_empty() {
            return;
        }
        let older = self.dead.range(..event).filter(|(_, letter)| {
            letter.kind == LetterKind::Event
                && letter.channel == channel
                && letter.conversation.as_deref() == Some(conversation)
        });
        self.passed.extend(older.map(|(number, _)| *number));
        for older in self.redriven.iter().filter(|older| **older < event) {
            if let Some(older) = self.events.get_mut(older)
                && older.channel == channel
                && older.conversation == conversation
            {
                older.late = true;
            }
        }
    }

    /// A delivery that ended as a letter.
    pub(super) fn letter(
        &self,
        number: i64,
        Lane { target, channel, conversation }: Lane,
        attempts: u32,
        failed: Failed,
    ) -> DeadLetter {
        let Failed { problem, revision } = failed;
        DeadLetter {
            id: self.ids.text(number),
            kind: match target {
                Target::Chat => LetterKind::Message,
                Target::Platform => LetterKind::Event,
            },
            channel,
            conversation: Some(conversation).filter(|name| !name.is_empty()),
            problem,
            revision,
            attempts,
            held: false,
            died_at: crate::rfc3339(self.now_ms()),
            discarded: None,
        }
    }
}

/// Why a delivery ended, and which revision made its last attempt.
pub(super) struct Failed {
    pub(super) problem: eclusa_model::Problem,
    pub(super) revision: Option<RevisionRef>,
}

/// A request as a letter, where it is one.
fn of(record: &RequestRecord) -> Option<DeadLetter> {
    Some(DeadLetter {
        id: record.id.clone(),
        kind: LetterKind::Request,
        channel: record.channel.clone(),
        conversation: None,
        problem: record.problem.clone()?,
        revision: record.revision.clone(),
        attempts: 1,
        held: false,
        died_at: record.raw.received_at.clone(),
        discarded: record.discarded.clone(),
    })
}

fn meets(filter: &LetterFilter, number: i64, letter: &DeadLetter) -> bool {
    let LetterFilter { kind, channel, conversation, code, adapter, revision, died_from_ms, state } =
        filter;
    let same = |only: &Option<String>, found: Option<&str>| {
        only.as_deref().is_none_or(|only| found == Some(only))
    };
    let failed = letter.revision.as_ref();
    kind.is_none_or(|kind| kind == letter.kind)
        && same(channel, Some(&letter.channel))
        && same(conversation, letter.conversation.as_deref())
        && same(code, Some(&letter.problem.code))
        && same(adapter, failed.map(|failed| failed.adapter.as_str()))
        && revision.as_ref().is_none_or(|digits| {
            failed.is_some_and(|failed| failed.sha256.starts_with(digits.as_str()))
        })
        && died_from_ms.is_none_or(|from| match letter.kind {
            LetterKind::Request => number >= Ids::first_at(from),
            LetterKind::Message | LetterKind::Event => {
                unix_ms(&letter.died_at).is_some_and(|died_at_ms| died_at_ms >= from)
            }
        })
        && (*state == LetterState::Discarded) == letter.discarded.is_some()
}
