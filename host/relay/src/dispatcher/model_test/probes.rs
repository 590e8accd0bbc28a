//! A chat that says that it is gone, and comes back after some hours.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use eclusa_journal::{DeliveryBody, Journal, Lane, MemoryJournal};
use eclusa_model::{Content, Problem};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::world::{PER_DESTINATION, World, in_simulated_time, submit_to};
use crate::delivery::{Carried, Carrier, NotSent, Policy, Recorder};

/// It answers after a moment, and remembers when it was asked and what it took.
struct Chat {
    gone: AtomicBool,
    policy: Policy,
    asked: Mutex<Vec<Instant>>,
    taken: Mutex<Vec<usize>>,
}

#[async_trait]
impl Carrier for Chat {
    async fn carry(&self, _: &Lane, body: DeliveryBody) -> Result<Carried, NotSent> {
        let DeliveryBody::Message { message, .. } = body else { panic!("no message") };
        let Content::Text(text) = &message.content else { panic!("no text") };
        let number: usize = text.body.parse().unwrap();
        self.asked.lock().push(Instant::now());
        // Those that go out together end one after another.
        tokio::time::sleep(Duration::from_millis(20 + number as u64)).await;
        let recorder = Recorder::start(self.policy.clock.now_ms(), None);
        if self.gone.load(Ordering::SeqCst) {
            return Ok(recorder.gone(&self.policy, Problem::refused("gone", "gone")));
        }
        self.taken.lock().push(number);
        Ok(recorder.done(None))
    }
}

/// One probe after another, ever more seldom, however many were under way when it was
/// paused; the first success ends the pause, without a person.
#[test]
fn a_chat_that_is_gone_is_probed_until_it_is_back() {
    in_simulated_time(async {
        let world = World::new();
        let journal = Arc::new(MemoryJournal::new());
        let messages = 2 * PER_DESTINATION;
        for index in 0..messages {
            submit_to(&journal, (0, (index % PER_DESTINATION) as u8), index).await;
        }
        let chat = Arc::new(Chat {
            gone: AtomicBool::new(true),
            policy: world.policy.clone(),
            asked: Mutex::default(),
            taken: Mutex::default(),
        });
        let start = Instant::now();
        let relay = world.start_with(&journal, chat.clone()).await.unwrap();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let minutes = |asked: &Vec<Instant>| -> Vec<u64> {
            asked.iter().map(|at| at.duration_since(start).as_secs() / 60).collect()
        };
        assert_eq!(minutes(&chat.asked.lock()), [0, 0, 0, 1, 2, 4, 8, 16, 32]);
        assert_eq!(journal.pauses().await.unwrap().len(), 1);
        chat.gone.store(false, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let asked = minutes(&chat.asked.lock());
        assert_eq!(asked[9..], [64; 6]);
        assert_eq!(journal.pauses().await.unwrap(), []);
        relay.stop().await;
        let mut taken = chat.taken.lock().clone();
        for conversation in 0..PER_DESTINATION {
            let order = taken.iter().filter(|number| **number % PER_DESTINATION == conversation);
            assert!(order.is_sorted(), "{taken:?}");
        }
        taken.sort_unstable();
        assert_eq!(taken, (0..messages).collect::<Vec<_>>());
    });
}
