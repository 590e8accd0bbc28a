//! Lanes against a model that keeps everything in plain maps.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod around;
mod cases;
mod check;
mod parked;
mod step;
mod world;

use proptest::prelude::*;

use step::steps;
use world::World;

const TOTAL: usize = 5;
const CONCURRENT: usize = 2;
/// No limit but that of all; so many in a second; so many in a second within one
/// conversation.
const CHANNELS: [&str; 3] = ["calm", "paced", "slow-talker"];
const HOSTS: [&str; 2] = ["a:443", "b:443"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn order_limits_and_pauses_are_kept_and_nothing_is_stuck(steps in steps()) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
            world.start_all();
        }
        world.drain();
    }
}
