//! Whom a call is made for.

use std::collections::BTreeMap;
use std::sync::Arc;

use eclusa_model::{Channel, ChannelView, SampleChannel, Secret, SecretValues};
use subtle::{Choice, ConstantTimeEq};

/// The secrets of a channel. They never enter the guest; it may only ask whether
/// a value equals one.
pub trait Secrets: Send + Sync {
    /// The values that count as the secret `name`: none where the channel lacks
    /// it, several while it is being replaced, the newest first.
    fn values(&self, name: &str) -> Vec<&Secret>;
}

impl Secrets for BTreeMap<String, SecretValues> {
    fn values(&self, name: &str) -> Vec<&Secret> {
        self.get(name).into_iter().flat_map(SecretValues::iter).collect()
    }
}

/// Whom a call is made for. Cheap to clone; make it once per revision of a
/// channel.
#[derive(Clone)]
pub struct CallContext {
    pub(crate) channel: Arc<ChannelView>,
    pub(crate) secrets: Arc<dyn Secrets>,
}

impl CallContext {
    /// A channel as its adapter sees it, and its secrets.
    pub fn new(channel: ChannelView, secrets: impl Secrets + 'static) -> Self {
        Self { channel: Arc::new(channel), secrets: Arc::new(secrets) }
    }

    /// For calls that ask for no secret.
    pub(crate) fn without_secrets(channel: ChannelView) -> Self {
        Self::new(channel, BTreeMap::new())
    }

    /// The channel as its adapter sees it.
    pub fn channel(&self) -> &ChannelView {
        &self.channel
    }
}

impl From<&Channel> for CallContext {
    fn from(channel: &Channel) -> Self {
        Self::new(channel.view(), channel.secrets.clone())
    }
}

impl From<&SampleChannel> for CallContext {
    fn from(channel: &SampleChannel) -> Self {
        let secrets: BTreeMap<String, SecretValues> = channel
            .secrets
            .iter()
            .map(|(name, value)| (name.clone(), Secret::new(value.clone()).into()))
            .collect();
        Self::new(channel.view(), secrets)
    }
}

impl std::fmt::Debug for CallContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallContext").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// Whether `candidate` equals one of the values of the secret `name`. All values
/// are compared to their ends; only the length of a value can be measured.
pub(crate) fn secret_matches(secrets: &dyn Secrets, name: &str, candidate: &str) -> bool {
    let mut found = Choice::from(0);
    for value in secrets.values(name) {
        found |= value.expose().as_bytes().ct_eq(candidate.as_bytes());
    }
    found.into()
}
