//! Messages cross Eclusa both ways: the real binary, the real adapters, and chats
//! and a platform on real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod attendances;
mod backup;
mod bad_calls;
mod bad_requests;
mod console;
mod delivery;
mod deploy;
mod documentation;
mod flows;
mod guard;
mod hold;
mod hostile;
mod inbound;
mod incoming;
mod ingress_key;
mod letters;
mod outbound;
mod pause;
mod repeated;
mod restart;
mod scrub;
mod secrets;
mod statuses;
mod traces;
