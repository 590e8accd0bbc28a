//! The one place through which secrets get into the database and out of it.
//!
//! They are kept apart from what may be seen of a channel. What is written here
//! is not encrypted yet: whoever can read the file can read them. Encryption
//! belongs into these two functions and nowhere else.

use std::collections::BTreeMap;

use eclusa_model::{Channel, Secret};
use serde::{Deserialize, Serialize};

/// What must not be seen of a channel.
#[derive(Deserialize)]
pub(super) struct ChannelSecrets {
    pub(super) headers: BTreeMap<String, Secret>,
    pub(super) secrets: BTreeMap<String, Secret>,
    pub(super) ingress_key: Secret,
}

/// A channel's secrets as they are stored.
pub(super) fn seal(channel: &Channel) -> Result<Vec<u8>, serde_json::Error> {
    #[derive(Serialize)]
    struct Plain<'a> {
        headers: BTreeMap<&'a str, &'a str>,
        secrets: BTreeMap<&'a str, &'a str>,
        ingress_key: &'a str,
    }
    serde_json::to_vec(&Plain {
        headers: exposed(&channel.headers),
        secrets: exposed(&channel.secrets),
        ingress_key: channel.ingress_key.expose(),
    })
}

/// A channel's secrets from what is stored.
pub(super) fn open(sealed: &[u8]) -> Result<ChannelSecrets, serde_json::Error> {
    serde_json::from_slice(sealed)
}

fn exposed(secrets: &BTreeMap<String, Secret>) -> BTreeMap<&str, &str> {
    secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose())).collect()
}
