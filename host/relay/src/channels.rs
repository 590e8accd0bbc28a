//! What the relay asks about channels.

use std::sync::Arc;

use async_trait::async_trait;
use eclusa_deploy::live::Line;
use eclusa_journal::RevisionRef;
use eclusa_model::{Channel, ChannelPace, Problem};

/// The channels and adapters as they are now. Asked for every attempt, so a
/// change takes effect with the next one; must answer at once but for [`Channels::chosen`].
#[async_trait]
pub trait Channels: Send + Sync + 'static {
    /// A channel; `None` where it was deleted.
    fn channel(&self, id: &str) -> Option<Arc<Channel>>;

    /// Who answers the calls for a conversation now; `None` where nothing serves
    /// under the name of the channel's adapter.
    fn line(&self, channel: &Channel, conversation: &str) -> Option<Line>;

    /// Who answers calls by a revision that a person chose for one message. It may
    /// take its time: only that message's conversation waits.
    ///
    /// # Errors
    /// Why that revision cannot be had.
    async fn chosen(&self, revision: &RevisionRef) -> Result<Line, Problem>;

    /// How fast the chat may be spoken to as its adapter's manifest says; `None`
    /// where nothing serves.
    fn pace(&self, channel: &Channel) -> Option<ChannelPace> {
        let line = self.line(channel, "")?;
        let rate = line.revision().manifest().rate.as_ref();
        Some(rate.map(ChannelPace::from).unwrap_or_default())
    }
}
