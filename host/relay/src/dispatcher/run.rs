//! The loop that keeps lanes moving.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use eclusa_journal::registry::{AuditAction, AuditEntry, AuditSubject, SubjectKind};
use eclusa_journal::{Deliveries, Delivery, DeliveryChange, Destination, HELD, Pause, rfc3339};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{Id, JoinError, JoinSet};

use super::conditions::Current;
use super::handle::{Command, MOST_LANES, View};
use super::health::{HOST, Healths, Step, Verdict};
use super::lanes::{Job, Lanes, NEVER, Next};
use super::store::Record;
use super::worker::{Ended, Worker};

/// How many deliveries are taken over at once, so that those under way are
/// looked after in between.
const BATCH: usize = 1024;

/// Longest sleep.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// How long a lane waits whose attempt panicked.
const AFTER_PANIC_MS: i64 = 60_000;

/// What the loop is told, and tells.
pub(super) struct Inputs {
    pub(super) deliveries: Deliveries,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) stopped: watch::Receiver<bool>,
    pub(super) pauses: watch::Sender<Arc<BTreeMap<Destination, Pause>>>,
    pub(super) records: mpsc::UnboundedSender<Record>,
}

/// Lanes, and all that decides about them.
pub(super) struct Dispatcher {
    pub(super) worker: Arc<Worker>,
    pub(super) conditions: Current,
    pub(super) lanes: Lanes,
    pub(super) healths: Healths,
}

impl Dispatcher {
    /// Runs until it is stopped and nothing is under way any more.
    pub(super) async fn run(mut self, mut inputs: Inputs) {
        let mut under_way = UnderWay::default();
        let mut batch = Vec::with_capacity(BATCH);
        let mut open = true;
        self.take_up(&inputs);
        loop {
            let stopping = *inputs.stopped.borrow_and_update();
            if stopping && under_way.is_empty() {
                break;
            }
            let now_ms = self.now_ms();
            if !stopping {
                self.lanes.wake(now_ms, &self.conditions);
                while let Some(job) = self.lanes.next(now_ms, &self.conditions) {
                    under_way.start(job, Arc::clone(&self.worker));
                }
            }
            report(&self.lanes);
            let sleep = self.lanes.next_due().map_or(LONGEST_SLEEP, |due_at_ms| {
                let wait = u64::try_from(due_at_ms.saturating_sub(now_ms)).unwrap_or(0);
                // At least one millisecond: what is due but has no room is woken by
                // whatever makes room.
                Duration::from_millis(wait.max(1)).min(LONGEST_SLEEP)
            });
            tokio::select! {
                Some((job, ended)) = under_way.finished() => self.finished(&job, ended, &inputs),
                Some(command) = inputs.commands.recv(), if !stopping => {
                    self.obey(command, &inputs);
                }
                count = inputs.deliveries.recv_many(&mut batch, BATCH), if open && !stopping => {
                    open = count > 0;
                    for change in batch.drain(..) {
                        match change {
                            DeliveryChange::Put(delivery) => self.push(&delivery),
                            DeliveryChange::Remove { id, lane } => {
                                self.lanes.remove(id, &lane, self.now_ms());
                            }
                        }
                    }
                }
                changed = inputs.stopped.changed(), if !stopping => {
                    if changed.is_err() {
                        // Nobody is left who could stop us or wait for us.
                        tracing::debug!("the relay's handle is gone");
                        return under_way.all().await;
                    }
                }
                () = tokio::time::sleep(sleep), if !stopping => {}
            }
        }
        report(&self.lanes);
    }

    /// The time by which lanes go; no setting of the clock changes it.
    fn now_ms(&self) -> i64 {
        self.conditions.gate.now_ms()
    }

    fn push(&mut self, delivery: &Delivery) {
        let now_ms = self.now_ms();
        let due_ms = if delivery.due_at_ms == HELD {
            NEVER
        } else {
            // A clock that was wrong when this was recorded, or is wrong now, must
            // not let it wait longer than any retry does.
            let wait_ms = delivery.due_at_ms.saturating_sub(self.worker.policy.clock.now_ms());
            let longest_ms = self.worker.longest_wait_ms(delivery);
            now_ms.saturating_add(wait_ms.clamp(0, longest_ms))
        };
        self.lanes.push(delivery.id, &delivery.lane, due_ms, now_ms);
    }

    fn finished(&mut self, job: &Job, ended: Result<Ended, JoinError>, inputs: &Inputs) {
        let Ended { next, verdict } = ended.unwrap_or_else(|error| {
            tracing::error!(delivery = job.id, %error, "an attempt panicked");
            Ended { next: Next::Again { wait_ms: AFTER_PANIC_MS }, verdict: Verdict::Nothing }
        });
        let destination = Destination::of(&job.lane);
        let now_ms = self.now_ms();
        // Before the lane goes on: it must not go out to what is paused now.
        match self.healths.ended(&destination, verdict, job.at_ms, now_ms) {
            Some(Step::Pause { code, reason }) => {
                let since = rfc3339(self.worker.policy.clock.now_ms());
                let by = HOST.to_owned();
                let pause = Pause { since, code: code.to_owned(), reason, by };
                self.pause(destination, pause, None, inputs);
            }
            Some(Step::Resume) => self.resume(destination, HOST, None, inputs),
            Some(Step::Probe { at_ms }) => self.lanes.pause(&destination, Some(at_ms)),
            None => {}
        }
        self.lanes.finished(job, &next, now_ms);
    }

    fn obey(&mut self, command: Command, inputs: &Inputs) {
        let now_ms = self.now_ms();
        match command {
            Command::Pause { destination, pause, done } => {
                self.pause(destination, pause, Some(done), inputs);
            }
            Command::Resume { destination, by, done } => {
                self.resume(destination, &by, Some(done), inputs);
            }
            Command::One { lane, answer } => {
                let lanes = self.lanes.view_one(&lane, now_ms, &self.conditions);
                let lanes = lanes.into_iter().collect();
                // Who asked may have gone.
                let _ = answer.send(View { lanes, next: None, now_ms });
            }
            Command::Page { channel, from, limit, answer } => {
                let limit = limit.min(MOST_LANES);
                let (lanes, next) =
                    self.lanes.view_channel(&channel, from, limit, now_ms, &self.conditions);
                let _ = answer.send(View { lanes, next, now_ms });
            }
        }
    }

    /// The pauses of an earlier run stand, but those of channels that were deleted.
    fn take_up(&mut self, inputs: &Inputs) {
        let pauses = Arc::clone(&inputs.pauses.borrow());
        let now_ms = self.now_ms();
        for (destination, pause) in pauses.iter() {
            let probe_at_ms = self.healths.paused(destination, pause.clone(), now_ms);
            self.lanes.pause(destination, probe_at_ms);
        }
        metrics::gauge!("eclusa_destinations_paused").set(pauses.len() as f64);
        for destination in pauses.keys() {
            if self.is_deleted(destination) {
                self.resume(destination.clone(), HOST, None, inputs);
            }
        }
    }

    /// Whether it is the chat of a channel that was deleted. Nobody could resume it,
    /// and what waits for it is to become dead letters.
    fn is_deleted(&self, destination: &Destination) -> bool {
        let channel = destination.channel();
        channel.is_some_and(|channel| self.worker.channels.channel(channel).is_none())
    }

    fn pause(
        &mut self,
        destination: Destination,
        pause: Pause,
        done: Option<oneshot::Sender<()>>,
        inputs: &Inputs,
    ) {
        if self.is_deleted(&destination) {
            // Nothing changes; who asked may have gone.
            done.map(|done| done.send(()));
            return;
        }
        tracing::warn!(
            %destination, code = pause.code, by = pause.by, reason = pause.reason,
            "is paused: what is for it waits, and nothing is lost"
        );
        let probe_at_ms = self.healths.paused(&destination, pause.clone(), self.now_ms());
        self.lanes.pause(&destination, probe_at_ms);
        let audit = self.audit(&destination, &pause.by, AuditAction::Paused, &pause.reason);
        self.announce(Record { destination, pause: Some(pause), audit, done }, inputs);
    }

    fn resume(
        &mut self,
        destination: Destination,
        by: &str,
        done: Option<oneshot::Sender<()>>,
        inputs: &Inputs,
    ) {
        if !self.healths.resumed(&destination) {
            // Nothing changes; who asked may have gone.
            done.map(|done| done.send(()));
            return;
        }
        tracing::info!(%destination, by, "is resumed");
        self.lanes.resume(&destination);
        let audit = self.audit(&destination, by, AuditAction::Resumed, "");
        self.announce(Record { destination, pause: None, audit, done }, inputs);
    }

    fn audit(&self, to: &Destination, by: &str, what: AuditAction, why: &str) -> AuditEntry {
        let subject = match to {
            Destination::Chat { channel } => AuditSubject::new(SubjectKind::Channel, channel),
            Destination::Platform => AuditSubject::new(SubjectKind::Platform, "platform"),
        };
        AuditEntry::new(self.worker.policy.clock.now_ms(), by, what, subject, why)
    }

    fn announce(&self, record: Record, inputs: &Inputs) {
        let pauses = self.healths.pauses();
        metrics::gauge!("eclusa_destinations_paused").set(pauses.len() as f64);
        inputs.pauses.send_replace(Arc::new(pauses));
        // It lives as long as this loop.
        let _ = inputs.records.send(record);
    }
}

/// Attempts under way.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<Ended>,
    jobs: HashMap<Id, Job>,
}

impl UnderWay {
    fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    fn start(&mut self, job: Job, worker: Arc<Worker>) {
        let task = {
            let job = job.clone();
            self.tasks.spawn(async move { worker.attempt(&job).await })
        };
        self.jobs.insert(task.id(), job);
    }

    /// The next attempt that is over; `None` while there is none under way.
    async fn finished(&mut self) -> Option<(Job, Result<Ended, JoinError>)> {
        let (id, result) = match self.tasks.join_next_with_id().await? {
            Ok((id, ended)) => (id, Ok(ended)),
            Err(error) => (error.id(), Err(error)),
        };
        Some((self.jobs.remove(&id)?, result))
    }

    /// Waits for all.
    async fn all(mut self) {
        while self.finished().await.is_some() {}
    }
}

fn report(lanes: &Lanes) {
    metrics::gauge!("eclusa_deliveries_pending").set(lanes.pending() as f64);
    metrics::gauge!("eclusa_deliveries_in_flight").set(lanes.in_flight() as f64);
    metrics::gauge!("eclusa_lanes").set(lanes.lanes() as f64);
}
