//! What the relay asks about channels.

use std::sync::Arc;

use eclusa_engine::Revision;
use eclusa_model::Channel;

/// The channels and adapters as they are now. Asked for every attempt, so a
/// change takes effect with the next one; must answer at once.
pub trait Channels: Send + Sync + 'static {
    /// A channel; `None` where it was deleted.
    fn channel(&self, id: &str) -> Option<Arc<Channel>>;

    /// The revision of an adapter that serves now; `None` where there is none.
    fn revision(&self, adapter: &str) -> Option<Arc<Revision>>;
}
