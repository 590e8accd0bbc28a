//! Revisions of adapters: checks, evidence, going live and back.

pub mod shadow;
pub mod watch;
