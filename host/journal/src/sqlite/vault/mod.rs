//! Encryption of what must stay secret on the disk.
//!
//! A random data key encrypts each value; a key-encryption key, which the
//! operator holds, wraps the data key. So another key-encryption key costs a few
//! bytes of each row, and no key encrypts much.

mod envelope;
mod error;
mod key;
mod keyring;
mod source;

pub use error::KeyError;
pub use source::KeySource;

pub(crate) use envelope::{Context, OpenFailure, is_plain, key_of, open, rewrap, seal};
pub(crate) use key::{Key, KeyId};
pub(crate) use keyring::Keyring;
pub(crate) use source::{add_to_folder, load};
