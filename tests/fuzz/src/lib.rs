//! What must hold for any bytes. Each target is a function that panics where it
//! does not; `make fuzz` looks for such bytes, and a test of this crate replays
//! the corpus that it has gathered.
//!
//! Nothing in here may depend on the engine: the fuzzer compiles all of it anew,
//! with instrumentation.

#![allow(clippy::panic, reason = "a target tells by panicking")]

mod adapters;
mod canonical;
mod depth;
mod json;
mod manifest;
mod receive;
mod request;
mod send;
mod settle;
mod vcard;
mod verify;
mod wire;

/// A target: its name, which is that of its binary in `fuzz/fuzz_targets` and of
/// its folder in `tests/fuzz/corpus`, and what it does with the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 10] = [
    ("canonical", canonical::run),
    ("depth", depth::run),
    ("json", json::run),
    ("manifest", manifest::run),
    ("receive", receive::run),
    ("request", request::run),
    ("send", send::run),
    ("settle", settle::run),
    ("vcard", vcard::run),
    ("verify", verify::run),
];

/// Runs one target.
///
/// # Panics
/// Where the bytes break what must hold, or there is no such target.
pub fn run(target: &str, bytes: &[u8]) {
    let found = TARGETS.iter().find(|(name, _)| *name == target);
    let Some((_, function)) = found else { panic!("there is no target `{target}`") };
    function(bytes);
}
