//! Secrets on their way into requests, and kept out of everything else.
//!
//! An adapter writes `{secret:NAME}` where a secret is to stand; the host puts
//! the value in after the call ([`fill`]). Text of a message that looks like a
//! placeholder stays text (`shield`), and a secret that comes back in a response
//! is taken out before an adapter or a person sees it ([`Scrubber`]).

mod fill;
mod mask;
mod scrub;
mod shield;
mod template;

#[cfg(test)]
mod shield_test;

pub use fill::fill;
pub use scrub::Scrubber;
pub(crate) use shield::{Filling, Shield, Untrusted};
