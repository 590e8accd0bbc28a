//! The dispatcher against a model, in simulated time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod cases;
mod outage;
mod probes;
mod scenario;
pub(in crate::dispatcher) mod world;
