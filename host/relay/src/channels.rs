//! What the relay asks about channels.

use std::sync::Arc;

use eclusa_deploy::live::Line;
use eclusa_model::Channel;

/// The channels and adapters as they are now. Asked for every attempt, so a
/// change takes effect with the next one; must answer at once.
pub trait Channels: Send + Sync + 'static {
    /// A channel; `None` where it was deleted.
    fn channel(&self, id: &str) -> Option<Arc<Channel>>;

    /// Who answers the calls for a conversation now; `None` where nothing serves
    /// under the name of the channel's adapter.
    fn line(&self, channel: &Channel, conversation: &str) -> Option<Line>;
}
