//! How messages are handed to a channel's chat.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Rate;

/// How messages are handed to a channel's chat, where it differs from what the
/// host's configuration and the adapter's manifest say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelDelivery {
    /// The pauses between attempts, in seconds, 0 to 604,800 each, at most 1000. A
    /// message becomes a dead letter when the attempt after the last one fails.
    /// Default: `delivery.retry` of the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Vec<Seconds>>,
    /// How fast the chat is written to. Default: the `rate` of the adapter's
    /// manifest, or as fast as it takes messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<ChannelPace>,
    /// How many messages may be under way to the chat at once, 1 to 1,000. Default:
    /// `delivery.concurrent_per_destination` of the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrent: Option<u32>,
    /// What happens to a conversation when a message of it cannot be delivered.
    #[serde(default, skip_serializing_if = "OnExhaustion::is_default")]
    pub on_exhaustion: OnExhaustion,
}

impl ChannelDelivery {
    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with it: JSON pointers below it, and what is expected.
    pub fn violations(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut expect = |right: bool, pointer: String, what: &str| {
            if !right {
                found.push((pointer, format!("expected {what}")));
            }
        };
        let retry = self.retry.as_deref().unwrap_or_default();
        expect(retry.len() <= 1000, "/retry".to_owned(), "at most 1000 pauses");
        for (index, pause) in retry.iter().enumerate() {
            expect(pause.is_valid(), format!("/retry/{index}"), "0 to 604800 seconds");
        }
        let concurrent = self.concurrent.is_none_or(|count| (1..=1000).contains(&count));
        expect(concurrent, "/concurrent".to_owned(), "1 to 1000");
        if let Some(pace) = &self.pace {
            let rate =
                |rate: Option<f64>| rate.is_none_or(|rate| (0.001..=10_000.0).contains(&rate));
            let what = "0.001 to 10000 messages a second";
            expect(rate(pace.per_second), "/pace/per_second".to_owned(), what);
            expect(
                rate(pace.per_conversation_per_second),
                "/pace/per_conversation_per_second".to_owned(),
                what,
            );
            let burst = pace.burst.is_none_or(|burst| (1..=10_000).contains(&burst));
            expect(burst, "/pace/burst".to_owned(), "1 to 10000");
        }
        found
    }
}

/// How fast a chat is written to. What is not given is as the adapter's manifest
/// says in its `rate`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelPace {
    /// Messages a second over the whole channel, 0.001 to 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<f64>,
    /// How many may go out at once after a pause, 1 to 10,000. Default 1, where
    /// the manifest says nothing either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// Messages a second within one conversation, 0.001 to 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_conversation_per_second: Option<f64>,
}

impl From<&Rate> for ChannelPace {
    fn from(rate: &Rate) -> Self {
        Self {
            per_second: Some(rate.per_second),
            burst: Some(rate.burst),
            per_conversation_per_second: rate.per_conversation_per_second,
        }
    }
}

/// What happens to a conversation when a message of it cannot be delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnExhaustion {
    /// The message becomes a dead letter, and the next one goes out.
    #[default]
    Continue,
    /// The conversation waits until a person redrives or discards the message.
    Hold,
}

impl OnExhaustion {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A length of time in seconds; a fraction is kept to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(f64);

impl Seconds {
    /// A week.
    const LONGEST: f64 = 604_800.0;

    /// So many seconds.
    pub fn new(seconds: f64) -> Self {
        Self(seconds)
    }

    /// Whether it is a length of time of a week at most.
    pub fn is_valid(self) -> bool {
        (0.0..=Self::LONGEST).contains(&self.0)
    }

    /// As the standard library has it; a week for what is longer, and nothing for
    /// what is none.
    pub fn duration(self) -> Duration {
        let seconds = if self.0.is_nan() { 0.0 } else { self.0.clamp(0.0, Self::LONGEST) };
        // It fits: it is at least 0 and at most a week. The cast drops fractions.
        Duration::from_millis((seconds * 1000.0) as u64)
    }
}
