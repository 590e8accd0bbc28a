//! Adapters are deployed hot, with evidence, and taken back.

mod after_trial;
mod bad_calls;
mod canary;
mod candidates;
mod channels;
mod crash;
mod diff;
mod doors;
mod load;
mod outbound;
mod replay;
mod roles;
mod secrets;
mod swaps;
mod trial;
mod world;

use world::{NAME, Shop};
