//! Single cases that random ones would meet too seldom.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use eclusa_journal::{DeliveryBody, DeliveryChange, Journal, Lane, MemoryJournal, Target};
use tokio::sync::watch;
use tokio::time::Instant;

use super::world::{Planned, Script, Visitor, World, in_simulated_time, reopen, start, submit_to};
use crate::delivery::{Carried, Carrier, NotSent, Recorder};
use crate::dispatcher::StartError;

/// One conversation fails for as long as it may; no other one waits for it, not
/// for a moment of simulated time.
#[test]
fn a_failing_lane_holds_only_itself() {
    in_simulated_time(async {
        let world = World::new();
        let journal = Arc::new(MemoryJournal::new());
        let failing = Script { failures: 20, refuses: false, takes: 0 };
        let healthy = Script { failures: 0, refuses: false, takes: 0 };
        let mut plan = vec![((0, 0), failing), ((0, 0), healthy)];
        for lane in [(0, 1), (0, 2), (1, 0), (2, 3)] {
            plan.extend([(lane, healthy); 10]);
        }
        world.plan.lock().clone_from(&plan);
        for (index, (key, _)) in plan.iter().enumerate() {
            submit_to(&journal, *key, index).await;
        }
        let before = Instant::now();
        let relay = start(&journal, &world).await;
        let mut finished = world.finished.subscribe();
        finished.wait_for(|count| *count == 40).await.unwrap();
        assert_eq!(before.elapsed(), Duration::ZERO);
        assert!(!world.seen.lock().order.contains_key(&(0, 0)));
        finished.wait_for(|count| *count == 42).await.unwrap();
        assert_eq!(world.seen.lock().order[&(0, 0)], [0, 1]);
        relay.stop().await;
    });
}

/// A channel whose destination hangs uses up its own share, not the others'.
#[test]
fn a_hanging_destination_leaves_room_for_others() {
    in_simulated_time(async {
        let world = World::new();
        let journal = Arc::new(MemoryJournal::new());
        let hanging = Script { failures: 0, refuses: false, takes: 3_600_000 };
        let quick = Script { failures: 0, refuses: false, takes: 1 };
        let mut plan: Vec<Planned> = (0..4).map(|lane| ((0, lane), hanging)).collect();
        plan.extend((0..40).map(|index| ((1, index % 4), quick)));
        world.plan.lock().clone_from(&plan);
        for (index, (key, _)) in plan.iter().enumerate() {
            submit_to(&journal, *key, index).await;
        }
        let before = Instant::now();
        let relay = start(&journal, &world).await;
        world.finished.subscribe().wait_for(|count| *count == 40).await.unwrap();
        // 40 messages in 4 lanes, 3 at a time, a millisecond each.
        assert!(before.elapsed() < Duration::from_secs(1));
        relay.stop().await;
    });
}

/// A delivery that is due later waits for exactly that time, over a restart too.
#[test]
fn a_due_time_survives_a_restart() {
    in_simulated_time(async {
        let world = World::new();
        let journal = Arc::new(MemoryJournal::new());
        let script = Script { failures: 1, refuses: false, takes: 0 };
        world.plan.lock().push(((0, 0), script));
        submit_to(&journal, (0, 0), 0).await;
        let relay = start(&journal, &world).await;
        while world.seen.lock().ended.is_empty() {
            tokio::task::yield_now().await;
        }
        relay.stop().await;
        let journal = reopen(journal).await;
        let due_at_ms = {
            let mut deliveries = journal.take_deliveries().unwrap();
            let Some(DeliveryChange::Put(delivery)) = deliveries.try_recv() else { panic!("none") };
            assert_eq!((delivery.attempts, delivery.lane.target), (1, Target::Chat));
            delivery.due_at_ms
        };
        let journal = reopen(journal).await;
        let relay = start(&journal, &world).await;
        world.finished.subscribe().wait_for(|count| *count == 1).await.unwrap();
        assert_eq!(world.policy.clock.now_ms(), due_at_ms);
        relay.stop().await;
    });
}

/// An attempt that panics is made again; nobody else notices.
#[test]
fn a_panic_holds_its_lane_only() {
    in_simulated_time(async {
        struct Panics(AtomicU32, watch::Sender<u32>);
        #[async_trait]
        impl Carrier for Panics {
            async fn carry(&self, _: &Lane, _: DeliveryBody) -> Result<Carried, NotSent> {
                let call = self.0.fetch_add(1, Ordering::Relaxed);
                assert!(call > 0, "the first attempt breaks");
                self.1.send_modify(|count| *count += 1);
                Ok(Recorder::start(0, None).done(None))
            }
        }
        let world = World::new();
        let journal = Arc::new(MemoryJournal::new());
        submit_to(&journal, (0, 0), 0).await;
        submit_to(&journal, (1, 0), 1).await;
        let (done, mut count) = watch::channel(0);
        let chat = Arc::new(Panics(AtomicU32::new(0), done));
        let relay = world.start_with(&journal, chat).await.unwrap();
        count.wait_for(|count| *count == 2).await.unwrap();
        relay.stop().await;
        let mut left = reopen(journal).await.take_deliveries().unwrap();
        assert!(left.try_recv().is_none());
    });
}

/// The journal's deliveries can be had once.
#[test]
fn a_second_relay_does_not_start() {
    in_simulated_time(async {
        let world = World::new();
        let journal = Arc::new(MemoryJournal::new());
        let relay = start(&journal, &world).await;
        let second = world.start_with(&journal, Arc::new(Visitor(Arc::clone(&world)))).await;
        assert!(matches!(second.err(), Some(StartError::DeliveriesTaken)));
        relay.stop().await;
    });
}
