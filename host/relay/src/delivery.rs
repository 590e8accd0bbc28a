//! One attempt of a delivery: what is recorded of it and what comes of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use eclusa_journal::{Attempt, DeliveryBody, Finish, Lane, RevisionRef, rfc3339};
use eclusa_model::{Channel, HttpResponse, Problem};

use crate::under_way::Entered;
use crate::{Clock, RetryPolicy};

/// How much of a body is kept in the trace of an attempt.
const RECORDED_BYTES: usize = 64 << 10;

/// What an attempt came to.
#[derive(Debug)]
pub(crate) struct Carried {
    /// For the trace.
    pub(crate) attempt: Attempt,
    /// What comes next.
    pub(crate) finish: Finish,
    /// Kept until both are recorded.
    pub(crate) entered: Option<Entered>,
}

/// Nothing went out. It is no attempt, and nothing is recorded of it.
#[derive(Debug)]
pub(crate) enum NotSent {
    /// This host is not spoken to at the moment.
    Blocked { host: Arc<str> },
    /// Nothing serves the channel.
    AdapterMissing,
}

/// Hands on what a delivery carries.
#[async_trait]
pub(crate) trait Carrier: Send + Sync + 'static {
    /// Makes one attempt.
    async fn carry(&self, lane: &Lane, body: DeliveryBody) -> Result<Carried, NotSent>;
}

/// What all attempts share: the time, and when to try again.
#[derive(Clone)]
pub(crate) struct Policy {
    pub(crate) retry: RetryPolicy,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Policy {
    /// With the pauses that a channel asks for.
    pub(crate) fn of_channel(&self, channel: &Channel) -> Self {
        let Some(pauses) = &channel.profile.delivery.retry else { return self.clone() };
        let pauses: Vec<Duration> = pauses.iter().map(|pause| pause.duration()).collect();
        Self { retry: self.retry.with_pauses(&pauses), ..self.clone() }
    }

    /// Another attempt later; a dead letter where there have been enough.
    /// `attempts` is the number of those before this one.
    pub(crate) fn later(
        &self,
        attempts: u32,
        retry_after: Option<Duration>,
        problem: &Problem,
    ) -> Finish {
        match self.retry.delay(attempts.saturating_add(1), retry_after, (self.random)()) {
            Some(delay) => Finish::Retry { due_at_ms: self.after(delay) },
            None => Finish::Dead { problem: problem.clone() },
        }
    }

    /// The time after a delay.
    pub(crate) fn after(&self, delay: Duration) -> i64 {
        let delay = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
        self.clock.now_ms().saturating_add(delay)
    }

    /// What the response's `Retry-After` asks for.
    pub(crate) fn retry_after(&self, response: &HttpResponse) -> Option<Duration> {
        crate::retry_after(response.header("retry-after")?, self.clock.now_ms())
    }
}

/// Collects the trace of an attempt.
pub(crate) struct Recorder {
    started: Instant,
    pub(crate) attempt: Attempt,
}

impl Recorder {
    pub(crate) fn start(now_ms: i64, revision: Option<RevisionRef>) -> Self {
        Self {
            started: Instant::now(),
            attempt: Attempt {
                started_at: rfc3339(now_ms),
                duration_ms: 0,
                revision,
                method: None,
                url: None,
                request_body: None,
                status: None,
                response_body: None,
                problem: None,
                warnings: Vec::new(),
            },
        }
    }

    /// A request goes out; what came for an earlier one is forgotten.
    pub(crate) fn request(&mut self, method: String, url: String, body: Option<String>) {
        self.attempt.method = Some(method);
        self.attempt.url = Some(url);
        self.attempt.request_body = body.map(cut);
        self.attempt.status = None;
        self.attempt.response_body = None;
    }

    /// A response came.
    pub(crate) fn response(&mut self, response: &HttpResponse) {
        self.attempt.status = Some(response.status);
        self.attempt.response_body = Some(cut(response.body.clone()));
    }

    /// The other side took it.
    pub(crate) fn done(self, external_id: Option<String>) -> Carried {
        self.end(Finish::Done { external_id })
    }

    /// It failed for good.
    pub(crate) fn dead(mut self, problem: Problem) -> Carried {
        self.attempt.problem = Some(problem.clone());
        self.end(Finish::Dead { problem })
    }

    /// It failed; the policy decides whether for good.
    pub(crate) fn failed(
        mut self,
        policy: &Policy,
        attempts: u32,
        retry_after: Option<Duration>,
        problem: Problem,
    ) -> Carried {
        let finish = policy.later(attempts, retry_after, &problem);
        self.attempt.problem = Some(problem);
        self.end(finish)
    }

    /// The destination takes nothing any more. It waits, however often it was tried:
    /// the destination will be paused, and nothing of what is for it is lost.
    pub(crate) fn gone(mut self, policy: &Policy, problem: Problem) -> Carried {
        self.attempt.problem = Some(problem);
        self.end(Finish::Wait { due_at_ms: policy.clock.now_ms() })
    }

    fn end(mut self, finish: Finish) -> Carried {
        let elapsed = self.started.elapsed().as_millis();
        self.attempt.duration_ms = u64::try_from(elapsed).unwrap_or(u64::MAX);
        Carried { attempt: self.attempt, finish, entered: None }
    }
}

/// Cuts text between two characters.
fn cut(mut text: String) -> String {
    if text.len() > RECORDED_BYTES {
        let end = (0..=RECORDED_BYTES).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{RECORDED_BYTES, cut};

    #[test]
    fn long_bodies_are_cut_between_characters() {
        assert_eq!(cut("é".to_owned()), "é");
        let text = format!("a{}", "é".repeat(RECORDED_BYTES));
        assert_eq!(cut(text).len(), RECORDED_BYTES - 1);
    }
}
