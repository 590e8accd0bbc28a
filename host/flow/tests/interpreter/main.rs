//! The interpreter of flows, held against a second one over conversations made up at
//! random, and its opening times against clocks written by hand.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod choice;
mod conversations;
mod generate;
mod hours;
mod model;
mod walls;
