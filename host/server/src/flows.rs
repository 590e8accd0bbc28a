//! Goes on with flows when time brings something: reminders and idle closes.

use std::sync::Arc;
use std::time::Duration;

use eclusa_journal::{Flows, LONGEST_ADVANCE};
use eclusa_relay::Clock;
use tokio::sync::watch;

/// How often it is looked whether something is due. Idle rules count in seconds; looking
/// costs one step into an index.
const LOOK: Duration = Duration::from_secs(1);

/// Goes on with what is due until the server stops. What was due while it stood still is
/// done at the start, once.
pub(crate) async fn run(
    flows: Arc<dyn Flows>,
    clock: Arc<dyn Clock>,
    push: bool,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        if let Err(error) = advance(&*flows, &*clock, push, &stopped).await {
            tracing::error!(%error, "flows could not go on; it is tried again");
        }
        if tokio::time::timeout(LOOK, stopped.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}

/// Goes on with all that is due, some attendances at a time, so that the writer is free
/// for others in between.
async fn advance(
    flows: &dyn Flows,
    clock: &dyn Clock,
    push: bool,
    stopped: &watch::Receiver<bool>,
) -> Result<(), eclusa_journal::JournalError> {
    let mut due = flows.flows_due().await?;
    while due.is_some_and(|due| due <= clock.now_ms()) && !*stopped.borrow() {
        let advanced = flows.advance_flows(LONGEST_ADVANCE, push).await?;
        if advanced.count == 0 {
            break;
        }
        due = advanced.next_due_ms;
    }
    Ok(())
}
