//! Where the keys come from.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use eclusa_model::Secret;
use zeroize::Zeroizing;

use super::{Key, KeyError, KeyId, Keyring};
use crate::sqlite::private;

/// The data folder's own key file.
const OWN_FILE: &str = "secrets.key";

/// Most bytes of a key file: some 1,400 keys.
const LARGEST: u64 = 64 << 10;

/// The data folder's own file holds so many keys; of those above only what something
/// is encrypted with.
const KEPT: usize = 1000;

/// Where the keys come from that encrypt secrets on the disk.
#[derive(Debug, Clone, Default)]
pub enum KeySource {
    /// From `secrets.key` in the data folder, which the first start makes. It
    /// protects copies of the database, not the folder as a whole.
    #[default]
    Folder,
    /// From this file, newest key first.
    File(PathBuf),
    /// These, newest first.
    Given(Secret),
}

impl KeySource {
    /// What to call it in messages.
    pub(crate) fn name(&self, folder: &Path) -> String {
        match self {
            Self::Folder => folder.join(OWN_FILE).display().to_string(),
            Self::File(path) => format!("{} (`secrets.key_file`)", path.display()),
            Self::Given(_) => "`secrets.key` (ECLUSA_SECRETS__KEY)".to_owned(),
        }
    }
}

/// Reads the keys; `None` where the data folder has none yet. Keys of the data
/// folder open too where others are current, so that an operator can move from
/// one to the other.
pub(crate) fn load(source: &KeySource, folder: &Path) -> Result<Option<Keyring>, KeyError> {
    let own = folder.join(OWN_FILE);
    let own = if own.exists() { Some(read(&own)?) } else { None };
    match source {
        KeySource::Folder => Ok(own),
        KeySource::File(path) => Ok(Some(read(path)?.and_older(own))),
        KeySource::Given(keys) => {
            let format = || KeyError::Format { setting: source.name(folder) };
            Ok(Some(Keyring::parse(keys.expose()).ok_or_else(format)?.and_older(own)))
        }
    }
}

fn read(path: &Path) -> Result<Keyring, KeyError> {
    let failed = |error| KeyError::File { path: path.to_owned(), error };
    let file = File::open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Mode { path: path.to_owned(), mode });
        }
    }
    let mut text = Zeroizing::new(String::new());
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > LARGEST {
        return Err(KeyError::TooLong { path: path.to_owned(), limit: LARGEST });
    }
    Keyring::parse(&text).ok_or_else(|| KeyError::Format { setting: path.display().to_string() })
}

/// Puts a new key before those of the data folder's file, which it makes where
/// there is none; the oldest leave it once there are very many, unless something is
/// `used` that they encrypt. A crash leaves the old file or the new one.
pub(crate) fn add_to_folder(
    folder: &Path,
    known: Option<&Keyring>,
    used: &BTreeSet<KeyId>,
) -> Result<Keyring, KeyError> {
    let path = folder.join(OWN_FILE);
    let key = Key::random();
    let ring = Keyring::new(key).and_older(known.cloned()).newest_and(KEPT, used);
    let text = text(&ring);
    if text.len() as u64 > LARGEST {
        // The next start would refuse it.
        return Err(KeyError::TooLong { path, limit: LARGEST });
    }
    write(folder, &path, &text).map_err(|error| KeyError::File { path, error })?;
    Ok(ring)
}

fn text(ring: &Keyring) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::from(
        "# Keys that encrypt the secrets in journal.db, newest first. Keep a copy in another\n\
         # place than the backups of the database: without them its secrets are lost.\n",
    ));
    for key in ring.all() {
        text.push_str(&key.text());
        text.push('\n');
    }
    text
}

fn write(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("key.new");
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private::new_file(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    private::sync_folder(folder)
}
