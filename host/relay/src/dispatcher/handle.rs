//! What others ask of a running relay.

use std::collections::BTreeMap;
use std::sync::Arc;

use eclusa_journal::{Clock, Destination, Journal, Lane, Pause, rfc3339};
use tokio::sync::{mpsc, oneshot, watch};

use super::lanes::LaneView;
use crate::Channels;
use crate::gate::Gate;
use crate::secrets::Scrubber;
use crate::waiting::{WaitingLane, WaitingPage};

/// The most lanes of one page.
pub(super) const MOST_LANES: usize = 500;

/// Something that is asked of the dispatcher.
pub(super) enum Command {
    Pause { destination: Destination, pause: Pause, done: oneshot::Sender<()> },
    Resume { destination: Destination, by: String, done: oneshot::Sender<()> },
    One { lane: Lane, answer: oneshot::Sender<View> },
    Page { channel: String, from: usize, limit: usize, answer: oneshot::Sender<View> },
}

/// Lanes as they were at a moment of the dispatcher's own time.
#[derive(Debug)]
pub(super) struct View {
    pub(super) lanes: Vec<LaneView>,
    pub(super) next: Option<usize>,
    pub(super) now_ms: i64,
}

/// The relay has stopped, or stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the relay has stopped")]
pub struct RelayStopped;

/// Asks things of a running relay. Cheap to clone.
#[derive(Clone)]
pub struct RelayHandle {
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) pauses: watch::Receiver<Arc<BTreeMap<Destination, Pause>>>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) channels: Arc<dyn Channels>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) gate: Gate,
}

impl RelayHandle {
    /// Pauses a destination, in the name of a person: nothing goes out until it is
    /// resumed. What is under way is finished. When this returns, it is on the
    /// disk. Returns the pause that stands then; `None` where somebody has resumed
    /// the destination meanwhile, or it is a channel that was deleted.
    ///
    /// # Errors
    /// When the relay has stopped.
    pub async fn pause(
        &self,
        destination: Destination,
        by: String,
        reason: String,
    ) -> Result<Option<Pause>, RelayStopped> {
        let since = rfc3339(self.clock.now_ms());
        let pause = Pause { since, code: "operator".to_owned(), reason, by };
        let asked = destination.clone();
        self.ask(|done| Command::Pause { destination: asked, pause, done }).await?;
        Ok(self.pause_of(&destination))
    }

    /// Resumes a destination, in the name of a person; one that is not paused stays as
    /// it is. When this returns, it is on the disk.
    ///
    /// # Errors
    /// When the relay has stopped.
    pub async fn resume(&self, destination: Destination, by: String) -> Result<(), RelayStopped> {
        self.ask(|done| Command::Resume { destination, by, done }).await
    }

    /// The pause of a destination that stands, if one does. Answers at once.
    pub fn pause_of(&self, destination: &Destination) -> Option<Pause> {
        self.pauses.borrow().get(destination).cloned()
    }

    /// How many hosts are not spoken to at the moment, since they fail again and again.
    /// Answers at once.
    pub fn hosts_left_alone(&self) -> usize {
        self.gate.open()
    }

    /// Why a lane waits; `None` where nothing waits in it.
    ///
    /// # Errors
    /// When the relay has stopped.
    pub async fn waiting_in(&self, lane: Lane) -> Result<Option<WaitingLane>, RelayStopped> {
        let view = self.ask(|answer| Command::One { lane, answer }).await?;
        Ok(self.shown(view).await.lanes.pop())
    }

    /// Why the lanes of a channel wait: at most `limit` of them (500 at most), from
    /// the cursor of an earlier page on. A page may hold fewer, and be followed by
    /// more. Lanes that come and go between two pages may be missed.
    ///
    /// # Errors
    /// When the relay has stopped.
    pub async fn waiting(
        &self,
        channel: &str,
        from: usize,
        limit: usize,
    ) -> Result<WaitingPage, RelayStopped> {
        let (mut from, limit) = (from, limit.clamp(1, MOST_LANES));
        loop {
            let channel = channel.to_owned();
            let view = self.ask(|answer| Command::Page { channel, from, limit, answer }).await?;
            match view.next {
                // Nothing in this part.
                Some(next) if view.lanes.is_empty() => from = next,
                _ => return Ok(self.shown(view).await),
            }
        }
    }

    async fn shown(&self, view: View) -> WaitingPage {
        let wall_ms = self.clock.now_ms();
        // All lanes of a view are of one channel.
        let channel = view.lanes.first().map(|lane| lane.lane.channel.as_str());
        let channel = channel.and_then(|channel| self.channels.channel(channel));
        let scrubber = channel.map(|channel| Scrubber::new(&channel));
        let mut lanes = Vec::with_capacity(view.lanes.len());
        for lane in view.lanes {
            let at = |at_ms: i64| rfc3339(wall_ms.saturating_add(at_ms - view.now_ms));
            lanes.push(WaitingLane::new(lane, &*self.journal, scrubber.as_ref(), at).await);
        }
        WaitingPage { lanes, next: view.next }
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T, RelayStopped> {
        let (answer, answered) = oneshot::channel();
        self.commands.send(command(answer)).await.map_err(|_| RelayStopped)?;
        answered.await.map_err(|_| RelayStopped)
    }
}

impl std::fmt::Debug for RelayHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RelayHandle").finish_non_exhaustive()
    }
}
