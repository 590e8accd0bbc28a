//! Calls outside of live traffic.

use std::time::Duration;

use eclusa_engine::{CallContext, CallError, Called, Revision};
use eclusa_journal::RawRequest;
use eclusa_model::{HttpResponse, OutboundMessage, Request};

use super::answer::Answer;

/// What a revision is given.
#[derive(Debug)]
pub(super) enum Input<'a> {
    /// A request from the chat.
    Receive(Request),
    /// A message to the chat.
    Send(&'a OutboundMessage),
    /// The chat's response to it.
    Settle(&'a OutboundMessage, &'a HttpResponse),
}

/// An answer, and how long the guest took.
#[derive(Debug)]
pub(super) struct Timed {
    pub(super) answer: Answer,
    pub(super) duration: Duration,
}

/// How often a call is tried that the host could not run.
const ATTEMPTS: u32 = 5;

/// How long to wait before the second attempt; twice that before the third, ….
const WAIT: Duration = Duration::from_millis(20);

/// A recorded request as adapters get it, with the time at which it came in.
pub(super) fn request(raw: &RawRequest) -> Request {
    Request {
        method: raw.method.clone(),
        path: raw.path.clone(),
        query: raw.query.clone(),
        headers: raw.headers.clone(),
        body: raw.body.clone(),
        received_at: raw.received_at.clone(),
    }
}

/// Runs a call in an instance of its own, outside of live traffic.
///
/// # Errors
/// Only the host's own failures, after several attempts; the guest's are answers.
pub(super) fn run(
    revision: &Revision,
    cx: &CallContext,
    input: &Input<'_>,
) -> Result<Timed, CallError> {
    let called = match patiently(|| call(revision, cx, input)) {
        // On a machine that is busy, a call can be late without a fault of its
        // own; one that always is stays late.
        Err(error) if error.code == "deadline_exceeded" => patiently(|| call(revision, cx, input)),
        called => called,
    };
    match called {
        Ok(called) => Ok(Timed { answer: called.value, duration: called.report.duration }),
        Err(error) if error.retryable => Err(error),
        Err(error) => Ok(Timed { duration: error.report.duration, answer: Answer::Error(error) }),
    }
}

fn call(
    revision: &Revision,
    cx: &CallContext,
    input: &Input<'_>,
) -> Result<Called<Answer>, CallError> {
    // A place is held for one call only: whoever held one and waited for
    // another could wait for himself.
    let mut session = revision.rehearsal()?;
    match input {
        Input::Receive(request) => session.receive(cx, request).map(|called| Called {
            value: called.value.map_or_else(Answer::Problem, Answer::Received),
            report: called.report,
        }),
        Input::Send(message) => session.send(cx, message).map(|called| Called {
            value: called.value.map_or_else(Answer::Problem, Answer::Prepared),
            report: called.report,
        }),
        Input::Settle(message, response) => session
            .settle(cx, message, response, None)
            .map(|called| Called { value: Answer::Settled(called.value), report: called.report }),
    }
}

/// Tries again while the host is at fault.
fn patiently<T>(mut call: impl FnMut() -> Result<T, CallError>) -> Result<T, CallError> {
    let mut wait = WAIT;
    for _ in 1..ATTEMPTS {
        match call() {
            Err(error) if error.retryable => {
                std::thread::sleep(wait);
                wait *= 2;
            }
            result => return result,
        }
    }
    call()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use eclusa_engine::{CallError, Engine, EngineConfig, Limits};

    use super::{ATTEMPTS, patiently};

    /// An error of a host all of whose places are taken.
    fn busy() -> CallError {
        let limits = Limits { queue_time: Duration::from_millis(1), ..Limits::default() };
        let engine = Engine::new(EngineConfig { limits, ..EngineConfig::default() }).unwrap();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/hostile/shop-1.wasm");
        let bytes = std::fs::read(file).expect("run `scripts/build-adapters.sh`");
        let revision = engine.load("shop", &bytes).unwrap().revision;
        let mut taken = Vec::new();
        loop {
            match revision.rehearsal() {
                Ok(session) => taken.push(session),
                Err(error) => return error,
            }
        }
    }

    #[test]
    fn a_call_is_tried_again_while_the_host_is_at_fault() {
        let busy = busy();
        assert!(busy.retryable);
        let mut calls = 0;
        let mut third = || {
            calls += 1;
            if calls < 3 { Err(busy.clone()) } else { Ok(calls) }
        };
        assert_eq!(patiently(&mut third).unwrap(), 3);
        let mut calls = 0;
        let mut never = || -> Result<(), CallError> {
            calls += 1;
            Err(busy.clone())
        };
        assert_eq!(patiently(&mut never).unwrap_err().code, "busy");
        assert_eq!(calls, ATTEMPTS);
    }
}
