//! Removing what is old, in memory.

use super::state::State;
use crate::id::number_at;
use crate::{Cut, DeadLetter, Removed, key, unix_ms};

impl State {
    /// Removes what is old; a model may look at all of it.
    pub(super) fn prune(&mut self, cut: &Cut) -> Removed {
        let mut removed = Removed::default();
        let before = number_at(cut.before_ms);
        if let Some(old) = cut.letters_before_ms {
            let requests = self.requests.len();
            let before = number_at(old);
            self.requests.retain(|id, request| request.problem.is_none() || *id >= before);
            removed.requests = (requests - self.requests.len()) as u64;
        }
        let mapped = self.requests.range(..before).filter(|(_, it)| it.problem.is_none());
        for request in mapped.map(|(id, _)| *id).collect::<Vec<_>>() {
            let events = self.events.iter().filter(|(_, event)| event.request == request);
            let events: Vec<i64> = events.map(|(id, _)| *id).collect();
            if events.iter().any(|id| *id >= before || self.is_open(cut, *id)) {
                continue;
            }
            for id in events {
                let Some(event) = self.events.remove(&id) else { continue };
                self.forget(id, &event.channel, &event.conversation, &mut removed);
                self.pushed.remove(&id);
                self.pruned_events = self.pruned_events.max(id);
                removed.events += 1;
            }
            self.requests.remove(&request);
            removed.requests += 1;
        }
        for id in self.messages.range(..before).map(|(id, _)| *id).collect::<Vec<_>>() {
            if self.is_open(cut, id) {
                continue;
            }
            let Some(message) = self.messages.remove(&id) else { continue };
            self.forget(id, &message.channel, &message.conversation, &mut removed);
            removed.messages += 1;
        }
        self.prune_attendances(cut, &mut removed);
        let (events, messages, keys) = (&self.events, &self.messages, self.keys.len());
        self.keys.retain(|_, id| {
            *id == 0 || *id >= before || events.contains_key(id) || messages.contains_key(id)
        });
        removed.keys = (keys - self.keys.len()) as u64;
        removed
    }

    /// Those that have closed and of which nothing is left but what tells of them.
    /// The newest one stays: the next protocol number follows its own.
    fn prune_attendances(&mut self, cut: &Cut, removed: &mut Removed) {
        let newest = self.attendances.records.keys().next_back().copied();
        let before = number_at(cut.before_ms);
        let old: Vec<i64> = self.attendances.records.range(..before).map(|(id, _)| *id).collect();
        for attendance in old.into_iter().filter(|id| Some(*id) != newest) {
            let closed = self.attendances.records.get(&attendance).and_then(|it| it.closed_at_ms);
            let told = self
                .events
                .iter()
                .filter(|(_, it)| it.attendance.is_some_and(|(id, ..)| id == attendance));
            let told: Vec<(i64, i64)> = told.map(|(id, it)| (*id, it.request)).collect();
            let is_over = closed.is_some_and(|closed| closed < cut.before_ms)
                && !self.messages.values().any(|it| it.attendance == Some(attendance))
                && !told.iter().any(|(id, request)| *request != 0 || self.is_open(cut, *id));
            if !is_over {
                continue;
            }
            for (id, _) in told {
                let Some(event) = self.events.remove(&id) else { continue };
                self.forget(id, &event.channel, &event.conversation, removed);
                self.pushed.remove(&id);
                self.pruned_events = self.pruned_events.max(id);
                removed.events += 1;
            }
            self.attendances.records.remove(&attendance);
            removed.attendances += 1;
        }
    }

    fn is_open(&self, cut: &Cut, id: i64) -> bool {
        let is_kept = |letter: &DeadLetter| match cut.letters_before_ms {
            Some(old) => unix_ms(&letter.died_at) >= Some(old),
            None => true,
        };
        self.pending.contains_key(&id) || self.dead.get(&id).is_some_and(is_kept)
    }

    /// What is about an event or a message, its letter too; its conversation stays
    /// known.
    fn forget(&mut self, id: i64, channel: &str, conversation: &str, removed: &mut Removed) {
        removed.letters += u64::from(self.dead.remove(&id).is_some());
        removed.attempts += self.attempts.remove(&id).map_or(0, |attempts| attempts.len() as u64);
        if let Some(known) = self.keys.get_mut(&key::conversation(channel, conversation))
            && *known == id
        {
            *known = 0;
        }
    }
}
