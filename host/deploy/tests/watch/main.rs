//! A real folder, and what its watcher says of it. "No news" is shown by what
//! comes next: a file saved later.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod flow;
mod links;
mod moved;
mod odd;
mod saving;
mod start;
mod support;
mod unannounced;
