//! Why secrets cannot be opened or sealed.

use std::io;
use std::path::PathBuf;

/// Why the keys of secrets cannot be used. No message holds a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file cannot be read or written.
    #[error("the key file {}: {error}; name the right one in `secrets.key_file`", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The key file is open to others.
    #[error(
        "the key file {} has mode {mode:03o}, so others than its owner can read it; \
         set its mode to 600, and think of its keys as known to them", .path.display()
    )]
    Mode {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The key file is longer than any that is read.
    #[error(
        "the key file {} is, or would become, longer than {limit} bytes; take old keys out of it \
         that no backup needs any more", .path.display()
    )]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Most bytes.
        limit: u64,
    },
    /// Something there is no key.
    #[error(
        "{setting}: expected keys of 32 bytes in base64, newest first, e.g. from \
         `openssl rand -base64 32`"
    )]
    Format {
        /// The setting, or the file.
        setting: String,
    },
    /// Secrets are sealed with a key that is not there.
    #[error(
        "the secrets of channel `{channel}` are encrypted with the key {key}, which is not in \
         {setting} (there: {known}); put that key behind the newest one there, or restore its file"
    )]
    Missing {
        /// The channel.
        channel: String,
        /// The id of the key.
        key: String,
        /// Where keys were looked for.
        setting: String,
        /// The ids of the keys that are there.
        known: String,
    },
    /// Secrets are not as they were sealed.
    #[error(
        "the secrets of channel `{channel}` do not open, though their key is there: the row was \
         altered, or comes from elsewhere; restore the data folder from a backup"
    )]
    Altered {
        /// The channel.
        channel: String,
    },
}
