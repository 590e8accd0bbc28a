//! Where requests may go: hostile URLs and hostile answers of the DNS, over real
//! sockets where a connection matters.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod allowed;
mod dns;
mod support;
mod urls;
