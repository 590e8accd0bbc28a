//! Which revision answers the calls of a channel.

use std::sync::Arc;

use eclusa_engine::{CallContext, CallError, Called, Revision};
use eclusa_journal::RevisionRef;
use eclusa_model::{Problem, Received, Request};

use super::trial::Failure;
use super::{Line, Trial};

/// An answer, and the revision that gave it.
#[derive(Debug)]
pub struct Answered<T> {
    /// Who answered.
    pub revision: Arc<Revision>,
    /// What it answered.
    pub result: Result<Called<T>, CallError>,
}

impl<T> Answered<T> {
    /// Who answered, as it is recorded.
    pub fn reference(&self) -> RevisionRef {
        reference(&self.revision)
    }
}

/// A revision as it is recorded.
pub fn reference(revision: &Revision) -> RevisionRef {
    RevisionRef { adapter: revision.name().to_owned(), sha256: revision.sha256().to_owned() }
}

/// Which revision answers the calls of a channel. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Route {
    /// One answers all.
    Steady(Arc<Revision>),
    /// A revision that went live not long ago answers all; its predecessor answers
    /// where it fails.
    Trial(Arc<Trial>),
    /// A candidate answers this share of the conversations, in percent; the
    /// revision before it answers the others, and where the candidate fails.
    Canary(Arc<Trial>, u8),
}

type Mapped = Result<Received, Problem>;

impl Route {
    /// The revision that answers first, by whose manifest the channel works.
    pub fn revision(&self) -> &Arc<Revision> {
        match self {
            Self::Steady(revision) => revision,
            Self::Trial(trial) => trial.candidate(),
            Self::Canary(trial, _) => trial.predecessor(),
        }
    }

    /// All revisions that a request may be shown to.
    pub fn revisions(&self) -> impl Iterator<Item = &Arc<Revision>> {
        let (first, second) = match self {
            Self::Steady(revision) => (revision, None),
            Self::Trial(trial) | Self::Canary(trial, _) => {
                (trial.candidate(), Some(trial.predecessor()))
            }
        };
        std::iter::once(first).chain(second)
    }

    /// What a request from the chat means.
    pub async fn receive(&self, cx: &CallContext, request: &Request) -> Answered<Mapped> {
        match self {
            Self::Steady(revision) => receive(revision, cx, request).await,
            Self::Trial(trial) => {
                let first = receive(trial.candidate(), cx, request).await;
                let Some(failure) = Failure::of(&first.result) else {
                    trial.count(&first.result);
                    return first;
                };
                let second = receive(trial.predecessor(), cx, request).await;
                trial.choose(&cx.channel().id, failure, first, second)
            }
            Self::Canary(trial, percent) => {
                let first = receive(trial.predecessor(), cx, request).await;
                // Which conversation it is, only the answer tells. Where some of
                // several are in the share, all stay where they are.
                let in_share = conversations(&first.result)
                    .is_some_and(|mut all| all.all(|it| trial.has(&cx.channel().id, it, *percent)));
                if !in_share {
                    return first;
                }
                let second = receive(trial.candidate(), cx, request).await;
                match Failure::of(&second.result) {
                    None => {
                        trial.count(&second.result);
                        second
                    }
                    Some(failure) => trial.choose(&cx.channel().id, failure, second, first),
                }
            }
        }
    }

    /// Which revision answers the calls for one conversation.
    pub fn line(&self, channel: &str, conversation: &str) -> Line {
        match self {
            Self::Steady(revision) => Line::steady(Arc::clone(revision)),
            Self::Trial(trial) => Line::on_trial(Arc::clone(trial)),
            Self::Canary(trial, percent) if trial.has(channel, conversation, *percent) => {
                Line::on_trial(Arc::clone(trial))
            }
            Self::Canary(trial, _) => Line::steady(Arc::clone(trial.predecessor())),
        }
    }
}

async fn receive(
    revision: &Arc<Revision>,
    cx: &CallContext,
    request: &Request,
) -> Answered<Mapped> {
    let result = revision.receive(cx, request).await;
    Answered { revision: Arc::clone(revision), result }
}

/// The conversations of an answer; `None` where it has none.
fn conversations(
    result: &Result<Called<Mapped>, CallError>,
) -> Option<impl Iterator<Item = &str> + '_> {
    let Ok(Called { value: Ok(received), .. }) = result else { return None };
    let mut all = received.events.iter().filter_map(|event| event.conversation()).peekable();
    all.peek()?;
    Some(all)
}
