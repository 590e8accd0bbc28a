//! Recorded traffic in two revisions of real components.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod busy;
mod replay;
mod report;
mod support;
