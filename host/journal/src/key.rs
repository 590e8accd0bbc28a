//! What makes two things the same: fixed-size keys over everything that counts.

use sha2::{Digest, Sha256};

use crate::Idempotency;

/// The first 16 bytes of a SHA-256.
pub(crate) type Key = [u8; 16];

fn key(domain: &str, parts: &[&str]) -> Key {
    let mut hash = Sha256::new();
    for part in std::iter::once(&domain).chain(parts) {
        // With its length, so that no two lists of parts read the same.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default())
}

/// A conversation in which something came in, or was begun by the platform.
pub(crate) fn conversation(channel: &str, conversation: &str) -> Key {
    key("conversation", &[channel, conversation])
}

/// A message of the chat.
pub(crate) fn inbound(channel: &str, conversation: &str, external_id: &str) -> Key {
    key("inbound", &[channel, conversation, external_id])
}

/// A message to the chat, once the chat gave it an id.
pub(crate) fn outbound(channel: &str, conversation: &str, external_id: &str) -> Key {
    key("outbound", &[channel, conversation, external_id])
}

/// The same where the chat does not say, or writes otherwise, which conversation
/// it was.
pub(crate) fn outbound_anywhere(channel: &str, external_id: &str) -> Key {
    key("outbound-anywhere", &[channel, external_id])
}

/// All keys by which a message may be known that its chat calls so.
pub(crate) fn of_chat(channel: &str, conversation: Option<&str>, external_id: &str) -> Vec<Key> {
    match conversation {
        Some(conversation) => vec![
            inbound(channel, conversation, external_id),
            outbound(channel, conversation, external_id),
        ],
        None => vec![outbound_anywhere(channel, external_id)],
    }
}

/// A status that came before the chat's id of the message was known.
pub(crate) fn early_status(channel: &str, external_id: &str, state: &str) -> Key {
    key("early-status", &[channel, external_id, state])
}

/// A caller's idempotency key.
pub(crate) fn idempotency(channel: &str, given: &Idempotency) -> Key {
    key("idempotency", &[channel, &given.scope, &given.key])
}

/// A caller's idempotency key for a change of an attendance.
pub(crate) fn attendance_change(attendance: i64, given: &Idempotency) -> Key {
    key("attendance-change", &[&attendance.to_string(), &given.scope, &given.key])
}

/// The same with what the caller asked for: it is there where the key was used for
/// just that.
pub(crate) fn attendance_change_of(attendance: i64, given: &Idempotency) -> Key {
    let fingerprint = hex::encode(given.fingerprint);
    let parts = [&*attendance.to_string(), &given.scope, &given.key, &fingerprint];
    key("attendance-change-of", &parts)
}

/// An event other than a message received.
pub(crate) fn event(kind: &str, channel: &str, parts: &[&str]) -> Key {
    key(kind, &[&[channel], parts].concat())
}
