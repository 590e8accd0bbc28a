//! Records pauses, one after another, however often the journal refuses.

use std::sync::Arc;

use eclusa_journal::registry::AuditEntry;
use eclusa_journal::{Destination, Journal, Pause};
use tokio::sync::{mpsc, oneshot};

use super::worker::wait_for;

/// A pause that begins, or ends.
pub(super) struct Record {
    pub(super) destination: Destination,
    pub(super) pause: Option<Pause>,
    /// Who did it.
    pub(super) audit: AuditEntry,
    /// Told when it is on the disk.
    pub(super) done: Option<oneshot::Sender<()>>,
}

/// Runs until nobody sends any more and all is recorded. While the relay stops,
/// what the journal does not take is given up: a pause that is lost is found
/// again, or asked for again by who was not answered.
pub(super) async fn run(
    journal: Arc<dyn Journal>,
    mut records: mpsc::UnboundedReceiver<Record>,
    stopped: tokio::sync::watch::Receiver<bool>,
) {
    while let Some(Record { destination, pause, audit, done }) = records.recv().await {
        let mut tries = 0;
        loop {
            match journal.set_pause(destination.clone(), pause.clone(), audit.clone()).await {
                Ok(()) => {
                    if let Some(done) = done {
                        // Who asked may have gone.
                        let _ = done.send(());
                    }
                    break;
                }
                Err(error) => {
                    tries += 1;
                    tracing::error!(%destination, %error, "a pause cannot be recorded");
                    if *stopped.borrow() {
                        break;
                    }
                    tokio::time::sleep(wait_for(&error, tries)).await;
                }
            }
        }
    }
}
