//! What a chat's request must pass before an adapter sees it: does it come from
//! the chat ([`Verifier`]), is it a handshake ([`answer_unsigned`]), can it be read
//! ([`decode_body`]), and what of it nobody may see ([`redact`]). And the other side of
//! the first: [`sign`] makes a request that will be believed.
//!
//! All of it reads bytes of strangers. It does no I/O of its own, so that it can be
//! fuzzed: a [`KeySource`] fetches what chats publish.

mod body;
mod content;
mod decode;
mod depth;
mod error;
mod handshake;
mod jwks;
mod jwt;
mod key_check;
mod read;
mod redact;
mod secret;
mod sign;
mod signature;
mod verify;

pub use decode::{DecodeError, decode_body, query_pairs, visible_headers};
pub use depth::json_depth;
pub use error::VerifyError;
pub use handshake::{answer_signed, answer_unsigned};
pub use jwks::KeySource;
pub use key_check::malformed_keys;
pub use redact::redact;
pub use sign::{CannotSign, Draft, SignedDraft, place_in_body, sign};
pub use verify::{SignedRequest, Verified, Verifier};

use verify::values;
