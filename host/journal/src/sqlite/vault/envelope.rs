//! The sealed form of a value.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version of this form: 1 |
//! | 8 | id of the key-encryption key |
//! | 24 | nonce of the data key |
//! | 48 | the data key, encrypted by the key-encryption key |
//! | 24 | nonce of the value |
//! | rest | the value, encrypted by the data key |
//!
//! Both are XChaCha20-Poly1305, and both are bound to where the value stands: in
//! another row, or beside another revision of its row, it does not open.

use chacha20poly1305::aead::{Aead, AeadCore, KeyInit, OsRng, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::key::{Key, KeyId};
use super::keyring::Keyring;

const VERSION: u8 = 1;
const ID: usize = 8;
const NONCE: usize = 24;
const WRAPPED: usize = 48;

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The table.
    pub(crate) table: &'a str,
    /// The row's key.
    pub(crate) row: &'a str,
    /// The row's revision.
    pub(crate) revision: u64,
}

impl Context<'_> {
    /// What is authenticated beside the value. Each text with its length, so that
    /// no two places read the same.
    fn bytes(self, purpose: &str) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for part in [purpose, self.table, self.row] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes.extend(self.revision.to_le_bytes());
        bytes
    }
}

/// Why a value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenFailure {
    /// It is sealed with a key that is not known.
    UnknownKey(KeyId),
    /// It was altered, or belongs elsewhere, or is of a form that is not known.
    Altered,
}

/// The parts of a sealed value.
struct Parts<'a> {
    key: KeyId,
    key_nonce: &'a [u8],
    wrapped: &'a [u8],
    /// Nonce and value, as they stand.
    rest: &'a [u8],
}

fn parts(sealed: &[u8]) -> Result<Parts<'_>, OpenFailure> {
    let [VERSION, rest @ ..] = sealed else { return Err(OpenFailure::Altered) };
    let id = rest.first_chunk::<ID>().ok_or(OpenFailure::Altered)?;
    let part = |from: usize, to: usize| rest.get(from..to).ok_or(OpenFailure::Altered);
    Ok(Parts {
        key: KeyId(*id),
        key_nonce: part(ID, ID + NONCE)?,
        wrapped: part(ID + NONCE, ID + NONCE + WRAPPED)?,
        rest: part(ID + NONCE + WRAPPED, rest.len())?,
    })
}

/// Whether it was stored before there was encryption: a JSON object.
pub(crate) fn is_plain(stored: &[u8]) -> bool {
    stored.first() == Some(&b'{')
}

/// The key that a value is sealed with.
pub(crate) fn key_of(sealed: &[u8]) -> Result<KeyId, OpenFailure> {
    Ok(parts(sealed)?.key)
}

/// Seals a value for its place, with the current key.
///
/// # Errors
/// When the value is too large for the cipher: 256 GiB.
pub(crate) fn seal(
    ring: &Keyring,
    context: Context<'_>,
    plain: &[u8],
) -> Result<Vec<u8>, OpenFailure> {
    let data_key = Zeroizing::new(<[u8; 32]>::from(XChaCha20Poly1305::generate_key(&mut OsRng)));
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let aad = context.bytes("value");
    let value = XChaCha20Poly1305::new(data_key.as_ref().into())
        .encrypt(&nonce, Payload { msg: plain, aad: &aad })
        .map_err(|_| OpenFailure::Altered)?;
    let mut sealed = wrap(ring.current(), context, data_key.as_ref())?;
    sealed.extend(nonce);
    sealed.extend(value);
    Ok(sealed)
}

/// The value, where it stands in its place unaltered.
pub(crate) fn open(
    ring: &Keyring,
    context: Context<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenFailure> {
    let parts = parts(sealed)?;
    let data_key = unwrap(ring, context, &parts)?;
    let (nonce, value) = parts.rest.split_at_checked(NONCE).ok_or(OpenFailure::Altered)?;
    XChaCha20Poly1305::new_from_slice(&data_key)
        .map_err(|_| OpenFailure::Altered)?
        .decrypt(XNonce::from_slice(nonce), Payload { msg: value, aad: &context.bytes("value") })
        .map(Zeroizing::new)
        .map_err(|_| OpenFailure::Altered)
}

/// The same value under the current key; `None` where it is so already. The value
/// itself is not decrypted.
pub(crate) fn rewrap(
    ring: &Keyring,
    context: Context<'_>,
    sealed: &[u8],
) -> Result<Option<Vec<u8>>, OpenFailure> {
    let parts = parts(sealed)?;
    let data_key = unwrap(ring, context, &parts)?;
    if parts.key == ring.current().id() {
        return Ok(None);
    }
    let mut again = wrap(ring.current(), context, data_key.as_ref())?;
    again.extend(parts.rest);
    Ok(Some(again))
}

/// Everything before the nonce of the value.
fn wrap(key: &Key, context: Context<'_>, data_key: &[u8]) -> Result<Vec<u8>, OpenFailure> {
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let mut aad = context.bytes("data key");
    aad.extend(key.id().0);
    let wrapped = XChaCha20Poly1305::new(key.bytes().into())
        .encrypt(&nonce, Payload { msg: data_key, aad: &aad })
        .map_err(|_| OpenFailure::Altered)?;
    let mut head = vec![VERSION];
    head.extend(key.id().0);
    head.extend(nonce);
    head.extend(wrapped);
    Ok(head)
}

fn unwrap(
    ring: &Keyring,
    context: Context<'_>,
    parts: &Parts<'_>,
) -> Result<Zeroizing<Vec<u8>>, OpenFailure> {
    let key = ring.find(parts.key).ok_or(OpenFailure::UnknownKey(parts.key))?;
    let mut aad = context.bytes("data key");
    aad.extend(parts.key.0);
    XChaCha20Poly1305::new(key.bytes().into())
        .decrypt(XNonce::from_slice(parts.key_nonce), Payload { msg: parts.wrapped, aad: &aad })
        .map(Zeroizing::new)
        .map_err(|_| OpenFailure::Altered)
}

#[cfg(test)]
#[path = "envelope_test.rs"]
mod tests;
