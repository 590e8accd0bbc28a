//! The loop that keeps lanes moving.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use eclusa_journal::{Deliveries, DeliveryChange};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use super::lanes::{Capacity, Job, Lanes, Next};
use super::worker::Worker;

/// How many deliveries are taken over at once, so that those under way are
/// looked after in between.
const BATCH: usize = 1024;

/// Longest sleep: the clock on the wall may be set while we sleep.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// How long a lane waits whose attempt panicked.
const AFTER_PANIC: Duration = Duration::from_secs(60);

/// Runs until it is stopped and nothing is under way any more.
pub(super) async fn run(
    mut deliveries: Deliveries,
    worker: Arc<Worker>,
    capacity: Capacity,
    mut stopped: watch::Receiver<bool>,
) {
    let mut lanes = Lanes::new(capacity);
    let mut under_way = UnderWay::default();
    let mut batch = Vec::with_capacity(BATCH);
    let mut open = true;
    let mut held: u64 = 0;
    loop {
        let stopping = *stopped.borrow_and_update();
        if stopping && under_way.is_empty() {
            break;
        }
        let now_ms = worker.policy.clock.now_ms();
        while !stopping && let Some(job) = lanes.next(now_ms) {
            under_way.start(job, Arc::clone(&worker));
        }
        report(&lanes);
        let sleep = lanes.next_due().map_or(LONGEST_SLEEP, |due_at_ms| {
            let wait = u64::try_from(due_at_ms.saturating_sub(now_ms)).unwrap_or(0);
            // At least one millisecond: what is due but has no room is woken by
            // whatever makes room.
            Duration::from_millis(wait.max(1)).min(LONGEST_SLEEP)
        });
        tokio::select! {
            Some((job, next)) = under_way.finished() => {
                let next = next.unwrap_or_else(|error| {
                    tracing::error!(delivery = job.id, %error, "an attempt panicked");
                    worker.again(AFTER_PANIC)
                });
                lanes.finished(&job, next, worker.policy.clock.now_ms());
            }
            count = deliveries.recv_many(&mut batch, BATCH), if open && !stopping => {
                open = count > 0;
                for change in batch.drain(..) {
                    // Nothing is held yet, so nothing that was held is removed.
                    let DeliveryChange::Put(delivery) = change else { continue };
                    if worker.carriers.for_target(delivery.lane.target).is_some() {
                        lanes.push(delivery, now_ms);
                    } else {
                        held += 1;
                        if held == 1 {
                            tracing::warn!(
                                "events wait to be pushed, but no platform is configured; they \
                                 are held until the next start with one"
                            );
                        }
                        metrics::gauge!("eclusa_deliveries_held").set(held as f64);
                    }
                }
            }
            changed = stopped.changed(), if !stopping => {
                if changed.is_err() {
                    // Nobody is left who could stop us or wait for us.
                    tracing::debug!("the relay's handle is gone");
                    return under_way.all().await;
                }
            }
            () = tokio::time::sleep(sleep), if !stopping => {}
        }
    }
    report(&lanes);
}

/// Attempts under way.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<Next>,
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
    async fn finished(&mut self) -> Option<(Job, Result<Next, JoinError>)> {
        let (id, result) = match self.tasks.join_next_with_id().await? {
            Ok((id, next)) => (id, Ok(next)),
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
