//! What destinations take at the moment: asked of channels, adapters and
//! breakers for each job.

use std::sync::Arc;

use eclusa_journal::Destination;
use eclusa_model::{Channel, ChannelPace};

use super::lanes::{Conditions, HostState, Limits, Missing, Pace};
use crate::Channels;
use crate::gate::Gate;

/// The conditions of a running relay.
pub(super) struct Current {
    pub(super) channels: Arc<dyn Channels>,
    pub(super) gate: Gate,
    /// How many may be under way to one destination, where its channel says
    /// nothing.
    pub(super) per_destination: usize,
    /// Whether there is a platform to push to.
    pub(super) platform: bool,
}

impl Conditions for Current {
    fn limits(&self, destination: &Destination) -> Limits {
        let open = Limits {
            concurrent: self.per_destination,
            pace: None,
            conversation_pace: None,
            missing: None,
        };
        match destination {
            Destination::Platform if self.platform => open,
            Destination::Platform => Limits { missing: Some(Missing::Platform), ..open },
            Destination::Chat { channel } => match self.channels.channel(channel) {
                Some(channel) => self.of_channel(&channel, open),
                // What is left for it becomes dead letters.
                None => open,
            },
        }
    }

    fn host(&self, host: &str, _now_ms: i64) -> HostState {
        match self.gate.open_until(host) {
            Some(until_ms) => HostState::Open { until_ms },
            None => HostState::Closed,
        }
    }
}

impl Current {
    fn of_channel(&self, channel: &Channel, open: Limits) -> Limits {
        let Some(manifest) = self.channels.pace(channel) else {
            return Limits { missing: Some(Missing::Adapter), ..open };
        };
        let delivery = &channel.profile.delivery;
        let (pace, conversation_pace) = paces(channel, &manifest);
        let concurrent = delivery.concurrent.and_then(|count| usize::try_from(count).ok());
        Limits {
            concurrent: concurrent.unwrap_or(self.per_destination),
            pace,
            conversation_pace,
            missing: None,
        }
    }
}

/// The channel's own pace, and the manifest's where it says nothing.
fn paces(channel: &Channel, manifest: &ChannelPace) -> (Option<Pace>, Option<Pace>) {
    let own = channel.profile.delivery.pace.as_ref().unwrap_or(manifest);
    let per_second = own.per_second.or(manifest.per_second);
    let burst = own.burst.or(manifest.burst).unwrap_or(1);
    let conversation = own.per_conversation_per_second.or(manifest.per_conversation_per_second);
    (
        per_second.and_then(|rate| Pace::new(rate, burst)),
        conversation.and_then(|rate| Pace::new(rate, 1)),
    )
}
