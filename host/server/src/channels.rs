//! The channels as the data path sees them.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use eclusa_engine::CallContext;
use eclusa_journal::registry::AuditEntry;
use eclusa_journal::{ChannelChange, Journal, JournalError};
use eclusa_model::Channel;
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, watch};

/// A channel, and what calls of its adapter need.
#[derive(Debug)]
pub(crate) struct ActiveChannel {
    pub(crate) channel: Arc<Channel>,
    pub(crate) context: CallContext,
}

impl ActiveChannel {
    fn new(channel: Channel) -> Arc<Self> {
        let context = CallContext::from(&channel);
        Arc::new(Self { context, channel: Arc::new(channel) })
    }
}

/// A channel that an ingress key leads to.
struct Entry {
    channel: Arc<ActiveChannel>,
    /// The key leads there before this time, in Unix milliseconds.
    until_ms: i64,
}

#[derive(Default)]
struct Index {
    by_id: HashMap<String, Arc<ActiveChannel>>,
    // By the hash of the key, so that a look-up tells nothing about the key.
    by_key: HashMap<[u8; 32], Entry>,
    /// By the hash of the key of its shared documentation.
    by_documentation: HashMap<[u8; 32], Arc<ActiveChannel>>,
}

impl Index {
    fn new(channels: impl IntoIterator<Item = Arc<ActiveChannel>>) -> Self {
        let mut index = Self::default();
        for active in channels {
            if let Some(previous) = &active.channel.previous_ingress {
                let entry = Entry { channel: Arc::clone(&active), until_ms: previous.until_ms };
                index.by_key.insert(hash(previous.key.expose()), entry);
            }
            let entry = Entry { channel: Arc::clone(&active), until_ms: i64::MAX };
            index.by_key.insert(hash(active.channel.ingress_key.expose()), entry);
            if let Some(key) = &active.channel.documentation_key {
                index.by_documentation.insert(hash(key.expose()), Arc::clone(&active));
            }
            index.by_id.insert(active.channel.profile.id.clone(), active);
        }
        index
    }

    /// What it is after a change.
    fn after(&self, change: ChannelChange) -> Self {
        let (id, put) = match change {
            ChannelChange::Put { channel, .. } => {
                (channel.profile.id.clone(), Some(ActiveChannel::new(*channel)))
            }
            ChannelChange::Delete { id, .. } => (id, None),
        };
        let others = self.by_id.iter().filter(|(other, _)| **other != id);
        Self::new(others.map(|(_, active)| Arc::clone(active)).chain(put))
    }
}

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// The channels: in memory for reading without a lock, changed through the
/// journal.
pub(crate) struct Channels {
    journal: Arc<dyn Journal>,
    index: ArcSwap<Index>,
    // Changes come one after another, so that the index is never older than the
    // last one.
    changing: Mutex<()>,
    changes: watch::Sender<u64>,
}

impl Channels {
    /// Reads the channels of the journal.
    pub(crate) async fn load(journal: Arc<dyn Journal>) -> Result<Self, JournalError> {
        let channels = journal.channels().await?;
        let index = Index::new(channels.into_iter().map(ActiveChannel::new));
        let index = ArcSwap::from_pointee(index);
        let (changes, _) = watch::channel(0);
        Ok(Self { journal, index, changing: Mutex::new(()), changes })
    }

    /// By id.
    pub(crate) fn by_id(&self, id: &str) -> Option<Arc<ActiveChannel>> {
        self.index.load().by_id.get(id).cloned()
    }

    /// By the key in the ingress URL, or the one before it while that is accepted.
    pub(crate) fn by_key(&self, key: &str, now_ms: i64) -> Option<Arc<ActiveChannel>> {
        let index = self.index.load();
        let entry = index.by_key.get(&hash(key)).filter(|entry| now_ms < entry.until_ms)?;
        Some(Arc::clone(&entry.channel))
    }

    /// By the key in the link of its shared documentation.
    pub(crate) fn by_documentation_key(&self, key: &str) -> Option<Arc<ActiveChannel>> {
        self.index.load().by_documentation.get(&hash(key)).cloned()
    }

    /// All, by id.
    pub(crate) fn all(&self) -> Vec<Arc<ActiveChannel>> {
        let mut all: Vec<_> = self.index.load().by_id.values().cloned().collect();
        all.sort_by(|left, right| left.channel.profile.id.cmp(&right.channel.profile.id));
        all
    }

    /// Grows after each change.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Those on an adapter, by id.
    pub(crate) fn on(&self, adapter: &str) -> Vec<Arc<Channel>> {
        let mut all = self.all();
        all.retain(|active| active.channel.profile.adapter == adapter);
        all.into_iter().map(|active| Arc::clone(&active.channel)).collect()
    }

    /// Changes one, and records who did it; the data path sees it when this
    /// returns.
    ///
    /// It runs in a task of its own: a caller who hangs up must not leave a change
    /// recorded that the data path has not seen.
    pub(crate) async fn change(
        self: &Arc<Self>,
        change: ChannelChange,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        let channels = Arc::clone(self);
        let task =
            tokio::spawn(async move {
                let _one_after_another = channels.changing.lock().await;
                let changed = channels.journal.change_channel(change.clone(), audit).await;
                let index =
                    match &changed {
                        Ok(()) => Some(channels.index.load().after(change)),
                        // It may be recorded all the same.
                        Err(_) => channels.journal.channels().await.ok().map(|channels| {
                            Index::new(channels.into_iter().map(ActiveChannel::new))
                        }),
                    };
                if let Some(index) = index {
                    channels.index.store(Arc::new(index));
                    channels.changes.send_modify(|count| *count += 1);
                }
                changed
            });
        task.await.map_err(|error| JournalError::Storage(error.to_string()))?
    }
}

impl eclusa_deploy::Channels for Channels {
    fn on(&self, adapter: &str) -> Vec<Arc<Channel>> {
        Self::on(self, adapter)
    }
}

#[cfg(test)]
#[path = "channels_test.rs"]
mod tests;
