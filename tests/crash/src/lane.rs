//! What is known of one conversation in one direction, and what may happen next.
//!
//! No I/O: callers, fakes and the reader of events tell what they saw.

use std::fmt::Write as _;

use crate::violation::{Kind, Violation};

/// A message of a conversation, numbered from 0 in the order sent.
#[derive(Debug, Clone, Default)]
struct Message {
    /// The host's id of it, as soon as anybody was told it.
    id: Option<String>,
    /// Its sender was answered with success.
    acknowledged: bool,
    /// Who it is for has taken it (answered with success).
    taken: bool,
}

/// What is known of one conversation in one direction.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    messages: Vec<Message>,
    /// How many were listed as events.
    listed: usize,
    /// How many were taken, not counting again.
    taken: usize,
    /// In which life of the host the last one was taken.
    taken_in: u64,
    history: Vec<Entry>,
}

/// Something that happened.
#[derive(Debug)]
struct Entry {
    at_ms: u128,
    life: u64,
    what: String,
}

/// When something happens: since the begin, and in which life of the host.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) at_ms: u128,
    /// Counts the starts of the host.
    pub(crate) life: u64,
}

/// How a message was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// For the first time.
    First,
    /// Again, at the crash edge.
    Again,
}

impl Lane {
    /// Somebody begins to send a message, or tries again.
    pub(crate) fn sending(&mut self, now: Now, number: usize) {
        if number == self.messages.len() {
            self.messages.push(Message::default());
        }
        self.note(now, format!("{number} is sent"));
    }

    /// Its sender was told that the host has it, and the id.
    pub(crate) fn acknowledged(
        &mut self,
        now: Now,
        number: usize,
        id: &str,
    ) -> Result<(), Violation> {
        self.note(now, format!("{number} is acknowledged as {id}"));
        self.known_as(number, id)?.acknowledged = true;
        Ok(())
    }

    /// Its sender was told that the host has it, and will map it later.
    pub(crate) fn kept(&mut self, now: Now, number: usize) {
        self.note(now, format!("{number} is acknowledged, and not mapped"));
        if let Some(message) = self.messages.get_mut(number) {
            message.acknowledged = true;
        }
    }

    /// Who it is for answers with success.
    pub(crate) fn taken(&mut self, now: Now, number: usize, id: &str) -> Result<Taken, Violation> {
        self.note(now, format!("{number} is taken as {id}"));
        let before = self.taken;
        self.known_as(number, id)?.taken = true;
        let taken_in = std::mem::replace(&mut self.taken_in, now.life);
        if number == before {
            self.taken += 1;
            return Ok(Taken::First);
        }
        if number > before {
            return Err(Kind::OutOfOrder.of(format!("{number} is taken before {before}")));
        }
        if number + 1 < before {
            return Err(
                Kind::OutOfOrder.of(format!("{number} is taken again after {}", before - 1))
            );
        }
        if taken_in == now.life {
            return Err(Kind::Twice.of(format!("{number} is taken twice without a crash between")));
        }
        Ok(Taken::Again)
    }

    /// It is the next one of the conversation among the events.
    pub(crate) fn listed(&mut self, now: Now, number: usize, id: &str) -> Result<(), Violation> {
        self.note(now, format!("{number} is listed as {id}"));
        let next = self.listed;
        self.known_as(number, id)?;
        if number != next {
            let kind = if number < next { Kind::Twice } else { Kind::OutOfOrder };
            return Err(kind.of(format!("{number} is listed where {next} comes next")));
        }
        self.listed += 1;
        Ok(())
    }

    /// Begins to list from the first one again.
    pub(crate) fn list_again(&mut self) {
        self.listed = 0;
    }

    /// How many messages were acknowledged.
    pub(crate) fn acknowledged_count(&self) -> usize {
        // Each is sent only when the one before is acknowledged.
        self.messages.iter().rposition(|message| message.acknowledged).map_or(0, |last| last + 1)
    }

    /// So many were acknowledged before the events were read, so they are there.
    pub(crate) fn must_have_listed(&self, count: usize) -> Result<(), Violation> {
        if self.listed < count {
            return Err(
                Kind::Lost.of(format!("{} was acknowledged, and no event has it", self.listed))
            );
        }
        Ok(())
    }

    /// All that was acknowledged was taken.
    pub(crate) fn must_have_taken_all(&self) -> Result<(), Violation> {
        if self.taken < self.acknowledged_count() {
            return Err(Kind::Lost.of(format!("{} was acknowledged, and never came", self.taken)));
        }
        Ok(())
    }

    /// So many were taken.
    pub(crate) fn taken_count(&self) -> usize {
        self.taken
    }

    /// The host says what state a message is in; when it was asked, so many of the
    /// conversation were taken.
    pub(crate) fn is_said_to_be(
        &mut self,
        now: Now,
        number: usize,
        state: &str,
        taken_before: usize,
    ) -> Result<(), Violation> {
        self.note(now, format!("{number} is said to be {state}"));
        let was_taken = self.messages.get(number).is_some_and(|message| message.taken);
        match state {
            "sent" | "pushed" if was_taken => Ok(()),
            "sent" | "pushed" => {
                Err(Kind::Unearned.of(format!("{number} is said to be {state}, and never came")))
            }
            // The last one taken may be at the crash edge.
            "queued" | "mapped" if number + 1 >= taken_before => Ok(()),
            "queued" | "mapped" => Err(Kind::Unearned
                .of(format!("{number} is said to be {state} though younger ones were taken"))),
            _ => Err(Kind::Unearned.of(format!("{number} is said to be {state}"))),
        }
    }

    /// The id of a message that was acknowledged.
    pub(crate) fn id(&self, number: usize) -> Option<&str> {
        self.messages.get(number)?.id.as_deref()
    }

    /// All that happened, one line each.
    pub(crate) fn history(&self) -> String {
        let mut text = String::new();
        for Entry { at_ms, life, what } in &self.history {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {at_ms:>8} ms  life {life:>4}  {what}");
        }
        text
    }

    pub(crate) fn note(&mut self, now: Now, what: String) {
        self.history.push(Entry { at_ms: now.at_ms, life: now.life, what });
    }

    /// A message has one id from the first time that anybody is told it.
    fn known_as(&mut self, number: usize, id: &str) -> Result<&mut Message, Violation> {
        let message = self
            .messages
            .get_mut(number)
            .ok_or_else(|| Kind::FromNowhere.of(format!("{number} was never sent, and is {id}")))?;
        let known = message.id.get_or_insert_with(|| id.to_owned());
        if known != id {
            return Err(Kind::OtherId.of(format!("{number} was {known}, and is {id} now")));
        }
        Ok(message)
    }
}

#[cfg(test)]
mod tests;
