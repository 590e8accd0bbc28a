//! The one place through which secrets get into the database and out of it.
//!
//! They are kept apart from what may be seen of a channel. What is written here
//! is not encrypted yet: whoever can read the file can read them. Encryption
//! belongs into these two functions and nowhere else.

use std::collections::BTreeMap;

use eclusa_model::{Channel, Secret, SecretValues};
use serde::{Deserialize, Serialize};

/// What must not be seen of a channel.
#[derive(Deserialize)]
pub(super) struct ChannelSecrets {
    pub(super) headers: BTreeMap<String, Secret>,
    pub(super) secrets: BTreeMap<String, SecretValues>,
    pub(super) ingress_key: Secret,
}

/// A channel's secrets as they are stored.
pub(super) fn seal(channel: &Channel) -> Result<Vec<u8>, serde_json::Error> {
    #[derive(Serialize)]
    struct Plain<'a> {
        headers: BTreeMap<&'a str, &'a str>,
        secrets: BTreeMap<&'a str, Values<'a>>,
        ingress_key: &'a str,
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
    })
}

/// A channel's secrets from what is stored.
pub(super) fn open(sealed: &[u8]) -> Result<ChannelSecrets, serde_json::Error> {
    serde_json::from_slice(sealed)
}

fn exposed(secrets: &BTreeMap<String, Secret>) -> BTreeMap<&str, &str> {
    secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose())).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::open;

    #[test]
    fn what_was_stored_before_secrets_had_several_values_can_be_read() {
        let stored = br#"{"headers":{"x":"h"},"secrets":{"a":"1","b":""},"ingress_key":"k"}"#;
        let secrets = open(stored).unwrap().secrets;
        let all: Vec<Vec<_>> =
            secrets.values().map(|it| it.iter().map(|value| value.expose()).collect()).collect();
        assert_eq!(all, [["1"], [""]]);
    }
}
