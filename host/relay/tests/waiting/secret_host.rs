//! A secret in the name of a host that fails.

use std::fs::File;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use eclusa_relay::{BreakerPolicy, Resolver, RetryPolicy};
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::lane_that_waits_for;
use crate::support::{Setup, adapter, channel, record};

/// Knows no name.
struct Nobody;

#[async_trait]
impl Resolver for Nobody {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        Err(io::Error::other("no such name"))
    }
}

/// Neither the log, nor who asks why a conversation waits, nor the record of the
/// message tells a secret that is the host's name, or a part of it.
#[tokio::test]
async fn a_host_that_holds_a_secret_is_told_without_it() {
    for (url, secret, hidden) in [
        ("https://{secret:place}.example/", "Tenant-7c1f9e", "tenant-7c1f9e"),
        ("https://{secret:place}/hook", "tenant-7c1f9e.example", "tenant-7c1f9e"),
        ("https://{secret:place}.example/", "loja-ção-7c1f9e", "xn--"),
    ] {
        let log = tempfile::NamedTempFile::new().unwrap();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(Arc::new(File::create(log.path()).unwrap()))
            .with_env_filter(EnvFilter::new("eclusa_relay=trace"))
            .finish();
        let logging = tracing::subscriber::set_default(subscriber);
        let channel = channel("open", url, &[("place", secret)], json!({}));
        let mut setup = Setup::new(channel, Some(adapter("adapters", "open")));
        setup.resolver = Arc::new(Nobody);
        let hour = Duration::from_secs(3600);
        setup.config.retry = RetryPolicy::default().with_pauses(&[hour]);
        setup.config.breaker =
            BreakerPolicy { failures: 1, first_pause: hour, ..BreakerPolicy::default() };
        let failed = setup.say("42", "one", json!({})).await;
        let (relay, journal) = setup.start().await;
        lane_that_waits_for(&relay, "42", "retry").await;
        crate::say(&journal, "43", "two").await;
        let open = lane_that_waits_for(&relay, "43", "breaker_open").await;
        assert!(open.reason.host.as_ref().unwrap().contains("[secret place]"), "{open:?}");
        let page = relay.handle().waiting("sales", 0, 10).await.unwrap();
        assert_eq!(page.lanes.len(), 2, "{page:?}");
        relay.stop().await;
        drop(logging);
        let record = record(&journal, &failed).await;
        assert_eq!(record.attempts[0].problem.as_ref().unwrap().code, "dns_failed");
        let log = std::fs::read_to_string(log.path()).unwrap();
        assert!(log.contains("nothing is sent to this host for a while"), "{log}");
        let places = [log, json!(page).to_string(), json!(record).to_string()];
        for place in places {
            let place = place.to_lowercase();
            assert!(!place.contains(hidden) && !place.contains(secret), "{place}");
        }
    }
}
