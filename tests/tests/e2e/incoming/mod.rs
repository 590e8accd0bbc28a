//! What comes in has limits in number, size and time: seen from raw sockets.

mod drain;
mod drain_deliveries;
mod files;
mod flood;
mod forms;
mod http2;
mod http2_floods;
mod limits;
mod raw;
mod shapes;
mod slow;

use eclusa_tests::{Channel, Chat, Eclusa};

/// A channel of the chat that speaks the canonical JSON.
async fn open(eclusa: &Eclusa) -> Channel {
    channel(eclusa, "site").await
}

async fn channel(eclusa: &Eclusa, id: &str) -> Channel {
    eclusa.create(&Chat::Open.channel(id, "https://chat.example.com")).await
}

/// How often something was refused with a code.
async fn refused(eclusa: &Eclusa, code: &str) -> u64 {
    let metrics = eclusa.get("/metrics").await.body;
    let name = format!("eclusa_incoming_refused_total{{code=\"{code}\"}} ");
    metrics
        .lines()
        .find_map(|line| line.strip_prefix(name.as_str()))
        .map_or(0, |count| count.parse().expect("a number"))
}
