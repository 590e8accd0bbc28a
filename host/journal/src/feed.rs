//! What is to be handed on: first what was pending, then what comes.

use std::collections::VecDeque;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;

use crate::{Delivery, DeliveryChange};

/// What was pending when the deliveries were taken, a part at a time.
pub(crate) trait Backlog: Send {
    /// The next part, in the order accepted; empty at the end. Blocks.
    fn next(&mut self) -> Vec<Delivery>;
}

/// The deliveries that are not finished, in the order accepted, followed by each
/// change as it is committed, in the order of the commits. One whose record is
/// damaged is left out, and told of in the log.
///
/// What was pending is read as it is taken: a million of them are never in memory
/// at once.
pub struct Deliveries {
    backlog: Pending,
    read: VecDeque<Delivery>,
    live: UnboundedReceiver<DeliveryChange>,
}

enum Pending {
    Idle(Box<dyn Backlog>),
    /// Here it stays where a caller stops waiting.
    Reading(JoinHandle<(Box<dyn Backlog>, Vec<Delivery>)>),
    Over,
}

impl std::fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deliveries").finish_non_exhaustive()
    }
}

impl Deliveries {
    pub(crate) fn new(backlog: Box<dyn Backlog>, live: UnboundedReceiver<DeliveryChange>) -> Self {
        Self { backlog: Pending::Idle(backlog), read: VecDeque::new(), live }
    }

    /// Waits for changes and appends at most `limit` of them; how many they
    /// are, 0 once the journal is closed. Nothing is lost where the caller stops
    /// waiting. Needs a Tokio runtime.
    pub async fn recv_many(&mut self, into: &mut Vec<DeliveryChange>, limit: usize) -> usize {
        while self.read.is_empty() && !matches!(self.backlog, Pending::Over) {
            self.read_on().await;
        }
        if self.read.is_empty() {
            return self.live.recv_many(into, limit).await;
        }
        let count = limit.min(self.read.len());
        into.extend(self.read.drain(..count).map(DeliveryChange::Put));
        count
    }

    /// Waits for the next change; `None` once the journal is closed.
    pub async fn recv(&mut self) -> Option<DeliveryChange> {
        let mut one = Vec::with_capacity(1);
        self.recv_many(&mut one, 1).await;
        one.pop()
    }

    /// A change that is there. Reading what was pending blocks.
    pub fn try_recv(&mut self) -> Option<DeliveryChange> {
        if let Pending::Idle(backlog) = &mut self.backlog
            && self.read.is_empty()
        {
            self.read.extend(backlog.next());
            if self.read.is_empty() {
                self.backlog = Pending::Over;
            }
        }
        match (self.read.pop_front(), &self.backlog) {
            (Some(delivery), _) => Some(DeliveryChange::Put(delivery)),
            (None, Pending::Over) => self.live.try_recv().ok(),
            (None, _) => None,
        }
    }

    async fn read_on(&mut self) {
        if let Pending::Idle(_) = &self.backlog
            && let Pending::Idle(mut backlog) = std::mem::replace(&mut self.backlog, Pending::Over)
        {
            let read = tokio::task::spawn_blocking(move || {
                let part = backlog.next();
                (backlog, part)
            });
            self.backlog = Pending::Reading(read);
        }
        let Pending::Reading(read) = &mut self.backlog else { return };
        match read.await {
            Ok((backlog, part)) if !part.is_empty() => {
                self.read.extend(part);
                self.backlog = Pending::Idle(backlog);
            }
            Ok(_) => self.backlog = Pending::Over,
            Err(error) => {
                tracing::error!(%error, "reading what is pending broke; a restart reads it");
                self.backlog = Pending::Over;
            }
        }
    }
}
