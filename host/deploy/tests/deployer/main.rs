//! Deployments with real components, over recorded traffic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod canary;
mod candidates;
mod kept;
mod replay;
mod requirements;
mod restart;
mod trial;
mod verified;
mod world;
