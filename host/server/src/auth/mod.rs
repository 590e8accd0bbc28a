//! Who is let in, and what they may do.

mod admit;
mod attempts;
mod failures;
mod last_use;
mod permission;
mod same_origin;
mod sessions;
mod sign_in;
mod signed_in;
mod text;
mod tokens;

pub(crate) use admit::admit;
pub(crate) use permission::Permission;
pub(crate) use same_origin::{Foreign, check as check_origin};
pub(crate) use sessions::{SessionLimits, Sessions};
pub(crate) use sign_in::{SignIns, Unwelcome};
pub(crate) use signed_in::{SignedIn, no_session_cookie, session_cookie, session_id};
pub(crate) use text::{new_token, random_hex};
pub(crate) use tokens::{Tokens, role_name};

/// Who makes a request: the name of the token.
#[derive(Debug, Clone)]
pub(crate) struct Actor(pub(crate) String);

#[cfg(test)]
mod tokens_test;
