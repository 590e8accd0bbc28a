//! A call as people can run it: in a shell, in JavaScript, in Python.

mod call;
mod javascript;
mod python;
mod shell;

pub(crate) use call::{Algorithm, Call, Piece, Signing, Text};
pub(crate) use javascript::javascript;
pub(crate) use python::python;
pub(crate) use shell::shell;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#[path = "test.rs"]
mod tests;
