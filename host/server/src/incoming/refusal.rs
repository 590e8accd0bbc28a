//! What is refused before it costs anything: counted, and told to the operator
//! without filling the log.

use std::sync::atomic::{AtomicU64, Ordering};

use eclusa_relay::Clock;
use metrics::counter;

/// How often the log tells of each kind, in milliseconds.
const EVERY_MS: i64 = 10_000;

/// A kind of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A connection above all limits was closed.
    ConnectionsFull,
    /// A connection above the limit of its address was closed.
    ConnectionsOfAddress,
    /// A chat's request came by a connection above the limit.
    ConnectionSurplus,
    /// The head of a request did not arrive in time.
    HeadTimeout,
    /// A body did not arrive in time.
    BodyTimeout,
    /// A caller took nothing of its answer.
    WriteTimeout,
    /// Too many requests are under way.
    Requests,
    /// Too many of this channel.
    RequestsOfChannel,
    /// Too many of this address.
    RequestsOfAddress,
    /// Too many bytes of bodies are held.
    BodyMemory,
    /// Too many of this channel.
    BodyMemoryOfChannel,
}

impl Refusal {
    /// Its stable name in answers, metrics and logs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::ConnectionsFull => "connections_full",
            Self::ConnectionsOfAddress => "address_connections_full",
            Self::ConnectionSurplus => "connections_full",
            Self::HeadTimeout => "head_timeout",
            Self::BodyTimeout => "body_timeout",
            Self::WriteTimeout => "write_timeout",
            Self::Requests => "overloaded",
            Self::RequestsOfChannel => "channel_overloaded",
            Self::RequestsOfAddress => "address_overloaded",
            Self::BodyMemory => "body_memory_full",
            Self::BodyMemoryOfChannel => "channel_body_memory_full",
        }
    }

    /// The key of the configuration that it hangs on.
    fn key(self) -> &'static str {
        match self {
            Self::ConnectionsFull | Self::ConnectionSurplus => "incoming.connections",
            Self::ConnectionsOfAddress => "incoming.connections_per_address",
            Self::HeadTimeout => "incoming.header_ms",
            Self::BodyTimeout => "incoming.body_ms",
            Self::WriteTimeout => "incoming.write_ms",
            Self::Requests | Self::RequestsOfChannel => "incoming.requests",
            Self::RequestsOfAddress => "incoming.requests_per_address",
            Self::BodyMemory | Self::BodyMemoryOfChannel => "incoming.body_memory_bytes",
        }
    }
}

/// Counts refusals.
pub(crate) struct Refusals {
    clock: std::sync::Arc<dyn Clock>,
    kinds: [Kind; 11],
}

#[derive(Default)]
struct Kind {
    /// Since it was told last.
    count: AtomicU64,
    /// When it may be told again, in Unix milliseconds.
    quiet_until_ms: std::sync::atomic::AtomicI64,
}

impl Refusals {
    pub(crate) fn new(clock: std::sync::Arc<dyn Clock>) -> Self {
        Self { clock, kinds: Default::default() }
    }

    /// Counts one.
    pub(crate) fn count(&self, refusal: Refusal) {
        counter!("eclusa_incoming_refused_total", "code" => refusal.code()).increment(1);
        let Some(kind) = self.kinds.get(refusal as usize) else { return };
        kind.count.fetch_add(1, Ordering::Relaxed);
        let now_ms = self.clock.now_ms();
        let until = kind.quiet_until_ms.load(Ordering::Relaxed);
        // The clock may have been set back meanwhile.
        let quiet = now_ms < until && until - now_ms <= EVERY_MS;
        let next = now_ms.saturating_add(EVERY_MS);
        let mine = !quiet
            && kind
                .quiet_until_ms
                .compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if mine {
            let count = kind.count.swap(0, Ordering::Relaxed);
            tracing::warn!(
                code = refusal.code(),
                count,
                "refused; the limit is `{}`, see docs/incoming.md",
                refusal.key()
            );
        }
    }
}
