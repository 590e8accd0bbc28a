//! Echoes: chats that report what was sent through Eclusa as a new message.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use eclusa_model::Event;
use eclusa_relay::UnderWay;
use metrics::counter;
use parking_lot::Mutex;
use tokio::sync::{Mutex as Queue, OwnedMutexGuard};
use tokio::time::Instant;

/// How long an incoming message waits for the answer to one that is under way in
/// its conversation. Chats give a webhook 3 seconds or more.
const LONGEST: Duration = Duration::from_secs(2);

/// A conversation by channel and name.
type Conversation = (String, String);

/// Lets messages wait while one of ours is under way in their conversations: until
/// the chat has answered it, nobody knows whether they are the same.
///
/// A chat that answers only after its report was taken is not waited for longer
/// than two seconds; the report is a new message then.
pub(crate) struct Echoes {
    under_way: Arc<UnderWay>,
    /// The conversations in which somebody waits, or is being recorded after that.
    queues: Mutex<HashMap<Conversation, Arc<Queue<()>>>>,
}

impl Echoes {
    /// Nobody waits yet.
    pub(crate) fn new(under_way: Arc<UnderWay>) -> Self {
        Self { under_way, queues: Mutex::default() }
    }

    /// Waits until the events of a request can be recorded: until it is known of each
    /// message whether it is one of ours, and until whoever came before it in one of
    /// its conversations is through. Keep the turn until they are recorded.
    pub(crate) async fn turn(&self, channel: &str, events: &[Event]) -> Turn<'_> {
        let deadline = Instant::now() + LONGEST;
        // Whether there is a message among the events of a conversation.
        let mut conversations: BTreeMap<&str, bool> = BTreeMap::new();
        for event in events {
            if let Some(name) = event.conversation() {
                let message = matches!(event, Event::Message(_));
                *conversations.entry(name).or_default() |= message;
            }
        }
        let mut turn = self.enter(channel, &conversations);
        if turn.places.is_empty() {
            return turn;
        }
        counter!("eclusa_ingress_waits_total", "channel" => channel.to_owned()).increment(1);
        for (_, place) in &mut turn.places {
            place.reached().await;
        }
        let messages = conversations.iter().filter(|(_, message)| **message);
        let of_ours: Vec<_> =
            messages.filter_map(|(name, _)| self.under_way.now(channel, name)).collect();
        let all = async {
            for over in of_ours {
                over.wait().await;
            }
        };
        if tokio::time::timeout_at(deadline, all).await.is_err() {
            tracing::debug!(channel, "a message of ours is still under way in the conversation");
        }
        turn
    }

    /// Queues in all conversations where it has to wait in one of them: its events stay
    /// together. In all at once, so that two requests do not wait for each other.
    fn enter(&self, channel: &str, conversations: &BTreeMap<&str, bool>) -> Turn<'_> {
        let mut queues = self.queues.lock();
        let key = |name: &str| (channel.to_owned(), name.to_owned());
        let waits = conversations.iter().any(|(name, message)| {
            *message && self.under_way.now(channel, name).is_some()
                || !queues.is_empty() && queues.contains_key(&key(name))
        });
        let mut places = Vec::new();
        if waits {
            for name in conversations.keys() {
                let queue = queues.entry(key(name)).or_default();
                places.push((key(name), Place::last(Arc::clone(queue))));
            }
        }
        Turn { echoes: self, places }
    }
}

/// A request's turn in its conversations, where it had to wait.
pub(crate) struct Turn<'a> {
    echoes: &'a Echoes,
    places: Vec<(Conversation, Place)>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queues = self.echoes.queues.lock();
        for (key, place) in self.places.drain(..) {
            drop(place);
            // Only the table knows it.
            if queues.get(&key).is_some_and(|queue| Arc::strong_count(queue) == 1) {
                queues.remove(&key);
            }
        }
    }
}

/// A place in a queue, given up where it is dropped.
enum Place {
    Waiting(Pin<Box<dyn Future<Output = OwnedMutexGuard<()>> + Send>>),
    Reached { _guard: OwnedMutexGuard<()> },
}

impl Place {
    /// Behind all that are in the queue now.
    fn last(queue: Arc<Queue<()>>) -> Self {
        let mut waiting: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(queue.lock_owned());
        // It stands in the queue once it was asked.
        match waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(guard) => Self::Reached { _guard: guard },
            Poll::Pending => Self::Waiting(waiting),
        }
    }

    /// Returns when it is the first.
    async fn reached(&mut self) {
        if let Self::Waiting(waiting) = self {
            *self = Self::Reached { _guard: waiting.await };
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    type Names<'a> = BTreeMap<&'a str, bool>;

    fn echoes() -> Echoes {
        Echoes::new(Arc::default())
    }

    /// As if a message of ours were under way there.
    fn waits_in(echoes: &Echoes, name: &str) -> OwnedMutexGuard<()> {
        let key = ("shop".to_owned(), name.to_owned());
        let queue = Arc::clone(echoes.queues.lock().entry(key).or_default());
        queue.try_lock_owned().unwrap()
    }

    async fn is_waiting(turn: &mut Turn<'_>) -> bool {
        let all = async {
            for (_, place) in &mut turn.places {
                place.reached().await;
            }
        };
        tokio::select! {
            biased;
            () = all => false,
            () = tokio::task::yield_now() => true,
        }
    }

    #[tokio::test]
    async fn who_came_first_is_first_in_all_conversations() {
        let echoes = echoes();
        let busy = waits_in(&echoes, "c1");
        let mut both = echoes.enter("shop", &Names::from([("c1", true), ("c2", true)]));
        // Nothing of ours is under way there, but an older request waits.
        let mut last = echoes.enter("shop", &Names::from([("c2", false)]));
        let places = [&both, &last].map(|turn| turn.places.len());
        assert_eq!(places, [2, 1]);
        for (channel, name) in [("other", "c1"), ("shop", "c3")] {
            assert!(echoes.enter(channel, &Names::from([(name, true)])).places.is_empty());
        }
        assert!(is_waiting(&mut both).await && is_waiting(&mut last).await);
        drop(busy);
        assert!(!is_waiting(&mut both).await);
        assert!(is_waiting(&mut last).await);
        drop(both);
        assert!(!is_waiting(&mut last).await);
        drop(last);
        assert!(echoes.queues.lock().is_empty());
    }

    #[tokio::test]
    async fn who_gives_up_lets_nobody_overtake() {
        let echoes = echoes();
        let busy = waits_in(&echoes, "c1");
        let names = Names::from([("c1", true)]);
        let second = echoes.enter("shop", &names);
        let mut third = echoes.enter("shop", &names);
        drop(second);
        assert!(is_waiting(&mut third).await);
        drop(busy);
        assert!(!is_waiting(&mut third).await);
    }
}
