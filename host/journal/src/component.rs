//! The names of components: the SHA-256 of their bytes, in hexadecimal.

use sha2::{Digest, Sha256};

use crate::JournalError;

/// Whether this can be a component's name. Names become those of files: nothing
/// else may pass.
pub(crate) fn is_name(sha256: &str) -> bool {
    sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether these bytes have this name.
pub(crate) fn fits(sha256: &str, bytes: &[u8]) -> bool {
    hex::encode(Sha256::digest(bytes)) == sha256
}

/// Refuses bytes under a name that is not theirs: they could never be read again.
pub(crate) fn check(sha256: &str, bytes: &[u8]) -> Result<(), JournalError> {
    if is_name(sha256) && fits(sha256, bytes) {
        return Ok(());
    }
    let message = format!("`{sha256}` is not the SHA-256 of the component, in lower-case digits");
    Err(JournalError::Storage(message))
}
