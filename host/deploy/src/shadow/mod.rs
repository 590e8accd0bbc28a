//! What recorded traffic becomes in two revisions of an adapter.
//!
//! ```text
//! Traffic ── baseline  ──▶ Answer ─┐
//!         └─ candidate ──▶ Answer ─┴─ difference ──▶ groups, counts, times
//! ```
//!
//! Where is what:
//! - calls: `rehearse`, `answer`, `replay`;
//! - what differs: `json`, `path`, `align`, `difference`;
//! - the report: `compare`, `tally`, `groups`, `failure`, `mask`, `latency`;
//! - what follows from it: `verdict`.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "a test fails by panicking"
    )
)]

mod align;
mod answer;
mod compare;
mod difference;
mod failure;
mod groups;
mod json;
mod latency;
mod mask;
mod path;
mod rehearse;
mod replay;
mod tally;
mod verdict;

pub use answer::{Answer, comparable};
pub use compare::{Traffic, compare_channel};
pub use difference::{Difference, difference};
pub use failure::in_own_words;
pub use replay::{replay_message, replay_request, replay_response};
pub use verdict::{Slower, slower};
