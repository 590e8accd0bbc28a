//! In which conversations a message is under way to its chat.

use std::collections::HashMap;
use std::sync::Arc;

use eclusa_journal::{Lane, Target};
use parking_lot::Mutex;
use tokio::sync::watch;

/// In which conversations a message is under way to its chat: from before the
/// request is made until its outcome is recorded. A chat may report such a message
/// as a new one before it has answered; who waits for [`UnderWay::over`] can tell
/// that it is ours.
#[derive(Debug, Default)]
pub struct UnderWay {
    /// What is dropped when it is over.
    lanes: Mutex<HashMap<Lane, watch::Sender<()>>>,
}

impl UnderWay {
    /// A message of this lane is under way until the answer is dropped. `None` for
    /// events to the platform.
    pub(crate) fn enter(self: &Arc<Self>, lane: &Lane) -> Option<Entered> {
        if lane.target != Target::Chat {
            return None;
        }
        self.lanes.lock().insert(lane.clone(), watch::Sender::new(()));
        Some(Entered { under_way: Arc::clone(self), lane: lane.clone() })
    }

    /// What is under way in a conversation now, if anything is.
    pub fn now(&self, channel: &str, conversation: &str) -> Option<Over> {
        let lanes = self.lanes.lock();
        if lanes.is_empty() {
            return None;
        }
        let lane = Lane {
            target: Target::Chat,
            channel: channel.to_owned(),
            conversation: conversation.to_owned(),
        };
        lanes.get(&lane).map(|sender| Over(sender.subscribe()))
    }
}

/// Waits until the message that was under way is recorded.
#[derive(Debug)]
pub struct Over(watch::Receiver<()>);

impl Over {
    /// Returns when it is over. Another one of the conversation may be under way
    /// then.
    pub async fn wait(mut self) {
        // Nothing is ever sent: it ends when the sender is dropped.
        while self.0.changed().await.is_ok() {}
    }
}

/// A message is under way.
#[derive(Debug)]
pub(crate) struct Entered {
    under_way: Arc<UnderWay>,
    lane: Lane,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.under_way.lanes.lock().remove(&self.lane);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn lane(target: Target, conversation: &str) -> Lane {
        Lane { target, channel: "shop".to_owned(), conversation: conversation.to_owned() }
    }

    #[tokio::test]
    async fn who_waits_goes_on_when_it_is_over() {
        let under_way = Arc::new(UnderWay::default());
        assert!(under_way.now("shop", "c1").is_none());
        let entered = under_way.enter(&lane(Target::Chat, "c1")).unwrap();
        let over = under_way.now("shop", "c1").unwrap();
        for (channel, conversation) in [("shop", "c2"), ("other", "c1")] {
            assert!(under_way.now(channel, conversation).is_none());
        }
        let waiting = tokio::spawn(over.wait());
        let next = under_way.now("shop", "c1").unwrap();
        drop(entered);
        waiting.await.unwrap();
        next.wait().await;
        assert!(under_way.now("shop", "c1").is_none());
        // A push to the platform is no message to the chat.
        assert!(under_way.enter(&lane(Target::Platform, "c1")).is_none());
    }
}
