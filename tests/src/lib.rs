//! The harness of the end-to-end tests: the real `eclusa` as a child process, and
//! chats and a platform on real sockets around it. Nothing of Eclusa is replaced.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test harness fails by panicking"
)]

mod answer;
mod artifacts;
mod axe;
mod browser;
mod channel;
mod chat;
mod chromium;
mod cli;
mod client;
mod compiled;
mod delivery;
mod deploy;
mod eclusa;
mod fake;
mod process;
mod samples;
mod search;
mod setup;
mod wait;

pub use answer::Answer;
pub use artifacts::{adapter_file, binary, hostile_file};
pub use axe::Barrier;
pub use browser::{Browser, own};
pub use channel::Channel;
pub use chat::Chat;
pub use chromium::Chromium;
pub use cli::Ended;
pub use client::Event;
pub use delivery::delivery;
pub use deploy::sha256;
pub use eclusa::Eclusa;
pub use fake::{
    FakeChat, FakeCollector, FakePlatform, Reply, Request, TracedSpan, Unreachable,
    is_of_attendance, shop,
};
pub use samples::{Sample, body_text, receive_samples, send_samples};
pub use search::Search;
pub use setup::Setup;
pub use wait::{DEADLINE, eventually, join_all};
