//! What one request came to, piece by piece.

use eclusa_adapter_sdk::prelude::*;

/// Collects events and warnings. A webhook is a batch: a piece that cannot be
/// mapped must neither be lost nor take its neighbours along.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    received: Received,
    first_left: Option<Problem>,
}

impl Findings {
    /// Something that happened.
    pub(crate) fn event(&mut self, event: Event) {
        self.received.events.push(event);
    }

    /// Something a person should be able to find out.
    pub(crate) fn warn(&mut self, warning: Warning) {
        self.received.warnings.push(warning);
    }

    /// A piece that could not be mapped.
    pub(crate) fn leave(&mut self, problem: Problem) {
        let mut warning = Warning::unsupported(problem.code.clone(), problem.message.clone());
        warning.pointer.clone_from(&problem.pointer);
        self.warn(warning);
        self.first_left.get_or_insert(problem);
    }

    /// Leaves the piece that ended in a problem.
    pub(crate) fn keep_going(&mut self, result: Result<(), Problem>) {
        if let Err(problem) = result {
            self.leave(problem);
        }
    }

    /// The answer: where nothing at all came out, the first problem is the
    /// whole request's, so that the host keeps and lists it.
    pub(crate) fn finish(mut self) -> Result<Received, Problem> {
        if self.received.events.is_empty()
            && let Some(problem) = self.first_left
        {
            return Err(problem);
        }
        if self.received.events.is_empty() && self.received.warnings.is_empty() {
            self.received.warnings.push(Warning::ignored(
                "nothing_inside",
                "the notification holds no message, status or change",
            ));
        }
        Ok(self.received)
    }
}
