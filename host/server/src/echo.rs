//! Echoes: chats that report what was sent through Eclusa as a new message.

use std::collections::BTreeSet;
use std::time::Duration;

use eclusa_model::Event;
use eclusa_relay::UnderWay;
use metrics::counter;

/// How long an incoming message waits for the answer to one that is under way in
/// its conversation. Chats give a webhook 3 seconds or more.
const LONGEST: Duration = Duration::from_secs(2);

/// Lets messages wait while one of ours is under way in their conversations: until
/// the chat has answered it, nobody knows whether they are the same.
///
/// A chat that answers only after its report was taken is not waited for longer
/// than two seconds; the report is a new message then.
pub(crate) async fn settle(under_way: &UnderWay, channel: &str, events: &[Event]) {
    let conversations: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::Message(message) => Some(message.conversation.as_str()),
            _ => None,
        })
        .collect();
    let of_ours: Vec<_> =
        conversations.into_iter().filter_map(|name| under_way.now(channel, name)).collect();
    if of_ours.is_empty() {
        return;
    }
    counter!("eclusa_ingress_waits_total", "channel" => channel.to_owned()).increment(1);
    let all = async {
        for over in of_ours {
            over.wait().await;
        }
    };
    if tokio::time::timeout(LONGEST, all).await.is_err() {
        tracing::debug!(channel, "a message of ours is still under way in the conversation");
    }
}
