//! Which revision answers the calls of one conversation.

use std::sync::Arc;

use eclusa_engine::{CallContext, Called, Revision};
use eclusa_model::{HttpRequest, HttpResponse, OutboundMessage, Outcome, Prepared, Problem};

use super::trial::Failure;
use super::{Answered, Trial};

/// Which revision answers the calls of one conversation.
#[derive(Debug, Clone)]
pub struct Line {
    revision: Arc<Revision>,
    /// The revision is its candidate.
    trial: Option<Arc<Trial>>,
}

impl Line {
    /// One revision, and no other where it fails.
    pub fn steady(revision: Arc<Revision>) -> Self {
        Self { revision, trial: None }
    }

    pub(super) fn on_trial(trial: Arc<Trial>) -> Self {
        Self { revision: Arc::clone(trial.candidate()), trial: Some(trial) }
    }

    /// The revision that answers first.
    pub fn revision(&self) -> &Arc<Revision> {
        &self.revision
    }

    /// Which request sends the message.
    pub async fn send(
        &self,
        cx: &CallContext,
        message: &OutboundMessage,
    ) -> Answered<Result<Prepared, Problem>> {
        let result = self.revision.send(cx, message).await;
        let first = Answered { revision: Arc::clone(&self.revision), result };
        let Some(trial) = &self.trial else { return first };
        let Some(failure) = Failure::of(&first.result) else {
            trial.count(&first.result);
            return first;
        };
        let predecessor = trial.predecessor();
        let result = predecessor.send(cx, message).await;
        let second = Answered { revision: Arc::clone(predecessor), result };
        trial.choose(&cx.channel().id, failure, first, second)
    }

    /// What the chat's response means, to the revision that made the request.
    /// Where it fails on trial, its predecessor answers for it, but only where that
    /// would have made the same request, and only if that settles the message:
    /// another step of another revision's would be a second message to the chat.
    pub async fn settle(
        &self,
        made: &Made,
        cx: &CallContext,
        message: &OutboundMessage,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Answered<Outcome> {
        let result = made.by.settle(cx, message, response, state).await;
        let first = Answered { revision: Arc::clone(&made.by), result };
        let trial = match &self.trial {
            Some(trial) if Arc::ptr_eq(trial.candidate(), &made.by) => trial,
            _ => return first,
        };
        let Some(failure) = Failure::of_call(&first.result) else {
            trial.count(&first.result);
            return first;
        };
        let predecessor = trial.predecessor();
        if let (Some(request), None) = (&made.first, state)
            && let Ok(Called { value: Ok(prepared), .. }) = predecessor.send(cx, message).await
            && prepared.request == *request
        {
            let result = predecessor.settle(cx, message, response, None).await;
            if let Ok(Called { value: Outcome::Sent(_) | Outcome::Refused(_), .. }) = &result {
                trial.blame(&cx.channel().id, failure);
                return Answered { revision: Arc::clone(predecessor), result };
            }
        }
        trial.blame(&cx.channel().id, failure);
        first
    }
}

/// Who made the request that a response belongs to.
#[derive(Debug, Clone)]
pub struct Made {
    /// The revision.
    pub by: Arc<Revision>,
    /// The request as it wrote it, where it was the first one for the message.
    pub first: Option<HttpRequest>,
}
