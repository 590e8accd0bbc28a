//! Who is let in, and what they may do.

mod failures;
mod last_use;
mod permission;
mod text;
mod tokens;

pub(crate) use permission::Permission;
pub(crate) use text::{new_token, random_hex};
pub(crate) use tokens::Tokens;

/// Who makes a request: the name of the token.
#[derive(Debug, Clone)]
pub(crate) struct Actor(pub(crate) String);

#[cfg(test)]
mod tokens_test;
