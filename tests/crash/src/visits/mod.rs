//! Visits: conversations on a channel whose flow Eclusa runs, and what came of them.
//!
//! What a flow says depends on all that was said before, and nobody numbers it. So what
//! was done in each conversation is kept, and at the end the simulator is asked what the
//! flow says to that.

mod flow;
mod same;
mod visitor;

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;

pub(crate) use flow::document;
pub(crate) use visitor::start;

use crate::api::text;
use crate::ledger::{Direction, Key, Ledger};
use crate::violation::Kind;

/// The channel with the flow.
pub(crate) const CHANNEL: &str = "counter";

/// Whether an event is of that channel.
pub(crate) fn is_of_visit(event: &Value) -> bool {
    text(event, "/channel/id").is_ok_and(|id| id == CHANNEL)
}

/// All visits of a run; shared by visitors, the chat and the check.
#[derive(Debug, Clone)]
pub(crate) struct Visits {
    ledger: Ledger,
    visits: Arc<Mutex<BTreeMap<String, Visit>>>,
}

/// A conversation.
#[derive(Debug, Clone, Default)]
struct Visit {
    /// What was done, and acknowledged, in order.
    did: Vec<Did>,
    /// What the chat took, not counting again.
    came: Vec<Came>,
}

/// Something that was done.
#[derive(Debug, Clone)]
enum Did {
    /// The visitor wrote.
    Wrote { external_id: String, words: String },
    /// The platform wrote to the visitor; the host's id.
    Answered { id: String },
    /// The platform closed the attendance.
    Closed,
}

/// A message that came to the chat.
#[derive(Debug, Clone)]
struct Came {
    id: String,
    words: String,
    /// In which life of the host, the last time.
    life: u64,
}

impl Visits {
    pub(crate) fn new(ledger: &Ledger) -> Self {
        Self { ledger: ledger.clone(), visits: Arc::default() }
    }

    fn key(conversation: &str) -> Key {
        Key::new(Direction::Out, CHANNEL, conversation)
    }

    /// The chat takes a message: each once, but for the last one at the crash edge.
    pub(crate) fn came(&self, request: &Value) -> anyhow::Result<String> {
        let (id, words) = (text(request, "/id")?, text(request, "/text/body")?);
        let conversation = text(request, "/conversation")?;
        self.ledger.with(&Self::key(conversation), |lane, now| {
            lane.note(now, format!("{words:?} comes as {id}"));
            let mut visits = self.visits.lock();
            let came = &mut visits.entry(conversation.to_owned()).or_default().came;
            let is_known = came.iter().any(|it| it.id == id);
            match came.last_mut() {
                Some(last) if last.id == id && last.life == now.life => {
                    Err(Kind::Twice.of(format!("{words:?} ({id}) came twice")))
                }
                Some(last) if last.id == id => {
                    last.life = now.life;
                    Ok(())
                }
                _ if is_known => {
                    Err(Kind::OutOfOrder.of(format!("{words:?} ({id}) came again, after others")))
                }
                _ => {
                    let (id, words) = (id.to_owned(), words.to_owned());
                    came.push(Came { id, words, life: now.life });
                    Ok(())
                }
            }
        });
        Ok(id.to_owned())
    }

    fn did(&self, conversation: &str, did: Did) {
        self.ledger.note(&Self::key(conversation), format!("{did:?}"));
        self.visits.lock().entry(conversation.to_owned()).or_default().did.push(did);
    }

    /// How much came in a conversation.
    fn count(&self, conversation: &str) -> usize {
        self.visits.lock().get(conversation).map_or(0, |visit| visit.came.len())
    }

    /// Whether these words came in a conversation, after so many others.
    fn has_come(&self, conversation: &str, words: &str, after: usize) -> bool {
        let visits = self.visits.lock();
        let came = visits.get(conversation).into_iter().flat_map(|visit| &visit.came);
        came.skip(after).any(|it| it.words == words)
    }
}
