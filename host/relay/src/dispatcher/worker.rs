//! Makes one attempt: loads what the delivery carries, hands it on, records what
//! came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eclusa_journal::{Delivery, DeliveryId, Finish, Journal, JournalError, Lane, Target};
use eclusa_model::OnExhaustion;
use tokio::sync::watch;
use tracing::{Instrument as _, Span, field};

use super::health::Verdict;
use super::lanes::{Job, Next};
use crate::delivery::{Carried, Carrier, NotSent, Policy};
use crate::{Channels, Handed, Observer, trace};

/// First and longest wait after the journal failed.
const JOURNAL_BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// How long a delivery is held before it is looked at again whose record is
/// damaged.
const DAMAGED: Duration = Duration::from_secs(600);

/// How often a result is offered to a failing journal while the relay stops.
const LAST_TRIES: u32 = 5;

/// Who hands on what.
pub(super) struct Carriers {
    pub(super) chat: Arc<dyn Carrier>,
    /// Without one, events are held.
    pub(super) platform: Option<Arc<dyn Carrier>>,
}

impl Carriers {
    pub(super) fn for_target(&self, target: Target) -> Option<&Arc<dyn Carrier>> {
        match target {
            Target::Chat => Some(&self.chat),
            Target::Platform => self.platform.as_ref(),
        }
    }
}

/// What came of a job.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) next: Next,
    pub(super) verdict: Verdict,
}

impl Ended {
    /// Nothing was tried, and nothing is recorded.
    fn untried(next: Next) -> Self {
        Self { next, verdict: Verdict::Nothing }
    }
}

/// Makes attempts.
pub(super) struct Worker {
    pub(super) journal: Arc<dyn Journal>,
    pub(super) channels: Arc<dyn Channels>,
    pub(super) carriers: Carriers,
    pub(super) policy: Policy,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) stopped: watch::Receiver<bool>,
}

impl Worker {
    /// Makes one attempt; it belongs to the trace that brought the delivery.
    pub(super) async fn attempt(&self, job: &Job) -> Ended {
        let span = attempt_span(job);
        if !span.is_disabled()
            && let Ok(Some(traceparent)) = self.journal.traceparent(job.id).await
        {
            trace::follow_kept(&span, traceparent);
        }
        self.make(job).instrument(span).await
    }

    async fn make(&self, job: &Job) -> Ended {
        let Some(carrier) = self.carriers.for_target(job.lane.target) else {
            return Ended::untried(Next::Again { wait_ms: millis(JOURNAL_BACKOFF.1) });
        };
        let body = match self.journal.delivery(job.id).await {
            Ok(Some(body)) => body,
            Ok(None) => return Ended::untried(Next::Advance),
            Err(error) => {
                tracing::error!(delivery = job.id, %error, "a delivery cannot be read");
                return Ended::untried(Next::Again { wait_ms: millis(wait_for(&error, 3)) });
            }
        };
        let started = Instant::now();
        let carried = match carrier.carry(&job.lane, body).await {
            Ok(carried) => carried,
            Err(NotSent::Blocked { host }) => return Ended::untried(Next::Blocked { host }),
            Err(NotSent::AdapterMissing) => {
                return Ended::untried(Next::Again { wait_ms: millis(JOURNAL_BACKOFF.1) });
            }
        };
        let carried = self.held_where_asked(&job.lane, carried);
        measure(&job.lane, &carried, started.elapsed());
        self.observer.handed(self.handed(job, &carried));
        log(job, &carried);
        end_span(&carried);
        let ended = self.ended(&carried.finish);
        self.record(job.id, carried).await;
        ended
    }

    /// What an attempt came to, for who watches.
    fn handed(&self, job: &Job, carried: &Carried) -> Handed {
        let attempt = &carried.attempt;
        Handed {
            id: self.journal.public_id(job.id),
            target: job.lane.target,
            channel: job.lane.channel.clone(),
            started_at: attempt.started_at.clone(),
            duration_ms: attempt.duration_ms,
            status: attempt.status,
            code: attempt.problem.as_ref().map(|problem| problem.code.clone()),
        }
    }

    /// A delivery that failed for good holds its lane where its channel says so.
    fn held_where_asked(&self, lane: &Lane, carried: Carried) -> Carried {
        let channel = self.channels.channel(&lane.channel);
        let asked = channel.map(|channel| channel.profile.delivery.on_exhaustion);
        let finish = match (carried.finish, asked) {
            (Finish::Dead { problem }, Some(OnExhaustion::Hold)) => Finish::Held { problem },
            (finish, _) => finish,
        };
        Carried { finish, ..carried }
    }

    fn ended(&self, finish: &Finish) -> Ended {
        let again = |due_at_ms: i64| {
            let wait_ms = due_at_ms.saturating_sub(self.policy.clock.now_ms());
            Next::Again { wait_ms }
        };
        let (next, verdict) = match finish {
            Finish::Done { .. } => (Next::Advance, Verdict::Taken),
            Finish::Dead { .. } => (Next::Advance, Verdict::Dead),
            Finish::Retry { due_at_ms } => (again(*due_at_ms), Verdict::Failed),
            Finish::Wait { due_at_ms } => (again(*due_at_ms), Verdict::Gone),
            Finish::Held { .. } => (Next::Hold, Verdict::Dead),
        };
        Ended { next, verdict }
    }

    /// No delivery waits longer for its next attempt.
    pub(super) fn longest_wait_ms(&self, delivery: &Delivery) -> i64 {
        let policy = match delivery.lane.target {
            Target::Chat => self
                .channels
                .channel(&delivery.lane.channel)
                .map_or_else(|| self.policy.clone(), |channel| self.policy.of_channel(&channel)),
            Target::Platform => self.policy.clone(),
        };
        millis(policy.retry.longest(delivery.attempts))
    }

    /// Records a result, however often the journal refuses: the other side may
    /// have what was sent, and only the record keeps it from being sent again.
    /// The lane waits meanwhile.
    async fn record(&self, delivery: DeliveryId, carried: Carried) {
        // Who waits for this message to be over waits for its record.
        let Carried { attempt, finish, entered: _entered } = carried;
        let mut tries = 0;
        while let Err(error) = self.journal.finish(delivery, attempt.clone(), finish.clone()).await
        {
            if let JournalError::Corrupt { .. } = error {
                // It is not announced again either: see `Journal::take_deliveries`.
                tracing::error!(delivery, %error, result = ?finish, "a result cannot be recorded");
                return;
            }
            tries += 1;
            if tries >= LAST_TRIES && *self.stopped.borrow() {
                tracing::error!(
                    delivery,
                    %error,
                    result = ?finish,
                    "a result could not be recorded before the stop; the delivery will be made \
                     again, with the same id"
                );
                return;
            }
            tracing::error!(delivery, %error, "a result cannot be recorded; trying again");
            tokio::time::sleep(wait_for(&error, tries)).await;
        }
    }
}

/// How long to wait after the journal failed so many times in a row.
pub(super) fn wait_for(error: &JournalError, tries: u32) -> Duration {
    let (first, longest) = JOURNAL_BACKOFF;
    let backoff = first.saturating_mul(1 << tries.min(16)).min(longest);
    match error {
        JournalError::Busy { retry_after } => (*retry_after).clamp(first, longest),
        // Only a person can mend it; its conversation is held meanwhile.
        JournalError::Corrupt { .. } => DAMAGED,
        _ => backoff,
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

fn target_name(target: Target) -> &'static str {
    match target {
        Target::Chat => "chat",
        Target::Platform => "platform",
    }
}

/// The span of an attempt, where traces are on.
fn attempt_span(job: &Job) -> Span {
    let name = match job.lane.target {
        Target::Chat => "deliver",
        Target::Platform => "push",
    };
    tracing::trace_span!(
        target: trace::TARGET,
        "delivery",
        otel.name = name,
        otel.kind = "client",
        otel.status_code = field::Empty,
        http.response.status_code = field::Empty,
        error.type = field::Empty,
        eclusa.channel.id = job.lane.channel,
        eclusa.delivery.id = job.id,
    )
}

/// What came of the attempt of the current span.
fn end_span(carried: &Carried) {
    let span = Span::current();
    if let Some(status) = carried.attempt.status {
        span.record("http.response.status_code", i64::from(status));
    }
    if let Some(problem) = &carried.attempt.problem {
        span.record("error.type", problem.code.as_str());
        span.record("otel.status_code", "ERROR");
    }
}

fn measure(lane: &Lane, carried: &Carried, elapsed: Duration) {
    let target = target_name(lane.target);
    let outcome = match &carried.finish {
        Finish::Done { .. } => "done",
        Finish::Retry { .. } => "retry",
        Finish::Wait { .. } => "wait",
        Finish::Dead { .. } => "dead",
        Finish::Held { .. } => "held",
    };
    metrics::counter!("eclusa_deliveries_total", "target" => target, "outcome" => outcome)
        .increment(1);
    metrics::histogram!("eclusa_delivery_duration_seconds", "target" => target)
        .record(elapsed.as_secs_f64());
}

fn log(job: &Job, carried: &Carried) {
    let target = target_name(job.lane.target);
    let channel = job.lane.channel.as_str();
    let code = carried.attempt.problem.as_ref().map(|problem| problem.code.as_str());
    let delivery = job.id;
    let status = carried.attempt.status;
    match &carried.finish {
        Finish::Done { .. } => tracing::debug!(delivery, target, channel, status, "delivered"),
        Finish::Retry { due_at_ms } => {
            tracing::info!(delivery, target, channel, status, code, due_at_ms, "will be retried");
        }
        Finish::Wait { .. } => {
            let what = "is not taken, and waits: the other side takes nothing any more";
            tracing::info!(delivery, target, channel, status, code, "{what}");
        }
        Finish::Dead { .. } => {
            tracing::warn!(delivery, target, channel, status, code, "became a dead letter");
        }
        Finish::Held { .. } => {
            let what = "became a dead letter and holds its conversation";
            tracing::warn!(delivery, target, channel, status, code, "{what}");
        }
    }
}
