//! Random lanes, failures, slow destinations, stops and crashes.

use std::sync::Arc;
use std::time::Duration;

use eclusa_journal::{Journal, LetterFilter, Letters, MemoryJournal, Window};
use proptest::prelude::*;

use super::world::{Planned, Script, World, crash, in_simulated_time, reopen, start, submit_to};

#[derive(Debug, Clone, Copy)]
enum Step {
    Submit(Planned),
    Wait(u64),
    Stop,
    Crash,
}

fn script() -> impl Strategy<Value = Script> {
    (prop_oneof![3 => Just(0_u32), 1 => 1_u32..5], prop::bool::weighted(0.1), 0_u64..3000)
        .prop_map(|(failures, refuses, takes)| Script { failures, refuses, takes })
}

fn submit() -> impl Strategy<Value = Step> {
    ((0_u8..3, 0_u8..4), script()).prop_map(Step::Submit)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        20 => submit(),
        4 => (0_u64..5000).prop_map(Step::Wait),
        1 => Just(Step::Stop),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..80)
}

async fn scenario(steps: Vec<Step>) {
    let world = World::new();
    let mut journal = Arc::new(MemoryJournal::new());
    let mut relay = start(&journal, &world).await;
    let mut crashed = false;
    for step in steps {
        match step {
            Step::Submit((key, script)) => {
                let index = {
                    let mut plan = world.plan.lock();
                    plan.push((key, script));
                    plan.len() - 1
                };
                submit_to(&journal, key, index).await;
            }
            Step::Wait(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Step::Stop => {
                relay.stop().await;
                assert!(world.seen.lock().in_flight.values().all(|count| *count == 0));
                journal = reopen(journal).await;
                relay = start(&journal, &world).await;
            }
            Step::Crash => {
                crashed = true;
                crash(relay).await;
                journal = reopen(journal).await;
                world.forget_in_flight();
                relay = start(&journal, &world).await;
            }
        }
    }
    let planned = world.plan.lock().clone();
    let mut finished = world.finished.subscribe();
    finished.wait_for(|count| *count == planned.len()).await.unwrap();
    relay.stop().await;

    check(&world, &planned, crashed);
    let refused = planned.iter().filter(|(_, script)| script.refuses).count();
    let letters = journal.letters(LetterFilter::default(), Window::newest(500)).await.unwrap();
    assert_eq!(letters.len(), refused);
    let mut left = reopen(journal).await.take_deliveries().unwrap();
    assert!(left.try_recv().is_none(), "something is left in the journal");
}

/// What the destinations must have seen once all is delivered.
fn check(world: &World, planned: &[Planned], crashed: bool) {
    let seen = world.seen.lock();
    assert!(seen.broken.is_empty(), "{:?}", seen.broken);
    for (index, (key, script)) in planned.iter().enumerate() {
        let begun = seen.begun.get(&index).copied().unwrap_or(0);
        if crashed {
            assert!(begun > script.failures, "message {index} of {key:?} not delivered");
        } else {
            assert_eq!(begun, script.failures + 1, "attempts of message {index} of {key:?}");
            assert_eq!(seen.finished.get(&index), Some(&1), "message {index} of {key:?}");
        }
    }
    for (key, order) in &seen.order {
        // At the edge of a crash the same may come twice, but never an older one
        // after a younger one.
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(&sorted, order, "order of lane {key:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn every_message_arrives_in_its_lanes_order(steps in steps()) {
        in_simulated_time(scenario(steps));
    }
}
