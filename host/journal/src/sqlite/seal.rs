//! The one place through which secrets get into the database and out of it.
//!
//! They are kept apart from what may be seen of a channel, encrypted, and bound
//! to their row and its revision.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use eclusa_model::{Channel, PreviousIngress, Secret, SecretValues};
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::vault::{self, Context, KeyError, KeyId, KeySource, Keyring, OpenFailure};

/// What must not be seen of a channel.
#[derive(Deserialize)]
pub(super) struct ChannelSecrets {
    pub(super) headers: BTreeMap<String, Secret>,
    pub(super) secrets: BTreeMap<String, SecretValues>,
    pub(super) ingress_key: Secret,
    #[serde(default)]
    pub(super) previous_ingress: Option<StoredIngress>,
    #[serde(default)]
    pub(super) documentation_key: Option<Secret>,
}

/// A replaced ingress key as it is stored.
#[derive(Deserialize)]
pub(super) struct StoredIngress {
    key: Secret,
    until_ms: i64,
}

impl From<StoredIngress> for PreviousIngress {
    fn from(stored: StoredIngress) -> Self {
        Self { key: stored.key, until_ms: stored.until_ms }
    }
}

/// Encrypts and decrypts with the keys of an operator.
pub(super) struct Sealer {
    ring: RwLock<Keyring>,
    source: KeySource,
    folder: PathBuf,
    /// One rotation after another: each goes on from the keys of the one before.
    rotating: Mutex<()>,
}

impl Sealer {
    pub(super) fn new(ring: Keyring, source: KeySource, folder: &Path) -> Self {
        let folder = folder.to_owned();
        Self { ring: RwLock::new(ring), source, folder, rotating: Mutex::new(()) }
    }

    /// The keys now.
    pub(super) fn ring(&self) -> Keyring {
        self.ring.read().clone()
    }

    /// Where the secrets of a channel stand.
    pub(super) fn context(id: &str, revision: u64) -> Context<'_> {
        Context { table: "channels", row: id, revision }
    }

    /// A channel's secrets as they are stored.
    pub(super) fn seal(&self, channel: &Channel) -> Result<Vec<u8>, String> {
        let plain = Zeroizing::new(plain(channel).map_err(|error| error.to_string())?);
        self.seal_bytes(&channel.profile.id, channel.revision, &plain)
    }

    /// The same where they are at hand as bytes already.
    pub(super) fn seal_bytes(
        &self,
        id: &str,
        revision: u64,
        plain: &[u8],
    ) -> Result<Vec<u8>, String> {
        vault::seal(&self.ring.read(), Self::context(id, revision), plain)
            .map_err(|_| format!("the secrets of channel `{id}` cannot be encrypted"))
    }

    /// A channel's secrets from what is stored.
    pub(super) fn open(
        &self,
        id: &str,
        revision: u64,
        stored: &[u8],
    ) -> Result<ChannelSecrets, KeyError> {
        let plain = vault::open(&self.ring.read(), Self::context(id, revision), stored)
            .map_err(|failure| self.error(id, failure))?;
        serde_json::from_slice(&plain).map_err(|_| KeyError::Altered { channel: id.to_owned() })
    }

    /// Why a channel's secrets do not open, for the operator.
    pub(super) fn error(&self, channel: &str, failure: OpenFailure) -> KeyError {
        let channel = channel.to_owned();
        match failure {
            OpenFailure::Altered => KeyError::Altered { channel },
            OpenFailure::UnknownKey(key) => KeyError::Missing {
                channel,
                key: key.to_string(),
                setting: self.source.name(&self.folder),
                known: self.ring.read().ids(),
            },
        }
    }

    /// Takes the next key into use: a new one where the data folder keeps its own,
    /// or else what the operator has put first. All keys of before still open.
    /// `used` are those that something is encrypted with.
    pub(super) fn next_key(&self, used: &BTreeSet<KeyId>) -> Result<(), KeyError> {
        let _one_after_another = self.rotating.lock();
        let before = self.ring();
        let next = match &self.source {
            KeySource::Folder => vault::add_to_folder(&self.folder, Some(&before), used)?,
            KeySource::File(_) | KeySource::Given(_) => {
                let loaded = vault::load(&self.source, &self.folder)?;
                loaded.map_or_else(|| before.clone(), |ring| ring.and_older(Some(before.clone())))
            }
        };
        *self.ring.write() = next;
        Ok(())
    }
}

/// A channel's secrets, not yet encrypted.
fn plain(channel: &Channel) -> Result<Vec<u8>, serde_json::Error> {
    #[derive(Serialize)]
    struct Plain<'a> {
        headers: BTreeMap<&'a str, &'a str>,
        secrets: BTreeMap<&'a str, Values<'a>>,
        ingress_key: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        previous_ingress: Option<Previous<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        documentation_key: Option<&'a str>,
    }
    #[derive(Serialize)]
    struct Previous<'a> {
        key: &'a str,
        until_ms: i64,
    }
    /// A secret of one value is written as ever, so that an older program can read it.
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Values<'a> {
        One(&'a str),
        Several(Vec<&'a str>),
    }
    impl<'a> From<&'a SecretValues> for Values<'a> {
        fn from(values: &'a SecretValues) -> Self {
            let all: Vec<_> = values.iter().map(Secret::expose).collect();
            match all.as_slice() {
                [one] => Self::One(one),
                _ => Self::Several(all),
            }
        }
    }
    serde_json::to_vec(&Plain {
        headers: exposed(&channel.headers),
        secrets: channel.secrets.iter().map(|(name, it)| (name.as_str(), it.into())).collect(),
        ingress_key: channel.ingress_key.expose(),
        previous_ingress: channel
            .previous_ingress
            .as_ref()
            .map(|it| Previous { key: it.key.expose(), until_ms: it.until_ms }),
        documentation_key: channel.documentation_key.as_ref().map(Secret::expose),
    })
}

fn exposed(secrets: &BTreeMap<String, Secret>) -> BTreeMap<&str, &str> {
    secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose())).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::vault::Key;
    use super::*;

    #[test]
    fn what_was_stored_before_secrets_had_several_values_can_be_read() {
        let sealer = Sealer::new(Keyring::new(Key::random()), KeySource::Folder, Path::new("."));
        let stored = br#"{"headers":{"x":"h"},"secrets":{"a":"1","b":""},"ingress_key":"k"}"#;
        let sealed = sealer.seal_bytes("shop", 1, stored).unwrap();
        let secrets = sealer.open("shop", 1, &sealed).unwrap().secrets;
        let all: Vec<Vec<_>> =
            secrets.values().map(|it| it.iter().map(|value| value.expose()).collect()).collect();
        assert_eq!(all, [["1"], [""]]);
    }
}
