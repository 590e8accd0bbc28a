//! Keys of the configuration about connections and requests that come in.

use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;

use super::ConfigError;

/// What connections and requests that come in may use up. `docs/incoming.md` says
/// what a caller gets who asks for more.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Incoming {
    /// Connections at once. Default 2,048. Those above it get no chat's request
    /// through, only health, metrics and the API. Each may need some 100 KiB and
    /// one open file; raise the limit of open files with it.
    pub connections: usize,
    /// Connections at once from one address (IPv6: one /64). Default 256. Trusted
    /// proxies have no such limit.
    pub connections_per_address: usize,
    /// Requests of chats under way at once. Default 1,024. One channel gets as
    /// many as are free at that moment, so at most half of them.
    pub requests: usize,
    /// Requests of chats under way at once from one address (IPv6: one /64).
    /// Default 256. Behind a trusted proxy the address that it names counts.
    pub requests_per_address: usize,
    /// Bytes of chats' bodies held in memory at once. Default 64 MiB. One channel
    /// gets as many as are free, so it must be twice the largest body. The
    /// process needs up to four times as much for them.
    pub body_memory_bytes: usize,
    /// Largest head of a request, in bytes: its first line and its headers, of
    /// which there may be 100. Default 64 KiB, at least 8 KiB.
    pub header_bytes: usize,
    /// How long a head may take to arrive once it has begun, in milliseconds.
    /// Default 10,000.
    pub header_ms: u64,
    /// How long a connection stays open without a request, in milliseconds.
    /// Default 75,000. Keep it longer than that of the proxy before it.
    pub idle_ms: u64,
    /// How long a body may take to arrive, in milliseconds. Default 30,000. It
    /// gets more time as it comes: see `body_bytes_per_second`.
    pub body_ms: u64,
    /// How fast a body must come that takes longer than `body_ms`, in bytes per
    /// second. Default 65,536. Lower it for chats behind slow links.
    pub body_bytes_per_second: u64,
    /// Longest pause between two pieces of a body, in milliseconds. Default
    /// 10,000.
    pub body_pause_ms: u64,
    /// How long a caller may take nothing of an answer, or less than 16 KiB, in
    /// milliseconds. Default 30,000. Raise it for slow links.
    pub write_ms: u64,
    /// Requests at once on one connection of HTTP/2. Default 128.
    pub http2_streams: u32,
    /// Networks of proxies that are believed when they name an address in
    /// `X-Forwarded-For` or `Forwarded`. Default the machine itself. They must set
    /// or remove both headers.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for Incoming {
    fn default() -> Self {
        let loopback = [
            IpNet::new_assert([127, 0, 0, 0].into(), 8),
            IpNet::new_assert(std::net::Ipv6Addr::LOCALHOST.into(), 128),
        ];
        Self {
            connections: 2048,
            connections_per_address: 256,
            requests: 1024,
            requests_per_address: 256,
            body_memory_bytes: 64 << 20,
            header_bytes: 64 << 10,
            header_ms: 10_000,
            idle_ms: 75_000,
            body_ms: 30_000,
            body_bytes_per_second: 64 << 10,
            body_pause_ms: 10_000,
            write_ms: 30_000,
            http2_streams: 128,
            trusted_proxies: loopback.to_vec(),
        }
    }
}

impl Incoming {
    /// Checks what the types alone cannot say; `largest_body` in bytes.
    pub(super) fn validate(&self, largest_body: usize) -> Result<(), ConfigError> {
        let at_least = [
            ("incoming.connections", self.connections as u64, 1),
            ("incoming.connections_per_address", self.connections_per_address as u64, 1),
            // Each channel gets half.
            ("incoming.requests", self.requests as u64, 2),
            ("incoming.requests_per_address", self.requests_per_address as u64, 1),
            ("incoming.body_memory_bytes", self.body_memory_bytes as u64, 2 * largest_body as u64),
            ("incoming.header_bytes", self.header_bytes as u64, 8 << 10),
            ("incoming.header_ms", self.header_ms, 1),
            ("incoming.idle_ms", self.idle_ms, 1),
            ("incoming.body_ms", self.body_ms, 1),
            ("incoming.body_bytes_per_second", self.body_bytes_per_second, 1),
            ("incoming.body_pause_ms", self.body_pause_ms, 1),
            ("incoming.write_ms", self.write_ms, 1),
            ("incoming.http2_streams", u64::from(self.http2_streams), 1),
        ];
        super::check_least(&at_least)?;
        if self.header_bytes > 1 << 20 {
            let expected = format!("at most 1048576, not {}", self.header_bytes);
            return Err(ConfigError::Value("incoming.header_bytes", expected));
        }
        Ok(())
    }
}

/// How the server stops.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Drain {
    /// How long requests are taken as ever after SIGTERM, in milliseconds, while
    /// `/readyz` says `draining`. Default 0. Set it to what a load balancer needs
    /// to notice.
    pub delay_ms: u64,
    /// How long requests under way may take then, in milliseconds. Default 8,000.
    pub requests_ms: u64,
    /// How long deliveries under way may take at the same time, in milliseconds.
    /// Default 20,000: more than `delivery.timeout_ms`. What is cut off is made
    /// again after the next start, with the same id.
    pub deliveries_ms: u64,
}

impl Default for Drain {
    fn default() -> Self {
        Self { delay_ms: 0, requests_ms: 8_000, deliveries_ms: 20_000 }
    }
}

impl Drain {
    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }

    pub(crate) fn requests(&self) -> Duration {
        Duration::from_millis(self.requests_ms)
    }

    pub(crate) fn deliveries(&self) -> Duration {
        Duration::from_millis(self.deliveries_ms)
    }
}
